//! Turns in SQLite: accepted once, ended once.

use async_trait::async_trait;
use braincase_core::{
    Scope, Timestamp, TurnId,
    event::{Event, EventKind, NewEvent},
    store::{Accept, Accepted, Idempotency, Page, Step, StoreError, TurnCommit},
    turn::{Turn, TurnStatus},
};
use serde_json::json as document;
use sqlx::{SqliteConnection, SqliteExecutor, SqlitePool, sqlite::SqliteRow};

use super::{
    change,
    error::{insert_error, store_error},
    event, message,
    value::{Columns, before, integer, json, limit},
    write::Write,
};

pub(super) async fn load(readers: &SqlitePool, scope: Scope, id: TurnId) -> Result<Option<Turn>, StoreError> {
    let row = sqlx::query(
        "SELECT id, project_id, status, prompt, image_ids, scene_id, outcome, created_at, finished_at FROM turn
         WHERE tenant_id = ?1 AND project_id = ?2 AND id = ?3",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .fetch_optional(readers)
    .await
    .map_err(store_error)?;
    row.as_ref().map(turn).transpose()
}

pub(super) async fn list(readers: &SqlitePool, scope: Scope, page: &Page) -> Result<Vec<Turn>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, project_id, status, prompt, image_ids, scene_id, outcome, created_at, finished_at FROM turn
         WHERE tenant_id = ?1 AND project_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(before(page))
    .bind(limit(page.limit))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(turn).collect()
}

fn turn(row: &SqliteRow) -> Result<Turn, StoreError> {
    Ok(Turn {
        id: row.id("id")?,
        project_id: row.id("project_id")?,
        status: row.word("status")?,
        prompt: row.plain("prompt")?,
        image_ids: row.document("image_ids")?,
        scene_id: row.optional_id("scene_id")?,
        created_at: row.time("created_at")?,
        finished_at: row.plain::<Option<i64>>("finished_at")?.map(Timestamp::from_micros),
        outcome: row.document("outcome")?,
    })
}

/// Accepts a turn, unless its key was used before.
pub(super) struct AcceptTurn {
    pub(super) scope: Scope,
    pub(super) accept: Accept,
}

#[async_trait]
impl Write for AcceptTurn {
    type Output = Accepted;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Accepted, StoreError> {
        if !project_exists(db, self.scope).await? {
            return Ok(Accepted::NoProject);
        }
        if let Some(idempotency) = &self.accept.idempotency {
            if let Some(earlier) = earlier(&mut *db, self.scope, idempotency).await? {
                return Ok(earlier);
            }
            self.keep_key(db, idempotency).await?;
        }
        insert(db, self.scope, &self.accept.turn).await?;
        let event = std::slice::from_ref(&self.accept.event);
        let stored = event::append(db, self.scope, event, self.accept.turn.created_at).await?;
        let one = stored.into_iter().next();
        one.map(Accepted::New).ok_or_else(|| StoreError::Failed("an event was not numbered".to_owned()))
    }
}

/// What a key was used for before, if it was.
pub(super) async fn earlier<'c>(
    db: impl SqliteExecutor<'c>,
    scope: Scope,
    idempotency: &Idempotency,
) -> Result<Option<Accepted>, StoreError> {
    let row =
        sqlx::query("SELECT request, turn_id FROM idempotency WHERE tenant_id = ?1 AND project_id = ?2 AND key = ?3")
            .bind(scope.tenant.as_bytes().as_slice())
            .bind(scope.project.as_bytes().as_slice())
            .bind(&idempotency.key)
            .fetch_optional(db)
            .await
            .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let same = row.hash("request")? == idempotency.request;
    Ok(Some(if same { Accepted::Repeated(row.id("turn_id")?) } else { Accepted::KeyReused }))
}

impl AcceptTurn {
    async fn keep_key(&self, db: &mut SqliteConnection, idempotency: &Idempotency) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO idempotency (tenant_id, project_id, key, request, turn_id, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(self.scope.tenant.as_bytes().as_slice())
        .bind(self.scope.project.as_bytes().as_slice())
        .bind(&idempotency.key)
        .bind(idempotency.request.as_bytes().as_slice())
        .bind(self.accept.turn.id.as_bytes().as_slice())
        .bind(self.accept.turn.created_at.as_micros())
        .execute(db)
        .await
        .map(drop)
        .map_err(store_error)
    }
}

