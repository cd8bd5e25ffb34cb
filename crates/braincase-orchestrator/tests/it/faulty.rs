//! A store that fails at a chosen call, and what a turn does at each of them: SQLite's own way of testing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use braincase_core::{
    ContentHash, ImageId, SceneId, Scope, TenantId, Timestamp, TurnId,
    event::{Event, NewEvent},
    image::{Analysis, Image, ImageFacts},
    memory::{Memory, MemoryKind},
    message::Message,
    project::Project,
    scene::{Iteration, Scene},
    store::{Accept, Accepted, ChangeCommit, Idempotency, Page, Store, StoreError, TurnCommit},
    turn::{Turn, TurnStatus},
};
use braincase_orchestrator::Ask;
use bytes::Bytes;

use crate::support::{Desk, Setting, shows};

type Answer<T> = Result<T, StoreError>;

/// Passes every call on, but the one with the chosen number fails.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    pub(crate) real: Arc<dyn Store>,
    pub(crate) calls: Arc<AtomicUsize>,
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
}

impl FaultyStore {
    async fn pass<T>(&self, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let failed = || Err(StoreError::Failed(format!("call {number} was chosen to fail")));
        match self.fault {
            Fault::Before(chosen) if chosen == number => failed(),
            Fault::After(chosen) if chosen == number => {
                drop(call.await);
                failed()
            }
            Fault::None | Fault::Before(_) | Fault::After(_) => call.await,
        }
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn create_project(&self, tenant: TenantId, project: &Project) -> Answer<()> {
        self.pass(self.real.create_project(tenant, project)).await
    }
    async fn load_project(&self, scope: Scope) -> Answer<Option<Project>> {
        self.pass(self.real.load_project(scope)).await
    }
    async fn list_projects(&self, tenant: TenantId, page: &Page) -> Answer<Vec<Project>> {
        self.pass(self.real.list_projects(tenant, page)).await
    }
    async fn delete_project(&self, scope: Scope) -> Answer<bool> {
        self.pass(self.real.delete_project(scope)).await
    }
    async fn list_scenes(&self, scope: Scope) -> Answer<Vec<Scene>> {
        self.pass(self.real.list_scenes(scope)).await
    }
    async fn load_scene(&self, scope: Scope, id: SceneId) -> Answer<Option<Scene>> {
        self.pass(self.real.load_scene(scope, id)).await
    }
    async fn list_iterations(&self, scope: Scope, id: SceneId) -> Answer<Vec<Iteration>> {
        self.pass(self.real.list_iterations(scope, id)).await
    }
    async fn commit_changes(&self, scope: Scope, commit: &ChangeCommit) -> Answer<Vec<Event>> {
        self.pass(self.real.commit_changes(scope, commit)).await
    }
    async fn save_blob(&self, tenant: TenantId, hash: ContentHash, bytes: Bytes) -> Answer<()> {
        self.pass(self.real.save_blob(tenant, hash, bytes)).await
    }
    async fn load_blob(&self, tenant: TenantId, hash: ContentHash) -> Answer<Option<Bytes>> {
        self.pass(self.real.load_blob(tenant, hash)).await
    }
    async fn add_image(&self, scope: Scope, image: &Image) -> Answer<Analysis> {
        self.pass(self.real.add_image(scope, image)).await
    }
    async fn load_image(&self, scope: Scope, id: ImageId) -> Answer<Option<Image>> {
        self.pass(self.real.load_image(scope, id)).await
    }
    async fn load_facts(&self, tenant: TenantId, hash: ContentHash) -> Answer<Option<ImageFacts>> {
        self.pass(self.real.load_facts(tenant, hash)).await
    }
    async fn save_analysis(
        &self,
        tenant: TenantId,
        hash: ContentHash,
        result: &Result<ImageFacts, String>,
        at: Timestamp,
    ) -> Answer<Vec<(Scope, ImageId)>> {
        self.pass(self.real.save_analysis(tenant, hash, result, at)).await
    }
    async fn list_pending_images(&self, limit: usize) -> Answer<Vec<(TenantId, Image)>> {
        self.pass(self.real.list_pending_images(limit)).await
    }
    async fn accept_turn(&self, scope: Scope, accept: &Accept) -> Answer<Accepted> {
        self.pass(self.real.accept_turn(scope, accept)).await
    }
    async fn find_repeated(&self, scope: Scope, idempotency: &Idempotency) -> Answer<Option<Accepted>> {
        self.pass(self.real.find_repeated(scope, idempotency)).await
    }
    async fn forget_idempotency(&self, before: Timestamp, limit: usize) -> Answer<u64> {
        self.pass(self.real.forget_idempotency(before, limit)).await
    }
    async fn commit_turn(&self, scope: Scope, commit: &TurnCommit) -> Answer<Vec<Event>> {
        self.pass(self.real.commit_turn(scope, commit)).await
    }
    async fn load_turn(&self, scope: Scope, id: TurnId) -> Answer<Option<Turn>> {
        self.pass(self.real.load_turn(scope, id)).await
    }
    async fn list_turns(&self, scope: Scope, page: &Page) -> Answer<Vec<Turn>> {
        self.pass(self.real.list_turns(scope, page)).await
    }
    async fn interrupt_turns(&self, at: Timestamp) -> Answer<u64> {
        self.pass(self.real.interrupt_turns(at)).await
    }
    async fn append_events(&self, scope: Scope, events: &[NewEvent], at: Timestamp) -> Answer<Vec<Event>> {
        self.pass(self.real.append_events(scope, events, at)).await
    }
    async fn events_after(&self, scope: Scope, after: i64, limit: usize) -> Answer<Vec<Event>> {
        self.pass(self.real.events_after(scope, after, limit)).await
    }
    async fn recent_messages(&self, scope: Scope, limit: usize, max_bytes: usize) -> Answer<Vec<Message>> {
        self.pass(self.real.recent_messages(scope, limit, max_bytes)).await
    }
    async fn list_memories(&self, scope: Scope, per_kind: usize) -> Answer<Vec<Memory>> {
        self.pass(self.real.list_memories(scope, per_kind)).await
    }
    async fn save_memory(&self, scope: Scope, memory: &Memory) -> Answer<()> {
        self.pass(self.real.save_memory(scope, memory)).await
    }
    async fn delete_memory(&self, scope: Scope, kind: MemoryKind, key: &str) -> Answer<bool> {
        self.pass(self.real.delete_memory(scope, kind, key)).await
    }
    async fn list_images(&self, scope: Scope, limit: usize) -> Answer<Vec<Image>> {
        self.pass(self.real.list_images(scope, limit)).await
    }
    async fn check(&self) -> Answer<()> {
        self.pass(self.real.check()).await
    }
    async fn close(&self) {
        self.real.close().await;
    }
}

/// Uploads an image and makes a scene of it, with a store that fails at one call; returns how many calls there were.
async fn make_a_scene_with(fault: Fault) -> usize {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let desk = Desk::with(Setting::default(), |real| Arc::new(FaultyStore { real, calls: counter, fault })).await;
    let Ok(image) = desk.orchestrator.upload(desk.scope, crate::support::picture(1)).await else {
        return calls.load(Ordering::SeqCst);
    };
    desk.brain.will_say(Ok(shows(image.id)));
    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await;

    let page = Page { limit: 10, before: None };
    let turns = desk.store.list_turns(desk.scope, &page).await.unwrap();
    let scenes = desk.scenes().await.len();
    match turn {
        Ok(turn) => {
            assert!(turn.status.is_terminal(), "{fault:?}: {turn:?}");
            let stored = &turns[0];
            assert_eq!((stored.id, stored.status), (turn.id, turn.status), "{fault:?}");
            assert_eq!(scenes, usize::from(turn.status == TurnStatus::Completed), "{fault:?}: {turn:?}");
        }
        Err(refused) => {
            assert_eq!(scenes, 0, "{fault:?}: {refused}");
            // If it was stored nevertheless it must not stay open.
            for turn in &turns {
                assert_eq!(desk.finished(turn.id).await.status, TurnStatus::Failed, "{fault:?}");
            }
        }
    }
    let ends = desk.events().await.iter().filter(|event| event.kind.ends_turn()).count();
    assert_eq!(ends, turns.len(), "{fault:?}: each accepted turn ends exactly once");
    calls.load(Ordering::SeqCst)
}

#[tokio::test]
async fn whichever_call_of_the_store_fails_a_turn_ends_once_and_changes_everything_or_nothing() {
    let calls = make_a_scene_with(Fault::None).await;
    assert!(calls > 10, "only {calls} calls");
    for number in 1..=calls {
        make_a_scene_with(Fault::Before(number)).await;
    }
}

#[tokio::test]
async fn whichever_answer_of_the_store_is_lost_a_turn_ends_once_and_changes_everything_or_nothing() {
    let calls = make_a_scene_with(Fault::None).await;
    for number in 1..=calls {
        make_a_scene_with(Fault::After(number)).await;
    }
}

#[tokio::test]
async fn a_part_of_the_context_that_cannot_be_had_does_not_stop_the_turn() {
    // Without images a turn starts with accepting and the four parts of its context, in an order that may differ.
    let mut degraded = 0;
    for number in 1..=5 {
        let fault = Fault::Before(number);
        let around = |real| Arc::new(FaultyStore { real, calls: Arc::default(), fault }) as Arc<dyn Store>;
        let desk = Desk::with(Setting::default(), around).await;
        let Ok(turn) = desk.run(desk.ask("add an intro")).await else { continue };
        assert_eq!(turn.status, TurnStatus::Completed, "{fault:?}");
        let told = desk.events().await.into_iter().find(|event| event.kind.as_str() == "context.ready").unwrap();
        degraded += told.data["degraded"].as_array().unwrap().len();
    }
    assert_eq!(degraded, 4, "each part failed once");
}
