//! The store on SQLite: one file, one writer, a few readers, and a folder of blobs.

mod open;
mod writer;

mod analysis;
mod change;
mod event;
mod failures;
mod idempotency;
mod image;
mod issue;
mod memory;
mod message;
mod orphans;
mod probe;
mod project;
mod scene;
mod turn;

mod beside;

mod error;
mod value;
mod write;

use std::sync::Arc;

pub use beside::ErrorReader;

use async_trait::async_trait;
use braincase_core::{
    ContentHash, ImageId, SceneId, Scope, TenantId, Timestamp, TurnId,
    background::{Background, Task},
    event::{Event, NewEvent},
    image::{Analysis, Image, ImageFacts},
    memory::{Memory, MemoryKind},
    message::Message,
    project::Project,
    scene::{Iteration, Scene},
    store::{Accept, Accepted, ChangeCommit, Idempotency, Page, Revisions, Store, StoreError, TurnCommit},
    turn::Turn,
};
use bytes::Bytes;
use sqlx::SqlitePool;
use tokio::sync::oneshot;

use self::{
    analysis::SaveAnalysis,
    change::CommitChanges,
    event::AppendEvents,
    idempotency::ForgetKeys,
    image::AddImage,
    memory::{DeleteMemory, SaveMemory},
    probe::Probe,
    project::{CreateProject, DeleteProject},
    turn::{AcceptTurn, CommitTurn, InterruptTurns},
    writer::Writer,
};
use crate::{
    answer::answer,
    blob::Blobs,
    metrics,
    open::{OpenError, SqliteOptions},
};

/// A store on SQLite. One process at a time can have it open.
#[derive(Debug)]
pub struct SqliteStore {
    inner: Arc<Inner>,
    background: Arc<dyn Background>,
}

/// What work that outlives its caller needs.
#[derive(Debug)]
struct Inner {
    writer: Writer,
    readers: SqlitePool,
    blobs: Blobs,
}

impl SqliteStore {
    /// Opens a store, or makes a new one; its schema is brought up to date. The background runs its writer until
    /// [`Store::close`], and its work with files.
    ///
    /// # Errors
    /// When the directory cannot be used, another process uses it, or the database is damaged or of a newer version.
    pub async fn open(options: SqliteOptions, background: Arc<dyn Background>) -> Result<Self, OpenError> {
        metrics::describe();
        let connections = open::open(&options).await?;
        let blobs = Blobs::open(options.blobs(), Arc::clone(&background));
        let blobs = blobs.map_err(|error| OpenError::directory(&options.blobs(), error))?;
        let readers = connections.readers.clone();
        let writer = Writer::start(&options, connections, background.as_ref());
        let inner = Arc::new(Inner { writer, readers, blobs });
        background.spawn(Task::new("orphan_sweep"), Box::pin(orphans::sweep(Arc::clone(&inner))));
        Ok(Self { inner, background })
    }
}

