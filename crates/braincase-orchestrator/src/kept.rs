//! Kept parts: what a project is made of as it was last read, so that a turn reads only what has changed.
//!
//! A part is kept together with its revision and is used only if the store says, at the moment of use, that the revision
//! is still that. The revision is read before the part, so a part may be newer than its number says and is never older:
//! whoever else writes, here or in another process, moves the number, and what was kept is read anew. The chat is not
//! kept: every turn adds to it.

mod heap;

use std::{sync::Arc, time::Duration};

use braincase_cache::{Bound, Cache, LoadError};
use braincase_core::{
    Scope,
    background::{Failure, Task},
    image::Image,
    memory::Memory,
    scene::Scene,
    store::{Revisions, StoreError},
};
use tokio::time::timeout;

pub(crate) use self::heap::Heap;
use self::heap::heap_of;
use crate::{engine::Engine, orchestrator::Parts};

/// How much memory kept parts may take; one project gets an eighth of each at most.
const MAX_SCENE_BYTES: u64 = 16 << 20;
const MAX_MEMORY_BYTES: u64 = 8 << 20;
const MAX_IMAGE_BYTES: u64 = 16 << 20;

/// The parts of projects that were read lately.
#[derive(Debug)]
pub(crate) struct KeptParts {
    pub(crate) scenes: Shelf<Scene>,
    pub(crate) memories: Shelf<Memory>,
    pub(crate) images: Shelf<Image>,
}

impl KeptParts {
    pub(crate) fn new(parts: &Parts) -> Self {
        Self {
            scenes: Shelf::new("scenes", "context_scenes", MAX_SCENE_BYTES, parts),
            memories: Shelf::new("memories", "context_memories", MAX_MEMORY_BYTES, parts),
            images: Shelf::new("images", "context_images", MAX_IMAGE_BYTES, parts),
        }
    }
}

/// One kind of part, by project.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    part: &'static str,
    cache: Cache<Scope, Kept<T>>,
}

/// A part, and the revision that it had or has passed.
#[derive(Debug)]
struct Kept<T> {
    revision: i64,
    part: Arc<Vec<T>>,
}

/// Why a part cannot be had.
#[derive(Debug)]
pub(crate) enum Missing {
    /// It could not be read, which is recorded already.
    Recorded,
    /// It could not be read, and nobody else knows.
    Unrecorded(String),
}

impl From<LoadError> for Missing {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Failed(_) | LoadError::Panicked | LoadError::TimedOut(_) | LoadError::Cancelled => {
                Self::Recorded
            }
            LoadError::Busy => Self::Unrecorded(error.to_string()),
        }
    }
}
impl From<StoreError> for Missing {
    fn from(error: StoreError) -> Self {
        Self::Unrecorded(error.to_string())
    }
}

/// How often a load that somebody else began may turn out to be of another revision than the one that is asked for.
const ATTEMPTS: usize = 2;

impl<T: Heap + Send + Sync + 'static> Shelf<T> {
    fn new(part: &'static str, name: &'static str, limit: u64, parts: &Parts) -> Self {
        let bound = Bound::Bytes { limit, key_heap: |_| 0, value_heap: |kept: &Kept<T>| heap_of(&kept.part) };
        let cache = Cache::builder(name).bound(bound).jitter(0.1);
        Self { part, cache: cache.build(Arc::clone(&parts.clock), Arc::clone(&parts.background)) }
    }

    /// The part if it is kept at this revision, otherwise as it is loaded: beside the turn, so that a part which comes too
    /// late for this turn is there for the next one. Without a revision nothing is kept.
    pub(crate) async fn get_or_load<L>(
        &self,
        turn: &Task,
        scope: Scope,
        revision: Option<i64>,
        load: impl Fn() -> L + Clone + Send + 'static,
    ) -> Result<Arc<Vec<T>>, Missing>
    where
        L: Future<Output = Result<Vec<T>, StoreError>> + Send + 'static,
    {
        let Some(revision) = revision else { return Ok(Arc::new(load().await?)) };
        for _ in 0..ATTEMPTS {
            let (name, load) = (self.part, load.clone());
            let read = move || async move {
                let failed = |error| Failure::new("context_degraded", error).with("part", name);
                Ok(Kept { revision, part: Arc::new(load().await.map_err(failed)?) })
            };
            let kept = self.cache.get_or_load(scope, turn.clone(), read).await?;
            if kept.revision == revision {
                return Ok(Arc::clone(&kept.part));
            }
            // It was kept, or is being loaded by somebody, at another revision.
            self.cache.invalidate(&scope);
        }
        Ok(Arc::new(load().await?))
    }

    /// The same, loaded within the caller, to whom a failure belongs. To be used where nobody gives up waiting.
    async fn get_or_read(
        &self,
        scope: Scope,
        revision: Option<i64>,
        read: impl Future<Output = Result<Vec<T>, StoreError>>,
    ) -> Result<Arc<Vec<T>>, StoreError> {
        let Some(revision) = revision else { return read.await.map(Arc::new) };
        if let Some(kept) = self.cache.get(&scope).filter(|kept| kept.revision == revision) {
            return Ok(Arc::clone(&kept.part));
        }
        let part = Arc::new(read.await?);
        self.cache.insert(scope, Kept { revision, part: Arc::clone(&part) });
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
    let read = engine.parts.store.list_scenes(scope);
    engine.kept.scenes.get_or_read(scope, revisions.map(|revisions| revisions.scenes), read).await
}
