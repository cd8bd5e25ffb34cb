//! Images in SQLite, without their bytes.

use async_trait::async_trait;
use braincase_core::{
    ContentHash, ImageId, Scope, TenantId,
    image::{Analysis, Image, ImageFacts},
    store::StoreError,
};
use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    analysis,
    error::{insert_error, store_error},
    value::{Columns, corrupt, integer, limit},
    write::Write,
};

pub(super) async fn load(readers: &SqlitePool, scope: Scope, id: ImageId) -> Result<Option<Image>, StoreError> {
    let row = sqlx::query(
        "SELECT i.id, i.project_id, i.hash, i.format, i.width, i.height, i.bytes, i.status, i.created_at,
             a.facts, a.error
         FROM image i LEFT JOIN image_analysis a ON a.tenant_id = i.tenant_id AND a.hash = i.hash
         WHERE i.tenant_id = ?1 AND i.project_id = ?2 AND i.id = ?3",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(id.as_bytes().as_slice())
    .fetch_optional(readers)
    .await
    .map_err(store_error)?;
    row.as_ref().map(image).transpose()
}

pub(super) async fn newest(readers: &SqlitePool, scope: Scope, most: usize) -> Result<Vec<Image>, StoreError> {
    let rows = sqlx::query(
        "SELECT i.id, i.project_id, i.hash, i.format, i.width, i.height, i.bytes, i.status, i.created_at,
             a.facts, a.error
         FROM image i LEFT JOIN image_analysis a ON a.tenant_id = i.tenant_id AND a.hash = i.hash
         WHERE i.tenant_id = ?1 AND i.project_id = ?2 ORDER BY i.created_at DESC, i.id DESC LIMIT ?3",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(limit(most))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(image).collect()
}

pub(super) async fn pending(readers: &SqlitePool, most: usize) -> Result<Vec<(TenantId, Image)>, StoreError> {
    let rows = sqlx::query(
        "SELECT tenant_id, id, project_id, hash, format, width, height, bytes, status, created_at,
             NULL AS facts, NULL AS error
         FROM image WHERE status = 'pending' ORDER BY created_at, tenant_id, id LIMIT ?1",
    )
    .bind(limit(most))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(|row| Ok((row.id("tenant_id")?, image(row)?))).collect()
}

/// Whether an image of the tenant has this content.
pub(super) async fn is_referenced(
    readers: &SqlitePool,
    tenant: TenantId,
    hash: ContentHash,
) -> Result<bool, StoreError> {
    sqlx::query("SELECT 1 FROM image WHERE tenant_id = ?1 AND hash = ?2 LIMIT 1")
        .bind(tenant.as_bytes().as_slice())
        .bind(hash.as_bytes().as_slice())
        .fetch_optional(readers)
        .await
        .map(|row| row.is_some())
        .map_err(store_error)
}

fn image(row: &SqliteRow) -> Result<Image, StoreError> {
    Ok(Image {
        id: row.id("id")?,
        project_id: row.id("project_id")?,
        hash: row.hash("hash")?,
        format: row.word("format")?,
        width: row.number("width")?,
        height: row.number("height")?,
        bytes: row.number("bytes")?,
        analysis: analysis(row)?,
        created_at: row.time("created_at")?,
    })
}

fn analysis(row: &SqliteRow) -> Result<Analysis, StoreError> {
    match row.plain::<String>("status")?.as_str() {
        "pending" => Ok(Analysis::Pending),
        "ready" => row.document::<ImageFacts>("facts").map(|facts| Analysis::Ready(Box::new(facts))),
        "failed" => row.plain("error").map(Analysis::Failed),
        other => Err(corrupt("status", format!("unknown word {other:?}"))),
    }
}

/// Adds an image.
pub(super) struct AddImage {
    pub(super) scope: Scope,
    pub(super) image: Image,
}

#[async_trait]
impl Write for AddImage {
    type Output = Analysis;

    /// What is known of the content decides how far the analysis is, not what the caller thinks: only the writer sees
    /// facts that were found a moment ago. After a failure it is pending again, since a new upload is a new try.
    async fn apply(&self, db: &mut SqliteConnection) -> Result<Analysis, StoreError> {
        sqlx::query(
            "INSERT INTO image (tenant_id, project_id, id, hash, format, width, height, bytes, status, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                 CASE WHEN EXISTS (SELECT 1 FROM image_analysis WHERE tenant_id = ?1 AND hash = ?4
                                   AND facts IS NOT NULL) THEN 'ready' ELSE 'pending' END, ?9)",
        )
        .bind(self.scope.tenant.as_bytes().as_slice())
        .bind(self.scope.project.as_bytes().as_slice())
        .bind(self.image.id.as_bytes().as_slice())
        .bind(self.image.hash.as_bytes().as_slice())
        .bind(self.image.format.as_str())
        .bind(self.image.width)
        .bind(self.image.height)
        .bind(integer(self.image.bytes)?)
        .bind(self.image.created_at.as_micros())
        .execute(&mut *db)
        .await
        .map_err(insert_error(|| format!("image {}", self.image.id)))?;
        let facts = analysis::load(db, self.scope.tenant, self.image.hash).await?;
        Ok(facts.map_or(Analysis::Pending, |facts| Analysis::Ready(Box::new(facts))))
    }
}