impl Inner {
    async fn delete_project(&self, scope: Scope) -> Result<bool, StoreError> {
        let Some(unreferenced) = self.writer.store(DeleteProject { scope }).await? else { return Ok(false) };
        for hash in unreferenced {
            let needed = image::is_referenced(&self.readers, scope.tenant, hash);
            self.blobs.remove_unless(scope.tenant, hash, needed).await?;
        }
        Ok(true)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_project(&self, tenant: TenantId, project: &Project) -> Result<(), StoreError> {
        self.inner.writer.store(CreateProject { tenant, project: project.clone() }).await
    }

    async fn load_project(&self, scope: Scope) -> Result<Option<Project>, StoreError> {
        project::load(&self.inner.readers, scope).await
    }

    async fn load_revisions(&self, scope: Scope) -> Result<Option<Revisions>, StoreError> {
        project::revisions(&self.inner.readers, scope).await
    }

    async fn list_projects(&self, tenant: TenantId, page: &Page) -> Result<Vec<Project>, StoreError> {
        project::list(&self.inner.readers, tenant, page).await
    }

    async fn delete_project(&self, scope: Scope) -> Result<bool, StoreError> {
        // Beside the caller: if it goes away between the commit and the last file, the files go all the same.
        let (caller, result) = oneshot::channel();
        let inner = Arc::clone(&self.inner);
        let work = async move { answer(caller, inner.delete_project(scope).await) };
        self.background.spawn(Task { scope: Some(scope), ..Task::new("delete_project") }, Box::pin(work));
        result.await.unwrap_or_else(|_| Err(StoreError::Failed("deleting stopped before it answered".to_owned())))
    }

    async fn list_scenes(&self, scope: Scope) -> Result<Vec<Scene>, StoreError> {
        scene::list(&self.inner.readers, scope).await
    }

    async fn load_scene(&self, scope: Scope, id: SceneId) -> Result<Option<Scene>, StoreError> {
        scene::load(&self.inner.readers, scope, id).await
    }

    async fn list_iterations(&self, scope: Scope, id: SceneId) -> Result<Vec<Iteration>, StoreError> {
        scene::iterations(&self.inner.readers, scope, id).await
    }

    async fn commit_changes(&self, scope: Scope, commit: &ChangeCommit) -> Result<Vec<Event>, StoreError> {
        self.inner.writer.store(CommitChanges { scope, commit: commit.clone() }).await
    }

    async fn save_blob(&self, tenant: TenantId, hash: ContentHash, bytes: Bytes) -> Result<(), StoreError> {
        self.inner.blobs.save(tenant, hash, bytes).await
    }

    async fn load_blob(&self, tenant: TenantId, hash: ContentHash) -> Result<Option<Bytes>, StoreError> {
        self.inner.blobs.load(tenant, hash).await
    }

    async fn add_image(&self, scope: Scope, image: &Image) -> Result<Analysis, StoreError> {
        let known = self.inner.writer.store(AddImage { scope, image: image.clone() }).await;
        // After other errors the row may still come.
        if matches!(known, Ok(_) | Err(StoreError::Conflict { .. })) {
            self.inner.blobs.settled(scope.tenant, image.hash);
        }
        known
    }

    async fn load_image(&self, scope: Scope, id: ImageId) -> Result<Option<Image>, StoreError> {
        image::load(&self.inner.readers, scope, id).await
    }

    async fn load_facts(&self, tenant: TenantId, hash: ContentHash) -> Result<Option<ImageFacts>, StoreError> {
        analysis::load(&self.inner.readers, tenant, hash).await
    }

    async fn save_analysis(
        &self,
        tenant: TenantId,
        hash: ContentHash,
        result: &Result<ImageFacts, String>,
        at: Timestamp,
    ) -> Result<Vec<(Scope, ImageId)>, StoreError> {
        self.inner.writer.store(SaveAnalysis { tenant, hash, result: result.clone(), at }).await
    }

    async fn list_pending_images(&self, limit: usize) -> Result<Vec<(TenantId, Image)>, StoreError> {
        image::pending(&self.inner.readers, limit).await
    }

    async fn accept_turn(&self, scope: Scope, accept: &Accept) -> Result<Accepted, StoreError> {
        self.inner.writer.store(AcceptTurn { scope, accept: accept.clone() }).await
    }

    async fn find_repeated(&self, scope: Scope, idempotency: &Idempotency) -> Result<Option<Accepted>, StoreError> {
        turn::earlier(&self.inner.readers, scope, idempotency).await
    }

    async fn forget_idempotency(&self, before: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.inner.writer.store(ForgetKeys { before, most: limit }).await
    }

    async fn commit_turn(&self, scope: Scope, commit: &TurnCommit) -> Result<Vec<Event>, StoreError> {
        self.inner.writer.store(CommitTurn { scope, commit: commit.clone() }).await
    }

    async fn load_turn(&self, scope: Scope, id: TurnId) -> Result<Option<Turn>, StoreError> {
        turn::load(&self.inner.readers, scope, id).await
    }

    async fn list_turns(&self, scope: Scope, page: &Page) -> Result<Vec<Turn>, StoreError> {
        turn::list(&self.inner.readers, scope, page).await
    }

    async fn interrupt_turns(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.inner.writer.store(InterruptTurns { at }).await
    }

    async fn append_events(&self, scope: Scope, events: &[NewEvent], at: Timestamp) -> Result<Vec<Event>, StoreError> {
        self.inner.writer.store(AppendEvents { scope, events: events.to_vec(), at }).await
    }

    async fn events_after(&self, scope: Scope, after: i64, limit: usize) -> Result<Vec<Event>, StoreError> {
        event::after(&self.inner.readers, scope, after, limit).await
    }

    async fn recent_messages(&self, scope: Scope, limit: usize, max_bytes: usize) -> Result<Vec<Message>, StoreError> {
        message::recent(&self.inner.readers, scope, limit, max_bytes).await
    }

    async fn list_memories(&self, scope: Scope, per_kind: usize) -> Result<Vec<Memory>, StoreError> {
        memory::list(&self.inner.readers, scope, per_kind).await
    }

    async fn save_memory(&self, scope: Scope, memory: &Memory) -> Result<(), StoreError> {
        self.inner.writer.store(SaveMemory { scope, memory: memory.clone() }).await
    }

    async fn delete_memory(&self, scope: Scope, kind: MemoryKind, key: &str) -> Result<bool, StoreError> {
        self.inner.writer.store(DeleteMemory { scope, kind, key: key.to_owned() }).await
    }

    async fn list_images(&self, scope: Scope, limit: usize) -> Result<Vec<Image>, StoreError> {
        image::newest(&self.inner.readers, scope, limit).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.inner.writer.store(Probe).await
    }

    async fn close(&self) {
        self.inner.writer.close().await;
    }
}
