//! The engine room: what every step of a turn can reach.

use std::sync::Arc;

use braincase_cache::Cache;
use braincase_core::{
    ContentHash, Scope, TenantId,
    background::{Failure, Task},
    event::{Event, NewEvent},
    image::ImageFacts,
    store::StoreError,
};
use braincase_tokens::Registry;

use crate::{analyses::Analyses, hub::Hub, orchestrator::Parts, queue::Queues, running::Running};

/// What every step of a turn can reach.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) parts: Parts,
    /// Wakes those who wait for events.
    pub(crate) hub: Hub,
    /// One line of turns per project.
    pub(crate) queues: Queues,
    /// The turns that are being worked on.
    pub(crate) running: Running,
    /// The image analyses that are being worked on.
    pub(crate) analyses: Analyses,
    /// Facts by content, so that a hot image costs no read.
    pub(crate) facts: Cache<(TenantId, ContentHash), ImageFacts>,
    /// What is known of models.
    pub(crate) models: Registry,
}

impl Engine {
    /// Starts a task that records how it ends.
    pub(crate) fn spawn(
        &self,
        task: Task,
        work: impl Future<Output = Result<(), Failure>> + Send + 'static,
    ) {
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
