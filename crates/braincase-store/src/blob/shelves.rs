//! What lies in the folders of blobs. Whatever is not named like a blob is not ours, and is not seen.

use std::{ffi::OsString, fs, io, path::Path};

use braincase_core::{ContentHash, TenantId, store::StoreError};

use super::{Blobs, io_error};

impl Blobs {
    /// Everybody who has blobs.
    pub(crate) async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let root = self.root.clone();
        self.blocking("list_blobs", move || names(&root, |name| name.parse().ok())).await
    }

    /// A tenant's blobs whose hash begins with this byte.
    pub(crate) async fn shelf(&self, tenant: TenantId, first: u8) -> Result<Vec<ContentHash>, StoreError> {
        let shelf = self.root.join(tenant.to_string()).join(format!("{first:02x}"));
        self.blocking("list_blobs", move || names(&shelf, ContentHash::from_hex)).await
    }
}

fn names<T>(dir: &Path, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, StoreError> {
    let names: io::Result<Vec<OsString>> =
        fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    match names {
        Ok(names) => Ok(names.iter().filter_map(|name| parse(name.to_str()?)).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(io_error(&error)),
    }
}
