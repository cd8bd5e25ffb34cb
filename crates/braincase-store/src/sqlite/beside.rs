//! Reads a database without opening the store, also while a server works with it.

use braincase_core::{
    TenantId,
    error_issue::{ErrorEvent, ErrorIssue, IssueQuery},
    store::StoreError,
};
use sqlx::SqlitePool;

use super::{issue, open};
use crate::open::{OpenError, SqliteOptions};

/// Reads what was filed of failures. It changes nothing and needs no lock.
#[derive(Debug)]
pub struct ErrorReader(SqlitePool);

impl ErrorReader {
    /// Opens the database of a store, which must be there.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or a version of this program made it that did not file failures.
    pub async fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let path = options.database();
        if !path.is_file() {
            return Err(OpenError::NoDatabase { path });
        }
        let readers = open::readers(options).await.map_err(|error| open::failed(&path, error))?;
        let tables = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_schema WHERE name = 'error_issue'");
        match tables.fetch_one(&readers).await {
            Ok(1) => Ok(Self(readers)),
            Ok(_) => Err(OpenError::OlderSchema { path }),
            Err(error) => Err(open::failed(&path, error)),
        }
    }

    /// Issues whose fingerprint begins with `prefix`, those that were seen last first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, query: &IssueQuery, prefix: &str) -> Result<Vec<ErrorIssue>, StoreError> {
        issue::list(&self.0, query, prefix).await
    }

    /// What is kept of the events of an issue, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn events(
        &self,
        tenant: TenantId,
        fingerprint: &str,
        limit: usize,
    ) -> Result<Vec<ErrorEvent>, StoreError> {
        issue::events(&self.0, tenant, fingerprint, limit).await
    }

    /// Closes every connection.
    pub async fn close(self) {
        self.0.close().await;
    }
}
