//! The engine room: what every step of a turn can reach.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use braincase_cache::{Bound, Cache};
use braincase_core::{
    ContentHash, Scope, TenantId,
    background::{Failure, Task},
    event::{Event, NewEvent},
    image::ImageFacts,
    store::StoreError,
};
use braincase_tokens::{Calibrator, ToolSet, Watermark};

use crate::{
    analyses::Analyses,
    counts,
    facts::Arrivals,
    hub::Hub,
    kept::{Heap, KeptParts},
    keys::UsedKeys,
    orchestrator::Parts,
    queue::Queues,
    running::Running,
    tools,
};

/// What every step of a turn can reach.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) parts: Parts,
    /// Wakes those who wait for events.
    pub(crate) hub: Hub,
    /// One line of turns per project.
    pub(crate) queues: Queues,
    /// One line per project of those who store changes: short waits, also while a turn is thinking.
    pub(crate) edits: Queues,
    /// Images whose facts wait to be taken in, by project.
    pub(crate) arrivals: Arrivals,
    /// The turns that are being worked on.
    pub(crate) running: Running,
    /// The image analyses that are being worked on.
    pub(crate) analyses: Analyses,
    /// Facts by content as they come, so that a turn which began before has them without another read.
    pub(crate) facts: Cache<(TenantId, ContentHash), ImageFacts>,
    /// The parts of projects, so that a turn reads only what has changed.
    pub(crate) kept: KeptParts,
    /// What idempotency keys were used for lately.
    pub(crate) keys: UsedKeys,
    /// What providers were seen to count.
    pub(crate) calibrator: Calibrator,
    /// The tools of every prompt, counted once.
    pub(crate) tools: ToolSet,
    /// Whether a project was warned that its prompts are nearly full. A project that is forgotten is warned once more.
    pub(crate) watermarks: Cache<Scope, Mutex<Watermark>>,
}

/// How much memory it may take to know which projects were warned: about 5 000.
const MAX_WATERMARK_BYTES: u64 = 2 << 20;
/// How long it is known.
const WATERMARK_TTL: Duration = Duration::from_secs(24 * 3_600);
/// How much memory the facts of hot images may take.
const MAX_FACT_BYTES: u64 = 32 << 20;

impl Engine {
    /// An engine over its parts.
    pub(crate) fn new(parts: Parts) -> Self {
        let bound = Bound::Bytes {
            limit: MAX_FACT_BYTES,
            key_heap: |_| 0,
            value_heap: |facts: &ImageFacts| facts.heap() as u64,
        };
        // Images of one upload are analysed together; they need not be read from the store together ten minutes later.
        let facts = Cache::builder("image_facts").bound(bound).jitter(0.1);
        let facts = facts.build(Arc::clone(&parts.clock), Arc::clone(&parts.background));
        let bound = Bound::Bytes { limit: MAX_WATERMARK_BYTES, key_heap: |_| 0, value_heap: |_| 0 };
        let watermarks = Cache::builder("watermarks").ttl(WATERMARK_TTL).bound(bound);
        let watermarks = watermarks.build(Arc::clone(&parts.clock), Arc::clone(&parts.background));
        let parts = counts::share(parts);
        Self {
            kept: KeptParts::new(&parts),
            keys: UsedKeys::new(&parts),
            parts,
            hub: Hub::default(),
            queues: Queues::default(),
            edits: Queues::default(),
            arrivals: Arrivals::default(),
            running: Running::default(),
            analyses: Analyses::default(),
            facts,
            calibrator: Calibrator::default(),
            tools: tools::counted(),
            watermarks,
        }
    }

    /// Starts a task that records how it ends.
    pub(crate) fn spawn(&self, task: Task, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        self.parts.background.spawn(task, Box::pin(work));
    }

    /// Stores events and wakes those who wait for them.
    pub(crate) async fn tell(&self, scope: Scope, events: &[NewEvent]) -> Result<(), StoreError> {
        let stored = self.parts.store.append_events(scope, events, self.parts.clock.now()).await?;
        self.announce(scope, &stored);
        Ok(())
    }

    /// Wakes those who wait for events that are already stored.
    pub(crate) fn announce(&self, scope: Scope, stored: &[Event]) {
        if !stored.is_empty() {
            self.hub.wake(scope);
        }
    }
}

/// A shared engine; cheap to clone.
pub(crate) type Shared = Arc<Engine>;
