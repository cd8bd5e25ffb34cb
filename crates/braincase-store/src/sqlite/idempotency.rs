//! Idempotency keys that have served their time, in SQLite.

use async_trait::async_trait;
use braincase_core::{Timestamp, store::StoreError};
use sqlx::SqliteConnection;

use super::{error::store_error, value::limit, write::Write};

/// Forgets keys that were used before a time, oldest first. The turns that they led to stay.
pub(super) struct ForgetKeys {
    pub(super) before: Timestamp,
    pub(super) most: usize,
}

#[async_trait]
impl Write for ForgetKeys {
    type Output = u64;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<u64, StoreError> {
        sqlx::query(
            "DELETE FROM idempotency WHERE rowid IN
                 (SELECT rowid FROM idempotency WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(self.before.as_micros())
        .bind(limit(self.most))
        .execute(db)
        .await
        .map(|forgotten| forgotten.rows_affected())
        .map_err(store_error)
    }
}
