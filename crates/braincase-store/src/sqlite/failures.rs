//! Filed failures in SQLite: written once each, in bounded number.

use async_trait::async_trait;
use braincase_core::{TenantId, Timestamp, error_issue::ErrorEvent, store::StoreError};
use sqlx::SqliteConnection;

use super::{
    error::store_error,
    value::{integer, json},
    write::Write,
};

/// The most issues; when there are more, those go that were last seen the longest ago.
const MAX_ISSUES: i64 = 10_000;
/// The newest events of an issue that are kept, besides the first.
const NEWEST_EVENTS: i64 = 20;
/// How many ids are remembered. A record takes 400 bytes or more and a spool holds 32 MiB: there are more than can come
/// again out of a full one.
const MAX_IDS: i64 = 100_000;

/// Files events.
pub(super) struct FileErrors {
    pub(super) events: Vec<ErrorEvent>,
}

#[async_trait]
impl Write for FileErrors {
    type Output = u64;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<u64, StoreError> {
        let mut touched = Vec::new();
        let mut new = 0;
        for event in &self.events {
            if !remember(db, event).await? {
                continue;
            }
            new += 1;
            count(db, event).await?;
            keep(db, event).await?;
            let issue = (event.tenant, event.fingerprint.as_str());
            if !touched.contains(&issue) {
                touched.push(issue);
            }
        }
        for (tenant, fingerprint) in touched {
            trim_events(db, tenant, fingerprint).await?;
        }
        if new > 0 {
            trim(db).await?;
        }
        Ok(new)
    }
}

/// Whether it is filed for the first time.
async fn remember(db: &mut SqliteConnection, event: &ErrorEvent) -> Result<bool, StoreError> {
    let added = sqlx::query("INSERT INTO error_filed (tenant_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        .bind(event.tenant.as_bytes().as_slice())
        .bind(event.id.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(store_error)?;
    Ok(added.rows_affected() > 0)
}

/// Adds an event to its issue, whichever of them happened first.
async fn count(db: &mut SqliteConnection, event: &ErrorEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO error_issue
             (tenant_id, fingerprint, code, operation, outcome, status, first_seen, last_seen, count)
         VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?6, ?7)
         ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET
             first_seen = min(first_seen, excluded.first_seen),
             last_seen = max(last_seen, excluded.last_seen),
             -- More than fits stays at the most that does.
             count = min(count, 9223372036854775807 - excluded.count) + excluded.count,
             status = CASE WHEN status = 'resolved' AND excluded.last_seen > resolved_at THEN 'regressed' ELSE status END",
    )
    .bind(event.tenant.as_bytes().as_slice())
    .bind(&event.fingerprint)
    .bind(&event.code)
    .bind(&event.operation)
    .bind(&event.outcome)
    .bind(event.at.as_micros())
    .bind(stored_count(event))
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}

/// Keeps an event in full, unless it is about a project that is gone: then it only counts.
async fn keep(db: &mut SqliteConnection, event: &ErrorEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO error_event (tenant_id, fingerprint, at, id, project_id, turn_id, message, count, record)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
         WHERE ?5 IS NULL OR EXISTS (SELECT 1 FROM project WHERE tenant_id = ?1 AND id = ?5)",
    )
    .bind(event.tenant.as_bytes().as_slice())
    .bind(&event.fingerprint)
    .bind(event.at.as_micros())
    .bind(event.id.as_bytes().as_slice())
    .bind(event.project.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(event.turn.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(&event.message)
    .bind(stored_count(event))
    .bind(json(&event.record)?)
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}

/// A count beyond what can be stored is as good as the largest that can: it must not keep others from being filed.
fn stored_count(event: &ErrorEvent) -> i64 {
    integer(event.count).unwrap_or(i64::MAX)
}

async fn trim_events(db: &mut SqliteConnection, tenant: TenantId, fingerprint: &str) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM error_event WHERE rowid IN
             (SELECT rowid FROM error_event WHERE tenant_id = ?1 AND fingerprint = ?2
              ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?3)
         AND rowid <> (SELECT rowid FROM error_event WHERE tenant_id = ?1 AND fingerprint = ?2
                       ORDER BY at, id LIMIT 1)",
    )
    .bind(tenant.as_bytes().as_slice())
    .bind(fingerprint)
    .bind(NEWEST_EVENTS)
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn trim(db: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM error_filed WHERE seq <= (SELECT max(seq) FROM error_filed) - ?1")
        .bind(MAX_IDS)
        .execute(&mut *db)
        .await
        .map_err(store_error)?;
    sqlx::query(
        "DELETE FROM error_issue WHERE rowid IN
             (SELECT rowid FROM error_issue ORDER BY last_seen DESC, tenant_id DESC, fingerprint DESC LIMIT -1 OFFSET ?1)",
    )
    .bind(MAX_ISSUES)
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}

/// Says that an issue is resolved, with all that is known of it by then.
pub(super) struct ResolveIssue {
    pub(super) tenant: TenantId,
    pub(super) fingerprint: String,
    pub(super) at: Timestamp,
}

#[async_trait]
impl Write for ResolveIssue {
    type Output = bool;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<bool, StoreError> {
        // What has happened already is what was looked at, even if a clock is ahead.
        sqlx::query(
            "UPDATE error_issue SET status = 'resolved', resolved_at = max(?3, last_seen)
             WHERE tenant_id = ?1 AND fingerprint = ?2",
        )
        .bind(self.tenant.as_bytes().as_slice())
        .bind(&self.fingerprint)
        .bind(self.at.as_micros())
        .execute(db)
        .await
        .map(|updated| updated.rows_affected() > 0)
        .map_err(store_error)
    }
}
