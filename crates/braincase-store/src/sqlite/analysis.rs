//! What was found in images, in SQLite: once per content, for every image of the tenant that has it.

use async_trait::async_trait;
use braincase_core::{
    ContentHash, ImageId, Scope, TenantId, Timestamp,
    event::{EventKind, NewEvent},
    image::ImageFacts,
    store::StoreError,
};
use serde_json::json as document;
use sqlx::{SqliteConnection, SqliteExecutor, sqlite::SqliteRow};

use super::{
    error::store_error,
    event,
    value::{Columns, json},
    write::Write,
};

pub(super) async fn load<'c>(
    db: impl SqliteExecutor<'c>,
    tenant: TenantId,
    hash: ContentHash,
) -> Result<Option<ImageFacts>, StoreError> {
    let row = sqlx::query("SELECT facts FROM image_analysis WHERE tenant_id = ?1 AND hash = ?2 AND facts IS NOT NULL")
        .bind(tenant.as_bytes().as_slice())
        .bind(hash.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(store_error)?;
    row.as_ref().map(|row| row.document("facts")).transpose()
}

/// Keeps the result of an analysis and tells every project that waits for it.
pub(super) struct SaveAnalysis {
    pub(super) tenant: TenantId,
    pub(super) hash: ContentHash,
    pub(super) result: Result<ImageFacts, String>,
    pub(super) at: Timestamp,
}

#[async_trait]
impl Write for SaveAnalysis {
    type Output = Vec<(Scope, ImageId)>;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<Vec<(Scope, ImageId)>, StoreError> {
        if !self.keep(db).await? {
            return Ok(Vec::new());
        }
        let images = self.settle(db).await?;
        for (scope, image) in &images {
            let data = document!({"image_id": image, "status": self.status()});
            let told = NewEvent { kind: EventKind::ImageFactsReady, turn_id: None, data };
            event::append(db, *scope, &[told], self.at).await?;
        }
        Ok(images)
    }
}

impl SaveAnalysis {
    const fn status(&self) -> &'static str {
        match &self.result {
            Ok(_) => "ready",
            Err(_) => "failed",
        }
    }

    /// Keeps the result, unless facts are known already: those stay. `false` if it was not kept.
    async fn keep(&self, db: &mut SqliteConnection) -> Result<bool, StoreError> {
        let facts = self.result.as_ref().ok().map(json).transpose()?;
        sqlx::query(
            "INSERT INTO image_analysis (tenant_id, hash, facts, error, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (tenant_id, hash) DO UPDATE SET facts = excluded.facts, error = excluded.error,
                 created_at = excluded.created_at WHERE image_analysis.facts IS NULL",
        )
        .bind(self.tenant.as_bytes().as_slice())
        .bind(self.hash.as_bytes().as_slice())
        .bind(facts)
        .bind(self.result.as_ref().err())
        .bind(self.at.as_micros())
        .execute(db)
        .await
        .map(|kept| kept.rows_affected() > 0)
        .map_err(store_error)
    }

    /// Brings every image with this content that is not there yet to the result; returns those, oldest first. The index is
    /// named because, without statistics, SQLite would rather look through all images of the tenant.
    async fn settle(&self, db: &mut SqliteConnection) -> Result<Vec<(Scope, ImageId)>, StoreError> {
        let rows = sqlx::query(
            "UPDATE image INDEXED BY image_content SET status = ?3
             WHERE tenant_id = ?1 AND hash = ?2 AND (status = 'pending' OR (status = 'failed' AND ?3 = 'ready'))
             RETURNING tenant_id, project_id, id",
        )
        .bind(self.tenant.as_bytes().as_slice())
        .bind(self.hash.as_bytes().as_slice())
        .bind(self.status())
        .fetch_all(db)
        .await
        .map_err(store_error)?;
        let mut images = rows.iter().map(scoped).collect::<Result<Vec<_>, _>>()?;
        images.sort_unstable();
        Ok(images)
    }
}

fn scoped(row: &SqliteRow) -> Result<(Scope, ImageId), StoreError> {
    Ok((Scope { tenant: row.id("tenant_id")?, project: row.id("project_id")? }, row.id("id")?))
}