async fn project_exists(db: &mut SqliteConnection, scope: Scope) -> Result<bool, StoreError> {
    sqlx::query("SELECT 1 FROM project WHERE tenant_id = ?1 AND id = ?2")
        .bind(scope.tenant.as_bytes().as_slice())
        .bind(scope.project.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map(|row| row.is_some())
        .map_err(store_error)
}

async fn insert(db: &mut SqliteConnection, scope: Scope, turn: &Turn) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO turn (tenant_id, project_id, id, status, prompt, image_ids, scene_id, outcome, created_at,
             finished_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(turn.id.as_bytes().as_slice())
    .bind(turn.status.as_str())
    .bind(&turn.prompt)
    .bind(json(&turn.image_ids)?)
    .bind(turn.scene_id.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(json(&turn.outcome)?)
    .bind(turn.created_at.as_micros())
    .bind(turn.finished_at.map(Timestamp::as_micros))
    .execute(db)
    .await
    .map(drop)
    .map_err(insert_error(|| format!("turn {}", turn.id)))
}

/// Ends a turn with all that came of it.
pub(super) struct CommitTurn {
    pub(super) scope: Scope,
    pub(super) commit: TurnCommit,
}

#[async_trait]
impl Write for CommitTurn {
    type Output = Vec<Event>;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Vec<Event>, StoreError> {
        self.end(db).await?;
        for (index, step) in self.commit.steps.iter().enumerate() {
            self.keep_step(db, integer(index)?, step).await?;
        }
        message::append(db, self.scope, &self.commit.messages).await?;
        if let Some(from) = self.commit.history_from {
            message::tell_from(db, self.scope, from).await?;
        }
        change::commit(db, self.scope, &self.commit.changes).await
    }
}

impl CommitTurn {
    async fn end(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        let id = self.commit.turn_id;
        let ended = sqlx::query(
            "UPDATE turn SET status = ?4, outcome = ?5, finished_at = ?6
             WHERE tenant_id = ?1 AND project_id = ?2 AND id = ?3 AND status = 'accepted'",
        )
        .bind(self.scope.tenant.as_bytes().as_slice())
        .bind(self.scope.project.as_bytes().as_slice())
        .bind(id.as_bytes().as_slice())
        .bind(self.commit.status.as_str())
        .bind(json(&self.commit.outcome)?)
        .bind(self.commit.changes.at.as_micros())
        .execute(db)
        .await
        .map_err(store_error)?;
        if ended.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict { what: format!("turn {id}") }) }
    }

    async fn keep_step(&self, db: &mut SqliteConnection, index: i64, step: &Step) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO turn_step (tenant_id, project_id, turn_id, idx, tool, arguments, result)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(self.scope.tenant.as_bytes().as_slice())
        .bind(self.scope.project.as_bytes().as_slice())
        .bind(self.commit.turn_id.as_bytes().as_slice())
        .bind(index)
        .bind(&step.tool)
        .bind(json(&step.arguments)?)
        .bind(json(&step.result)?)
        .execute(db)
        .await
        .map(drop)
        .map_err(insert_error(|| format!("step {index} of turn {}", self.commit.turn_id)))
    }
}

/// Ends every open turn as interrupted.
pub(super) struct InterruptTurns {
    pub(super) at: Timestamp,
}

#[async_trait]
impl Write for InterruptTurns {
    type Output = u64;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<u64, StoreError> {
        let open = sqlx::query(
            "UPDATE turn SET status = 'interrupted', finished_at = ?1 WHERE status = 'accepted'
             RETURNING tenant_id, project_id, id",
        )
        .bind(self.at.as_micros())
        .fetch_all(&mut *db)
        .await
        .map_err(store_error)?;
        let mut turns = open.iter().map(scoped).collect::<Result<Vec<_>, _>>()?;
        turns.sort_unstable(); // In the order in which they were made, which RETURNING does not promise.
        for (scope, turn) in &turns {
            let data = document!({"status": TurnStatus::Interrupted.as_str()});
            let told = NewEvent { kind: EventKind::TurnInterrupted, turn_id: Some(*turn), data };
            event::append(db, *scope, &[told], self.at).await?;
        }
        Ok(u64::try_from(turns.len()).unwrap_or(u64::MAX))
    }
}

fn scoped(row: &SqliteRow) -> Result<(Scope, TurnId), StoreError> {
    Ok((Scope { tenant: row.id("tenant_id")?, project: row.id("project_id")? }, row.id("id")?))
}
