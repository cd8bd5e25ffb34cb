//! The turns that are being worked on: who waits for them, and how they are told to stop.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use braincase_core::{Scope, TurnId, turn::Turn};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The turns that are being worked on in this process.
#[derive(Debug, Default, Clone)]
pub(crate) struct Running {
    turns: Arc<Mutex<HashMap<TurnId, Entry>>>,
    /// Woken whenever a turn has ended; for those who wait until none is left.
    ended: Arc<tokio::sync::Notify>,
}

#[derive(Debug, Clone)]
struct Entry {
    scope: Scope,
    stop: CancellationToken,
    result: watch::Receiver<Option<Arc<Turn>>>,
}

impl Running {
    /// Registers a turn; it counts as running until the guard is dropped.
    pub(crate) fn enter(&self, scope: Scope, turn: TurnId, stop: CancellationToken) -> RunningTurn {
        let (sender, result) = watch::channel(None);
        self.lock().insert(turn, Entry { scope, stop, result });
        RunningTurn { running: self.clone(), turn, sender }
    }

    /// Waits for the result of a turn; `None` if it is not running here or ends without a result.
    pub(crate) async fn result(&self, scope: Scope, turn: TurnId) -> Option<Arc<Turn>> {
        let mut result = self.entry(scope, turn)?.result;
        let ended = result.wait_for(Option::is_some).await.ok()?;
        ended.clone()
    }

    /// Tells a turn to stop; `false` if it is not running here.
    pub(crate) fn stop(&self, scope: Scope, turn: TurnId) -> bool {
        self.entry(scope, turn).inspect(|entry| entry.stop.cancel()).is_some()
    }

    /// Tells every turn of a project to stop.
    pub(crate) fn stop_project(&self, scope: Scope) {
        self.lock().values().filter(|entry| entry.scope == scope).for_each(|entry| entry.stop.cancel());
    }

    /// Tells every turn to stop.
    pub(crate) fn stop_all(&self) {
        self.lock().values().for_each(|entry| entry.stop.cancel());
    }

    /// Waits until no turn is running.
    pub(crate) async fn none_left(&self) {
        loop {
            let ended = self.ended.notified();
            if self.lock().is_empty() {
                return;
            }
            ended.await;
        }
    }

    fn entry(&self, scope: Scope, turn: TurnId) -> Option<Entry> {
        self.lock().get(&turn).filter(|entry| entry.scope == scope).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TurnId, Entry>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn that is being worked on.
#[derive(Debug)]
pub(crate) struct RunningTurn {
    running: Running,
    turn: TurnId,
    sender: watch::Sender<Option<Arc<Turn>>>,
}

impl RunningTurn {
    /// Hands the result to everyone who waits for it.
    pub(crate) fn finish(self, result: Turn) {
        self.sender.send_replace(Some(Arc::new(result)));
    }
}

impl Drop for RunningTurn {
    fn drop(&mut self) {
        self.running.lock().remove(&self.turn);
        self.running.ended.notify_waiters();
    }
}
