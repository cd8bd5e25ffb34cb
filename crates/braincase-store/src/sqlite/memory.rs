//! What a project remembers, in SQLite.

use async_trait::async_trait;
use braincase_core::{
    Scope,
    memory::{Memory, MemoryKind},
    store::StoreError,
};
use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    error::{insert_error, store_error},
    value::{Columns, limit},
    write::Write,
};

/// Each kind is read from the newest end of its index, however much there is of it.
pub(super) async fn list(readers: &SqlitePool, scope: Scope, per_kind: usize) -> Result<Vec<Memory>, StoreError> {
    let [first, second, third] = MemoryKind::ALL.map(MemoryKind::as_str);
    let rows = sqlx::query(
        "SELECT * FROM (SELECT kind, key, value, confidence, provenance, updated_at FROM project_memory
                        WHERE tenant_id = ?1 AND project_id = ?2 AND kind = ?3
                        ORDER BY updated_at DESC, key DESC LIMIT ?6)
         UNION ALL
         SELECT * FROM (SELECT kind, key, value, confidence, provenance, updated_at FROM project_memory
                        WHERE tenant_id = ?1 AND project_id = ?2 AND kind = ?4
                        ORDER BY updated_at DESC, key DESC LIMIT ?6)
         UNION ALL
         SELECT * FROM (SELECT kind, key, value, confidence, provenance, updated_at FROM project_memory
                        WHERE tenant_id = ?1 AND project_id = ?2 AND kind = ?5
                        ORDER BY updated_at DESC, key DESC LIMIT ?6)
         ORDER BY kind, key",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(first)
    .bind(second)
    .bind(third)
    .bind(limit(per_kind))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    rows.iter().map(memory).collect()
}

fn memory(row: &SqliteRow) -> Result<Memory, StoreError> {
    Ok(Memory {
        kind: row.word("kind")?,
        key: row.plain("key")?,
        value: row.plain("value")?,
        confidence: row.plain("confidence")?,
        provenance: row.plain("provenance")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Remembers something, inside the caller's transaction.
pub(super) async fn save(db: &mut SqliteConnection, scope: Scope, memory: &Memory) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO project_memory (tenant_id, project_id, kind, key, value, confidence, provenance, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (tenant_id, project_id, kind, key) DO UPDATE SET value = excluded.value,
             confidence = excluded.confidence, provenance = excluded.provenance, updated_at = excluded.updated_at",
    )
    .bind(scope.tenant.as_bytes().as_slice())
    .bind(scope.project.as_bytes().as_slice())
    .bind(memory.kind.as_str())
    .bind(&memory.key)
    .bind(&memory.value)
    .bind(memory.confidence)
    .bind(&memory.provenance)
    .bind(memory.updated_at.as_micros())
    .execute(db)
    .await
    .map(drop)
    .map_err(insert_error(|| format!("memory {}", memory.key)))
}

/// Remembers something on its own.
pub(super) struct SaveMemory {
    pub(super) scope: Scope,
    pub(super) memory: Memory,
}

#[async_trait]
impl Write for SaveMemory {
    type Output = ();

    async fn apply(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        save(db, self.scope, &self.memory).await
    }
}

/// Forgets something.
pub(super) struct DeleteMemory {
    pub(super) scope: Scope,
    pub(super) kind: MemoryKind,
    pub(super) key: String,
}

#[async_trait]
impl Write for DeleteMemory {
    type Output = bool;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<bool, StoreError> {
        sqlx::query("DELETE FROM project_memory WHERE tenant_id = ?1 AND project_id = ?2 AND kind = ?3 AND key = ?4")
            .bind(self.scope.tenant.as_bytes().as_slice())
            .bind(self.scope.project.as_bytes().as_slice())
            .bind(self.kind.as_str())
            .bind(&self.key)
            .execute(db)
            .await
            .map(|deleted| deleted.rows_affected() > 0)
            .map_err(store_error)
    }
}
