//! Projects in SQLite.

use async_trait::async_trait;
use braincase_core::{
    ContentHash, Scope, TenantId,
    bounded::OutOfBounds,
    project::{Project, ProjectName},
    store::{Page, Revisions, StoreError},
};
use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    error::{insert_error, store_error},
    value::{Columns, before, corrupt, limit},
    write::Write,
};

pub(super) async fn load(readers: &SqlitePool, scope: Scope) -> Result<Option<Project>, StoreError> {
    let row = sqlx::query("SELECT id, name, created_at FROM project WHERE tenant_id = ?1 AND id = ?2")
        .bind(scope.tenant.as_bytes().as_slice())
        .bind(scope.project.as_bytes().as_slice())
        .fetch_optional(readers)
        .await
        .map_err(store_error)?;
    row.as_ref().map(project).transpose()
}

/// The chat's number is the sum of two that never fall, and rises when either does.
pub(super) async fn revisions(readers: &SqlitePool, scope: Scope) -> Result<Option<Revisions>, StoreError> {
    let row = sqlx::query(
        "SELECT scene_rev, message_seq + history_from AS message_rev, memory_rev, image_rev FROM project
         WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .fetch_optional(readers)
    .await
    .map_err(store_error)?;
    let revisions = |row: &SqliteRow| {
        Ok(Revisions {
            scenes: row.plain("scene_rev")?,
            messages: row.plain("message_rev")?,
            memories: row.plain("memory_rev")?,
            images: row.plain("image_rev")?,
        })
    };
    row.as_ref().map(revisions).transpose()
}

pub(super) async fn list(readers: &SqlitePool, tenant: TenantId, page: &Page) -> Result<Vec<Project>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, created_at FROM project
         WHERE tenant_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(tenant.as_bytes().as_slice())
    .bind(before(page))
    .bind(limit(page.limit))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(project).collect()
}

fn project(row: &SqliteRow) -> Result<Project, StoreError> {
    let name = ProjectName::new(row.plain::<String>("name")?);
    let name = name.map_err(|OutOfBounds(problem)| corrupt("name", problem))?;
    Ok(Project { id: row.id("id")?, name, created_at: row.time("created_at")? })
}

/// Adds a project.
pub(super) struct CreateProject {
    pub(super) tenant: TenantId,
    pub(super) project: Project,
}

#[async_trait]
impl Write for CreateProject {
    type Output = ();

    async fn apply(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO project (tenant_id, id, name, created_at) VALUES (?1, ?2, ?3, ?4)")
            .bind(self.tenant.as_bytes().as_slice())
            .bind(self.project.id.as_bytes().as_slice())
            .bind(self.project.name.as_str())
            .bind(self.project.created_at.as_micros())
            .execute(db)
            .await
            .map(drop)
            .map_err(insert_error(|| format!("project {}", self.project.id)))
    }
}

/// Deletes a project with all that hangs on it; tells which content no project of the tenant has any more.
pub(super) struct DeleteProject {
    pub(super) scope: Scope,
}

/// What deleting a project leaves to be done; `None` if it was unknown.
pub(super) type Unreferenced = Option<Vec<ContentHash>>;

#[async_trait]
impl Write for DeleteProject {
    type Output = Unreferenced;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Unreferenced, StoreError> {
        let unreferenced = self.own_content(db).await?;
        for hash in &unreferenced {
            sqlx::query("DELETE FROM image_analysis WHERE tenant_id = ?1 AND hash = ?2")
                .bind(self.scope.tenant.as_bytes().as_slice())
                .bind(hash.as_bytes().as_slice())
                .execute(&mut *db)
                .await
                .map_err(store_error)?;
        }
        let deleted = sqlx::query("DELETE FROM project WHERE tenant_id = ?1 AND id = ?2")
            .bind(self.scope.tenant.as_bytes().as_slice())
            .bind(self.scope.project.as_bytes().as_slice())
            .execute(db)
            .await
            .map_err(store_error)?;
        Ok((deleted.rows_affected() > 0).then_some(unreferenced))
    }
}

impl DeleteProject {
    /// The content that only this project has. The index is named because, without statistics, SQLite would rather look
    /// through all images of the tenant.
    async fn own_content(&self, db: &mut SqliteConnection) -> Result<Vec<ContentHash>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT own.hash FROM image own INDEXED BY image_newest
             WHERE own.tenant_id = ?1 AND own.project_id = ?2
             AND NOT EXISTS (SELECT 1 FROM image other WHERE other.tenant_id = own.tenant_id
                             AND other.hash = own.hash AND other.project_id <> own.project_id)",
        )
        .bind(self.scope.tenant.as_bytes().as_slice())
        .bind(self.scope.project.as_bytes().as_slice())
        .fetch_all(db)
        .await
        .map_err(store_error)?;
        rows.iter().map(|row| row.hash("hash")).collect()
    }
}
