//! Events in SQLite: numbered without gaps within a project, in the transaction that stores what they tell of.

use async_trait::async_trait;
use braincase_core::{
    Scope, Timestamp,
    event::{Event, NewEvent},
    store::StoreError,
};
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    error::{no_project, store_error},
    value::{Columns, integer, json, limit},
    write::Write,
};

pub(super) async fn after(
    readers: &SqlitePool,
    scope: Scope,
    after: i64,
    most: usize,
) -> Result<Vec<Event>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, kind, turn_id, at, data FROM event
         WHERE tenant_id = ?1 AND project_id = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(after)
    .bind(limit(most))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(event).collect()
}

fn event(row: &SqliteRow) -> Result<Event, StoreError> {
    Ok(Event {
        seq: row.plain("seq")?,
        kind: row.word("kind")?,
        turn_id: row.optional_id("turn_id")?,
        at: row.time("at")?,
        data: row.document("data")?,
    })
}

/// Adds events to a project, inside the transaction of what they tell of.
pub(super) async fn append(
    db: &mut SqliteConnection,
    scope: Scope,
    events: &[NewEvent],
    at: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let mut stored = Vec::with_capacity(events.len());
    if events.is_empty() {
        return Ok(stored);
    }
    let last = take_numbers(db, scope, integer(events.len())?).await?;
    let first = last + 1 - integer(events.len())?;
    for (seq, new) in (first..=last).zip(events) {
        let event = Event { seq, kind: new.kind, turn_id: new.turn_id, at, data: new.data.clone() };
        insert(db, scope, &event).await?;
        stored.push(event);
    }
    Ok(stored)
}

/// Takes so many numbers; returns the last.
async fn take_numbers(db: &mut SqliteConnection, scope: Scope, count: i64) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "UPDATE project SET event_seq = event_seq + ?3 WHERE tenant_id = ?1 AND id = ?2 RETURNING event_seq",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(count)
    .fetch_optional(db)
    .await
    .map_err(store_error)?;
    row.ok_or_else(no_project)?.try_get(0).map_err(store_error)
}

async fn insert(db: &mut SqliteConnection, scope: Scope, event: &Event) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO event (tenant_id, project_id, seq, kind, turn_id, at, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(event.seq)
    .bind(event.kind.as_str())
    .bind(event.turn_id.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(event.at.as_micros())
    .bind(json(&event.data)?)
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}

/// Adds events that belong to no other write.
pub(super) struct AppendEvents {
    pub(super) scope: Scope,
    pub(super) events: Vec<NewEvent>,
    pub(super) at: Timestamp,
}

#[async_trait]
impl Write for AppendEvents {
    type Output = Vec<Event>;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Vec<Event>, StoreError> {
        append(db, self.scope, &self.events, self.at).await
    }
}
