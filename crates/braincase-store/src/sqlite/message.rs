//! The chat of a project in SQLite.

use braincase_core::{
    MessageId, Scope,
    message::{Message, TokenCount},
    store::StoreError,
};
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    error::{insert_error, no_project, store_error},
    value::{Columns, integer, json, limit},
};

/// The lengths are summed before any words are read, so that not even the database holds more of them.
pub(super) async fn recent(
    readers: &SqlitePool,
    scope: Scope,
    most: usize,
    max_bytes: usize,
) -> Result<Vec<Message>, StoreError> {
    let rows = sqlx::query(
        "WITH newest AS (
             SELECT seq, octet_length(content) AS bytes FROM message
             WHERE tenant_id = ?1 AND project_id = ?2
                 AND seq >= (SELECT history_from FROM project WHERE tenant_id = ?1 AND id = ?2)
             ORDER BY seq DESC LIMIT ?3),
         summed AS (SELECT seq, sum(bytes) OVER (ORDER BY seq DESC ROWS UNBOUNDED PRECEDING) AS bytes FROM newest)
         SELECT id, turn_id, role, content, image_ids, encoding, tokens, created_at FROM message
         WHERE tenant_id = ?1 AND project_id = ?2 AND seq IN (SELECT seq FROM summed WHERE bytes <= ?4)
         ORDER BY seq",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(limit(most))
    .bind(limit(max_bytes))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(message).collect()
}

fn message(row: &SqliteRow) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.id("id")?,
        turn_id: row.id("turn_id")?,
        role: row.word("role")?,
        content: row.plain("content")?,
        image_ids: row.document("image_ids")?,
        tokens: tokens(row)?,
        created_at: row.time("created_at")?,
    })
}

fn tokens(row: &SqliteRow) -> Result<Option<TokenCount>, StoreError> {
    let encoding: Option<String> = row.plain("encoding")?;
    encoding.map(|encoding| Ok(TokenCount { encoding, count: row.number("tokens")? })).transpose()
}

/// Adds messages to the end of the chat, inside the caller's transaction.
pub(super) async fn append(db: &mut SqliteConnection, scope: Scope, messages: &[Message]) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let last = take_numbers(db, scope, integer(messages.len())?).await?;
    let first = last + 1 - integer(messages.len())?;
    for (seq, message) in (first..=last).zip(messages) {
        insert(db, scope, seq, message).await?;
    }
    Ok(())
}

/// Lets prompts tell the chat word for word from this message on, and not from an earlier one again.
pub(super) async fn tell_from(db: &mut SqliteConnection, scope: Scope, id: MessageId) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE project SET history_from = max(history_from, message.seq) FROM message
         WHERE project.tenant_id = ?1 AND project.id = ?2
             AND message.tenant_id = ?1 AND message.project_id = ?2 AND message.id = ?3",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .execute(db)
    .await
    .map_err(store_error)
    .and_then(|moved| match moved.rows_affected() {
        0 => Err(StoreError::Failed(format!("there is no message {id} to tell the chat from"))),
        _ => Ok(()),
    })
}

/// Takes so many numbers; returns the last.
async fn take_numbers(db: &mut SqliteConnection, scope: Scope, count: i64) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "UPDATE project SET message_seq = message_seq + ?3 WHERE tenant_id = ?1 AND id = ?2 RETURNING message_seq",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(count)
    .fetch_optional(db)
    .await
    .map_err(store_error)?;
    row.ok_or_else(no_project)?.try_get(0).map_err(store_error)
}

async fn insert(db: &mut SqliteConnection, scope: Scope, seq: i64, message: &Message) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message (tenant_id, project_id, seq, id, turn_id, role, content, image_ids, created_at, encoding,
             tokens) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(seq)
    .bind(message.id.as_bytes().as_slice())
    .bind(message.turn_id.as_bytes().as_slice())
    .bind(message.role.as_str())
    .bind(&message.content)
    .bind(json(&message.image_ids)?)
    .bind(message.created_at.as_micros())
    .bind(message.tokens.as_ref().map(|tokens| tokens.encoding.as_str()))
    .bind(message.tokens.as_ref().map(|tokens| integer(tokens.count)).transpose()?)
    .execute(db)
    .await
    .map(drop)
    .map_err(insert_error(|| format!("message {}", message.id)))
}
