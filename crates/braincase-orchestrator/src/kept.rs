//! Kept parts: what a project is made of as it was last read, so that a turn reads only what has changed.
//!
//! A part is kept together with its revision and is used only if the store says, at the moment of use, that the revision
//! is still that. The revision is read before the part, so a part may be newer than its number says and is never older:
//! whoever else writes, here or in another process, moves the number, and what was kept is read anew.

mod heap;

use std::{sync::Arc, time::Duration};

use braincase_cache::{Bound, Cache};
use braincase_core::{
    Scope,
    image::Image,
    memory::Memory,
    message::Message,
    scene::Scene,
    store::{Revisions, StoreError},
};
use tokio::time::timeout;

use self::heap::{Heap, heap_of};
use crate::{engine::Engine, orchestrator::Parts};

/// How much memory kept parts may take; one project gets an eighth of each at most.
const MAX_SCENE_BYTES: u64 = 16 << 20;
const MAX_MESSAGE_BYTES: u64 = 32 << 20;
const MAX_MEMORY_BYTES: u64 = 8 << 20;
const MAX_IMAGE_BYTES: u64 = 16 << 20;

/// The parts of projects that were read lately.
#[derive(Debug)]
pub(crate) struct KeptParts {
    pub(crate) scenes: Shelf<Scene>,
    pub(crate) messages: Shelf<Message>,
    pub(crate) memories: Shelf<Memory>,
    pub(crate) images: Shelf<Image>,
}

impl KeptParts {
    pub(crate) fn new(parts: &Parts) -> Self {
        Self {
            scenes: Shelf::new("context_scenes", MAX_SCENE_BYTES, parts),
            messages: Shelf::new("context_messages", MAX_MESSAGE_BYTES, parts),
            memories: Shelf::new("context_memories", MAX_MEMORY_BYTES, parts),
            images: Shelf::new("context_images", MAX_IMAGE_BYTES, parts),
        }
    }
}

/// One kind of part, by project.
#[derive(Debug)]
pub(crate) struct Shelf<T>(Cache<Scope, Kept<T>>);

/// A part, and the revision that it had or has passed.
#[derive(Debug)]
struct Kept<T> {
    revision: i64,
    part: Arc<Vec<T>>,
}

impl<T: Heap + Send + Sync + 'static> Shelf<T> {
    fn new(name: &'static str, limit: u64, parts: &Parts) -> Self {
        let bound = Bound::Bytes { limit, key_heap: |_| 0, value_heap: |kept: &Kept<T>| heap_of(&kept.part) };
        let cache = Cache::builder(name).bound(bound).jitter(0.1);
        Self(cache.build(Arc::clone(&parts.clock), Arc::clone(&parts.background)))
    }

    /// The part if it is kept at this revision, otherwise as it is loaded. Without a revision nothing is kept.
    pub(crate) async fn get_or_load(
        &self,
        scope: Scope,
        revision: Option<i64>,
        load: impl Future<Output = Result<Vec<T>, StoreError>>,
    ) -> Result<Arc<Vec<T>>, StoreError> {
        let Some(revision) = revision else { return load.await.map(Arc::new) };
        if let Some(kept) = self.0.get(&scope).filter(|kept| kept.revision >= revision) {
            return Ok(Arc::clone(&kept.part));
        }
        let part = Arc::new(load.await?);
        self.0.insert(scope, Kept { revision, part: Arc::clone(&part) });
        Ok(part)
    }
}

/// How far the parts of a project have come. If that cannot be had, parts are read without it.
pub(crate) async fn revisions(engine: &Engine, scope: Scope, limit: Duration) -> Option<Revisions> {
    let problem = match timeout(limit, engine.parts.store.load_revisions(scope)).await {
        Ok(Ok(revisions)) => return revisions,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("not loaded within {limit:?}"),
    };
    tracing::error!(
        code = "context_degraded", operation = "context_build", part = "revisions", error = problem,
        project.id = %scope.project, "what has changed is not known; everything is read",
    );
    metrics::counter!("braincase_context_degraded_total", "part" => "revisions").increment(1);
    None
}

/// The scenes as they are now.
pub(crate) async fn scenes_now(engine: &Engine, scope: Scope) -> Result<Arc<Vec<Scene>>, StoreError> {
    let revisions = revisions(engine, scope, engine.parts.limits.context_deadline).await;
    let load = engine.parts.store.list_scenes(scope);
    engine.kept.scenes.get_or_load(scope, revisions.map(|revisions| revisions.scenes), load).await
}
