//! Whether SQLite can be written to: the only way to know is to write.

use async_trait::async_trait;
use braincase_core::store::StoreError;
use sqlx::SqliteConnection;

use super::{error::store_error, write::Write};

/// Writes something that nobody reads.
pub(super) struct Probe;

#[async_trait]
impl Write for Probe {
    type Output = ();

    async fn apply(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("UPDATE probe SET checks = checks + 1").execute(db).await.map(drop).map_err(store_error)
    }
}
