//! Blobs as files, addressed by their content: `blobs/<tenant>/<first byte>/<hash>`.

mod shelves;

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use braincase_core::{
    ContentHash, TenantId,
    background::{Background, Task},
    store::StoreError,
};
use bytes::Bytes;
use tokio::sync::{RwLock, oneshot};

use crate::answer::answer;

/// How many blobs that wait for the image that they belong to are kept in mind.
const MAX_AWAITED: usize = 4_096;

/// The files of one store.
#[derive(Debug)]
pub(crate) struct Blobs {
    root: PathBuf,
    background: Arc<dyn Background>,
    unfinished: AtomicU64,
    /// Saved, but no image refers to them yet; they must not be removed.
    awaited: Mutex<Awaited>,
    /// Saving shares it, removing has it alone, so that no file goes that somebody has just found to be there.
    removing: Arc<RwLock<()>>,
}

/// Blobs whose image is still to come.
#[derive(Debug, Default)]
struct Awaited {
    blobs: VecDeque<(TenantId, ContentHash)>,
    /// Whether there were too many to keep in mind. From then on any blob may be awaited, and none is removed: one that
    /// stays is found at the next start, one that somebody needs would be gone.
    forgetful: bool,
}

impl Blobs {
    /// The blobs below a directory, which is made if it is not there; what a crash left half-written is removed.
    pub(crate) fn open(root: PathBuf, background: Arc<dyn Background>) -> io::Result<Self> {
        let unfinished = root.join("unfinished");
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => make_dir(&unfinished)?,
        }
        let removing = Arc::new(RwLock::new(()));
        Ok(Self { root, background, unfinished: AtomicU64::new(0), awaited: Mutex::default(), removing })
    }

    /// Keeps bytes; when it returns they are on disk.
    pub(crate) async fn save(&self, tenant: TenantId, hash: ContentHash, bytes: Bytes) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.removing).read_owned().await;
        self.expect_image(tenant, hash);
        let path = self.path(tenant, hash);
        let number = self.unfinished.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.root.join("unfinished").join(number.to_string());
        self.blocking("save_blob", move || {
            let _shared = shared;
            if ContentHash::of(&bytes) != hash {
                return Err(StoreError::Failed(format!("the bytes are not those of {hash}")));
            }
            save(&path, &unfinished, &bytes).map_err(|error| io_error(&error))
        })
        .await
    }

    /// The bytes, if they are there and still what they were.
    pub(crate) async fn load(&self, tenant: TenantId, hash: ContentHash) -> Result<Option<Bytes>, StoreError> {
        let path = self.path(tenant, hash);
        self.blocking("load_blob", move || match fs::read(&path) {
            Ok(bytes) if ContentHash::of(&bytes) == hash => Ok(Some(Bytes::from(bytes))),
            Ok(_) => Err(StoreError::Corrupt(format!("blob {hash} is not what was stored"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(&error)),
        })
        .await
    }

    /// The image is there, and its row protects the blob from here on; or it will never come.
    pub(crate) fn settled(&self, tenant: TenantId, hash: ContentHash) {
        let awaited = &mut self.awaited.lock().unwrap_or_else(PoisonError::into_inner).blobs;
        if let Some(place) = awaited.iter().position(|blob| *blob == (tenant, hash)) {
            awaited.remove(place);
        }
    }

    /// Removes a blob unless somebody needs it, which is asked when nobody can start to need it.
    pub(crate) async fn remove_unless<F>(
        &self,
        tenant: TenantId,
        hash: ContentHash,
        needed: F,
    ) -> Result<(), StoreError>
    where
        F: Future<Output = Result<bool, StoreError>>,
    {
        let alone = Arc::clone(&self.removing).write_owned().await;
        if self.is_awaited(tenant, hash) || needed.await? {
            return Ok(());
        }
        let path = self.path(tenant, hash);
        self.blocking("remove_blob", move || {
            let _alone = alone;
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&error)),
                _ => Ok(()),
            }
        })
        .await
    }

    fn expect_image(&self, tenant: TenantId, hash: ContentHash) {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.blobs.len() == MAX_AWAITED {
            awaited.blobs.pop_front();
            awaited.forgetful = true;
        }
        awaited.blobs.push_back((tenant, hash));
    }

    fn is_awaited(&self, tenant: TenantId, hash: ContentHash) -> bool {
        let awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        awaited.forgetful || awaited.blobs.contains(&(tenant, hash))
    }

    fn path(&self, tenant: TenantId, hash: ContentHash) -> PathBuf {
        let name = hash.to_string();
        self.root.join(tenant.to_string()).join(&name[..2]).join(name)
    }

    /// Runs file work where blocking is allowed. It goes on when the caller is gone.
    async fn blocking<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, result) = oneshot::channel();
        let work = move || answer(caller, work());
        self.background.spawn_blocking(Task::new(operation), Box::new(work));
        result.await.unwrap_or_else(|_| Err(StoreError::Failed(format!("{operation} stopped before it answered"))))
    }
}

/// Writes beside, syncs, and only then gives the file its name: under its name a file is always whole.
fn save(path: &Path, unfinished: &Path, bytes: &[u8]) -> io::Result<()> {
    let size = u64::try_from(bytes.len()).map_err(io::Error::other)?;
    if fs::metadata(path).is_ok_and(|there| there.len() == size) {
        return Ok(());
    }
    let written = write_synced(unfinished, bytes).and_then(|()| {
        let dir = path.parent().ok_or_else(|| io::Error::other("a blob without a directory"))?;
        make_dir(dir)?;
        fs::rename(unfinished, path)?;
        sync_dir(dir)
    });
    if written.is_err() {
        // Best effort: what stays behind is removed at the next start.
        let _left = fs::remove_file(unfinished);
    }
    written
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a directory so that it is still there after a power loss.
fn make_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().ok_or_else(|| io::Error::other("a directory without a parent"))?;
    make_dir(parent)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_dir(parent),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn io_error(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Failed(error.to_string()),
    }
}
