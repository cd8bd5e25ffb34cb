//! Filed failures in SQLite, as the port wants them and as they are read.

use async_trait::async_trait;
use braincase_core::{
    TenantId, Timestamp,
    error_issue::{ErrorEvent, ErrorIssue, ErrorStore, IssueQuery, IssueStatus},
    store::StoreError,
};
use sqlx::{SqlitePool, sqlite::SqliteRow};

use super::{
    SqliteStore,
    error::store_error,
    failures::{FileErrors, ResolveIssue},
    value::{Columns, limit},
};

#[async_trait]
impl ErrorStore for SqliteStore {
    async fn file_errors(&self, events: &[ErrorEvent]) -> Result<u64, StoreError> {
        self.inner.writer.store(FileErrors { events: events.to_vec() }).await
    }

    async fn list_error_issues(&self, query: &IssueQuery) -> Result<Vec<ErrorIssue>, StoreError> {
        list(&self.inner.readers, query, "").await
    }

    async fn load_error_issue(&self, tenant: TenantId, fingerprint: &str) -> Result<Option<ErrorIssue>, StoreError> {
        let query = IssueQuery { tenant: Some(tenant), limit: 1, ..IssueQuery::default() };
        let found = list(&self.inner.readers, &query, fingerprint).await?;
        // A part of a fingerprint names nothing.
        Ok(found.into_iter().find(|issue| issue.fingerprint == fingerprint))
    }

    async fn error_events(
        &self,
        tenant: TenantId,
        fingerprint: &str,
        limit: usize,
    ) -> Result<Vec<ErrorEvent>, StoreError> {
        events(&self.inner.readers, tenant, fingerprint, limit).await
    }

    async fn resolve_error_issue(
        &self,
        tenant: TenantId,
        fingerprint: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.inner.writer.store(ResolveIssue { tenant, fingerprint: fingerprint.to_owned(), at }).await
    }
}

/// Issues whose fingerprint begins with `prefix`.
pub(super) async fn list(
    readers: &SqlitePool,
    query: &IssueQuery,
    prefix: &str,
) -> Result<Vec<ErrorIssue>, StoreError> {
    let before = query.before.as_ref();
    let rows = sqlx::query(
        "SELECT tenant_id, fingerprint, code, operation, outcome, status, first_seen, last_seen, count, resolved_at,
             (SELECT message FROM error_event event
              WHERE event.tenant_id = issue.tenant_id AND event.fingerprint = issue.fingerprint
              ORDER BY at DESC, id DESC LIMIT 1) AS message
         FROM error_issue issue
         WHERE (?1 IS NULL OR tenant_id = ?1) AND (?2 IS NULL OR status = ?2)
         AND (?3 IS NULL OR (last_seen, tenant_id, fingerprint) < (?3, ?4, ?5))
         AND substr(fingerprint, 1, length(?6)) = ?6
         ORDER BY last_seen DESC, tenant_id DESC, fingerprint DESC LIMIT ?7",
    )
    .bind(query.tenant.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(query.status.map(IssueStatus::as_str))
    .bind(before.map(|place| place.last_seen.as_micros()))
    .bind(before.map(|place| place.tenant.as_bytes().as_slice()))
    .bind(before.map(|place| place.fingerprint.as_str()))
    .bind(prefix)
    .bind(limit(query.limit))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(issue).collect()
}

fn issue(row: &SqliteRow) -> Result<ErrorIssue, StoreError> {
    Ok(ErrorIssue {
        tenant: row.id("tenant_id")?,
        fingerprint: row.plain("fingerprint")?,
        code: row.plain("code")?,
        operation: row.plain("operation")?,
        outcome: row.plain("outcome")?,
        message: row.plain::<Option<String>>("message")?.unwrap_or_default(),
        status: row.word("status")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        count: row.number("count")?,
        resolved_at: row.optional_time("resolved_at")?,
    })
}

pub(super) async fn events(
    readers: &SqlitePool,
    tenant: TenantId,
    fingerprint: &str,
    most: usize,
) -> Result<Vec<ErrorEvent>, StoreError> {
    let rows = sqlx::query(
        "SELECT tenant_id, fingerprint, code, operation, outcome,
             event.id, event.project_id, event.turn_id, event.message, event.count, event.at, event.record
         FROM error_event event JOIN error_issue issue USING (tenant_id, fingerprint)
         WHERE tenant_id = ?1 AND fingerprint = ?2 ORDER BY event.at DESC, event.id DESC LIMIT ?3",
    )
    .bind(tenant.as_bytes().as_slice())
    .bind(fingerprint)
    .bind(limit(most))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(event).collect()
}

fn event(row: &SqliteRow) -> Result<ErrorEvent, StoreError> {
    Ok(ErrorEvent {
        id: row.id("id")?,
        tenant: row.id("tenant_id")?,
        project: row.optional_id("project_id")?,
        turn: row.optional_id("turn_id")?,
        fingerprint: row.plain("fingerprint")?,
        code: row.plain("code")?,
        operation: row.plain("operation")?,
        outcome: row.plain("outcome")?,
        message: row.plain("message")?,
        count: row.number("count")?,
        at: row.time("at")?,
        record: row.document("record")?,
    })
}
