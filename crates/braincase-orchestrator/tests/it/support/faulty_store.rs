//! A store that passes calls on, remembers them, and fails as it is told.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use braincase_core::{
    ContentHash, ImageId, SceneId, Scope, TenantId, Timestamp, TurnId,
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
use tokio::sync::Semaphore;

type Answer<T> = Result<T, StoreError>;

/// The calls that a store got, by name.
pub(crate) type Calls = Arc<Mutex<Vec<&'static str>>>;

/// Passes every call on, but the one with the chosen number fails.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    pub(crate) real: Arc<dyn Store>,
    pub(crate) calls: Calls,
    pub(crate) fault: Fault,
}

/// Which call fails, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    None,
    /// Nothing is done.
    Before(usize),
    /// It is done, but the answer is lost.
    After(usize),
    /// Every call of this name fails.
    Each(&'static str),
    /// Nothing ever changes, as far as revisions tell.
    FrozenRevisions,
    /// Images are listed once there is a permit for it.
    HeldImages(&'static Semaphore),
}

impl FaultyStore {
    async fn pass<T>(&self, name: &'static str, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(name);
            calls.len()
        };
        let failed = || Err(StoreError::Failed(format!("call {number} was chosen to fail")));
        match self.fault {
            Fault::Before(chosen) if chosen == number => failed(),
            Fault::Each(chosen) if chosen == name => failed(),
            Fault::After(chosen) if chosen == number => {
                drop(call.await);
                failed()
            }
            Fault::None
            | Fault::Before(_)
            | Fault::After(_)
            | Fault::Each(_)
            | Fault::FrozenRevisions
            | Fault::HeldImages(_) => call.await,
        }
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn create_project(&self, tenant: TenantId, project: &Project) -> Answer<()> {
        self.pass("create_project", self.real.create_project(tenant, project)).await
    }
    async fn load_project(&self, scope: Scope) -> Answer<Option<Project>> {
        self.pass("load_project", self.real.load_project(scope)).await
    }
    async fn load_revisions(&self, scope: Scope) -> Answer<Option<Revisions>> {
        let revisions = self.pass("load_revisions", self.real.load_revisions(scope)).await;
        let frozen = Revisions { scenes: 0, messages: 0, memories: 0, images: 0 };
        if matches!(self.fault, Fault::FrozenRevisions) { Ok(Some(frozen)) } else { revisions }
    }
    async fn list_projects(&self, tenant: TenantId, page: &Page) -> Answer<Vec<Project>> {
        self.pass("list_projects", self.real.list_projects(tenant, page)).await
    }
    async fn delete_project(&self, scope: Scope) -> Answer<bool> {
        self.pass("delete_project", self.real.delete_project(scope)).await
    }
    async fn list_scenes(&self, scope: Scope) -> Answer<Vec<Scene>> {
        self.pass("list_scenes", self.real.list_scenes(scope)).await
    }
    async fn load_scene(&self, scope: Scope, id: SceneId) -> Answer<Option<Scene>> {
        self.pass("load_scene", self.real.load_scene(scope, id)).await
    }
    async fn list_iterations(&self, scope: Scope, id: SceneId) -> Answer<Vec<Iteration>> {
        self.pass("list_iterations", self.real.list_iterations(scope, id)).await
    }
    async fn commit_changes(&self, scope: Scope, commit: &ChangeCommit) -> Answer<Vec<Event>> {
        self.pass("commit_changes", self.real.commit_changes(scope, commit)).await
    }
    async fn save_blob(&self, tenant: TenantId, hash: ContentHash, bytes: Bytes) -> Answer<()> {
        self.pass("save_blob", self.real.save_blob(tenant, hash, bytes)).await
    }
    async fn load_blob(&self, tenant: TenantId, hash: ContentHash) -> Answer<Option<Bytes>> {
        self.pass("load_blob", self.real.load_blob(tenant, hash)).await
    }
    async fn add_image(&self, scope: Scope, image: &Image) -> Answer<Analysis> {
        self.pass("add_image", self.real.add_image(scope, image)).await
    }
    async fn load_image(&self, scope: Scope, id: ImageId) -> Answer<Option<Image>> {
        self.pass("load_image", self.real.load_image(scope, id)).await
    }
    async fn load_facts(&self, tenant: TenantId, hash: ContentHash) -> Answer<Option<ImageFacts>> {
        self.pass("load_facts", self.real.load_facts(tenant, hash)).await
    }
    async fn save_analysis(
        &self,
        tenant: TenantId,
        hash: ContentHash,
        result: &Result<ImageFacts, String>,
        at: Timestamp,
    ) -> Answer<Vec<(Scope, ImageId)>> {
        self.pass("save_analysis", self.real.save_analysis(tenant, hash, result, at)).await
    }
    async fn list_pending_images(&self, limit: usize) -> Answer<Vec<(TenantId, Image)>> {
        self.pass("list_pending_images", self.real.list_pending_images(limit)).await
    }
    async fn accept_turn(&self, scope: Scope, accept: &Accept) -> Answer<Accepted> {
        self.pass("accept_turn", self.real.accept_turn(scope, accept)).await
    }
    async fn find_repeated(&self, scope: Scope, idempotency: &Idempotency) -> Answer<Option<Accepted>> {
        self.pass("find_repeated", self.real.find_repeated(scope, idempotency)).await
    }
    async fn forget_idempotency(&self, before: Timestamp, limit: usize) -> Answer<u64> {
        self.pass("forget_idempotency", self.real.forget_idempotency(before, limit)).await
    }
    async fn commit_turn(&self, scope: Scope, commit: &TurnCommit) -> Answer<Vec<Event>> {
        self.pass("commit_turn", self.real.commit_turn(scope, commit)).await
    }
    async fn load_turn(&self, scope: Scope, id: TurnId) -> Answer<Option<Turn>> {
        self.pass("load_turn", self.real.load_turn(scope, id)).await
    }
    async fn list_turns(&self, scope: Scope, page: &Page) -> Answer<Vec<Turn>> {
        self.pass("list_turns", self.real.list_turns(scope, page)).await
    }
    async fn interrupt_turns(&self, at: Timestamp) -> Answer<u64> {
        self.pass("interrupt_turns", self.real.interrupt_turns(at)).await
    }
    async fn append_events(&self, scope: Scope, events: &[NewEvent], at: Timestamp) -> Answer<Vec<Event>> {
        self.pass("append_events", self.real.append_events(scope, events, at)).await
    }
    async fn events_after(&self, scope: Scope, after: i64, limit: usize) -> Answer<Vec<Event>> {
        self.pass("events_after", self.real.events_after(scope, after, limit)).await
    }
    async fn recent_messages(&self, scope: Scope, limit: usize, max_bytes: usize) -> Answer<Vec<Message>> {
        self.pass("recent_messages", self.real.recent_messages(scope, limit, max_bytes)).await
    }
    async fn list_memories(&self, scope: Scope, per_kind: usize) -> Answer<Vec<Memory>> {
        self.pass("list_memories", self.real.list_memories(scope, per_kind)).await
    }
    async fn save_memory(&self, scope: Scope, memory: &Memory) -> Answer<()> {
        self.pass("save_memory", self.real.save_memory(scope, memory)).await
    }
    async fn delete_memory(&self, scope: Scope, kind: MemoryKind, key: &str) -> Answer<bool> {
        self.pass("delete_memory", self.real.delete_memory(scope, kind, key)).await
    }
    async fn list_images(&self, scope: Scope, limit: usize) -> Answer<Vec<Image>> {
        let list = async {
            if let Fault::HeldImages(gate) = self.fault {
                gate.acquire().await.unwrap().forget();
            }
            self.real.list_images(scope, limit).await
        };
        self.pass("list_images", list).await
    }
    async fn check(&self) -> Answer<()> {
        self.pass("check", self.real.check()).await
    }
    async fn close(&self) {
        self.real.close().await;
    }
}
