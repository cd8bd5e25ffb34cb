//! Scenes and their iterations in SQLite.

use braincase_core::{
    SceneId, Scope, Timestamp,
    scene::{Iteration, Origin, Scene, SceneSpec},
    store::{SceneChange, StoreError},
};
use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    error::{insert_error, store_error},
    value::{Columns, json},
};

pub(super) async fn list(readers: &SqlitePool, scope: Scope) -> Result<Vec<Scene>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, project_id, position, version, spec, created_at, updated_at FROM scene
         WHERE tenant_id = ?1 AND project_id = ?2 AND deleted_at IS NULL ORDER BY position, id",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(scene).collect()
}

pub(super) async fn load(readers: &SqlitePool, scope: Scope, id: SceneId) -> Result<Option<Scene>, StoreError> {
    let row = sqlx::query(
        "SELECT id, project_id, position, version, spec, created_at, updated_at FROM scene
         WHERE tenant_id = ?1 AND project_id = ?2 AND id = ?3 AND deleted_at IS NULL",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .fetch_optional(readers)
    .await
    .map_err(store_error)?;
    row.as_ref().map(scene).transpose()
}

pub(super) async fn iterations(readers: &SqlitePool, scope: Scope, id: SceneId) -> Result<Vec<Iteration>, StoreError> {
    let rows = sqlx::query(
        "SELECT version, spec, origin, created_at FROM scene_iteration
         WHERE tenant_id = ?1 AND project_id = ?2 AND scene_id = ?3 ORDER BY version DESC",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(iteration).collect()
}

fn scene(row: &SqliteRow) -> Result<Scene, StoreError> {
    Ok(Scene {
        id: row.id("id")?,
        project_id: row.id("project_id")?,
        position: row.plain("position")?,
        version: row.plain("version")?,
        spec: row.document("spec")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn iteration(row: &SqliteRow) -> Result<Iteration, StoreError> {
    Ok(Iteration {
        version: row.plain("version")?,
        spec: row.document("spec")?,
        origin: row.word("origin")?,
        created_at: row.time("created_at")?,
    })
}

/// Who makes a change, where and when.
#[derive(Clone, Copy)]
pub(super) struct Author {
    pub(super) scope: Scope,
    pub(super) origin: Origin,
    pub(super) at: Timestamp,
}

/// Makes one change, if the scene is still at the version that it was made on.
pub(super) async fn change(db: &mut SqliteConnection, author: Author, change: &SceneChange) -> Result<(), StoreError> {
    match change {
        SceneChange::Add { id, position, spec } => add(db, author, *id, *position, spec).await,
        SceneChange::Edit { id, on, spec } => edit(db, author, *id, *on, spec).await,
        SceneChange::Delete { id, on } => delete(db, author, *id, *on).await,
    }
}

async fn add(
    db: &mut SqliteConnection,
    author: Author,
    id: SceneId,
    position: i64,
    spec: &SceneSpec,
) -> Result<(), StoreError> {
    let document = json(spec)?;
    sqlx::query(
        "INSERT INTO scene (tenant_id, project_id, id, position, version, spec, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?6)",
    )
    .bind(author.scope.tenant.as_bytes().as_slice())
    .bind(author.scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .bind(position)
    .bind(&document)
    .bind(author.at.as_micros())
    .execute(&mut *db)
    .await
    .map_err(insert_error(|| format!("scene {id}")))?;
    keep_iteration(db, author, id, 1, &document).await
}

async fn edit(
    db: &mut SqliteConnection,
    author: Author,
    id: SceneId,
    on: i64,
    spec: &SceneSpec,
) -> Result<(), StoreError> {
    let document = json(spec)?;
    let edited = sqlx::query(
        "UPDATE scene SET version = version + 1, spec = ?5, updated_at = ?6
         WHERE tenant_id = ?1 AND project_id = ?2 AND id = ?3 AND version = ?4 AND deleted_at IS NULL",
    )
    .bind(author.scope.tenant.as_bytes().as_slice())
    .bind(author.scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .bind(on)
    .bind(&document)
    .bind(author.at.as_micros())
    .execute(&mut *db)
    .await
    .map_err(store_error)?;
    one_changed(edited.rows_affected(), id)?;
    keep_iteration(db, author, id, on + 1, &document).await
}

async fn delete(db: &mut SqliteConnection, author: Author, id: SceneId, on: i64) -> Result<(), StoreError> {
    let deleted = sqlx::query(
        "UPDATE scene SET deleted_at = ?5
         WHERE tenant_id = ?1 AND project_id = ?2 AND id = ?3 AND version = ?4 AND deleted_at IS NULL",
    )
    .bind(author.scope.tenant.as_bytes().as_slice())
    .bind(author.scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .bind(on)
    .bind(author.at.as_micros())
    .execute(db)
    .await
    .map_err(store_error)?;
    one_changed(deleted.rows_affected(), id)
}

fn one_changed(rows: u64, id: SceneId) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { what: format!("scene {id}") }) }
}

async fn keep_iteration(
    db: &mut SqliteConnection,
    author: Author,
    id: SceneId,
    version: i64,
    document: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO scene_iteration (tenant_id, project_id, scene_id, version, spec, origin, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(author.scope.tenant.as_bytes().as_slice())
    .bind(author.scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .bind(version)
    .bind(document)
    .bind(author.origin.as_str())
    .bind(author.at.as_micros())
    .execute(db)
    .await
    .map(drop)
    .map_err(store_error)
}
