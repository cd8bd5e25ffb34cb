//! The hub: wakes those who wait for events of a project.
//!
//! It carries no events. Who is woken reads the store, which makes every stream complete and in order however slow its
//! reader is, and needs no buffer per reader.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use braincase_core::Scope;
use tokio::sync::watch;

/// Projects that nobody listens to any more are forgotten when there are this many.
const PRUNE_ABOVE: usize = 1_024;

/// Wakes those who wait for events of a project.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    bells: Mutex<HashMap<Scope, watch::Sender<()>>>,
    stopped: tokio_util::sync::CancellationToken,
}

impl Hub {
    /// Tells that there are new events. Costs nothing if nobody waits.
    pub(crate) fn wake(&self, scope: Scope) {
        let mut bells = self.lock();
        if bells.get(&scope).is_some_and(|bell| bell.send(()).is_err()) {
            // Nobody listens any more.
            bells.remove(&scope);
        }
    }

    /// Registers interest; take it before reading the store, so that nothing slips through in between.
    pub(crate) fn listen(&self, scope: Scope) -> Listener {
        let mut bells = self.lock();
        if bells.len() >= PRUNE_ABOVE {
            bells.retain(|_, bell| !bell.is_closed());
        }
        let receiver = bells.entry(scope).or_insert_with(|| watch::Sender::new(())).subscribe();
        Listener { receiver, stopped: self.stopped.clone() }
    }

    /// Ends every wait, now and later.
    pub(crate) fn stop(&self) {
        self.stopped.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, watch::Sender<()>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits for events of one project.
#[derive(Debug)]
pub(crate) struct Listener {
    receiver: watch::Receiver<()>,
    stopped: tokio_util::sync::CancellationToken,
}

impl Listener {
    /// Waits for news since the last call; `false` if there will be no more because the server stops.
    pub(crate) async fn news(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.stopped.cancelled() => false,
            changed = self.receiver.changed() => changed.is_ok(),
        }
    }
}
