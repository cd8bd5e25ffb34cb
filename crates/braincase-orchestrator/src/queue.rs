//! The queue: one line of turns per project, first come, first served.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use braincase_core::Scope;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

type Acquire = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send + Sync>>;

/// One line per project that has somebody in it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Queues {
    lines: Arc<Mutex<HashMap<Scope, Line>>>,
}

#[derive(Debug)]
struct Line {
    door: Arc<Semaphore>,
    places: usize,
}

/// The line is as long as it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    /// How many places are taken.
    pub(crate) places: usize,
}

impl Queues {
    /// Takes the next place of a project's line, at once; [`Place::reached`] waits for it.
    pub(crate) fn take_place(&self, scope: Scope, max_places: usize) -> Result<Place, Full> {
        let mut lines = self.lock();
        let line = lines.entry(scope).or_insert_with(|| Line { door: Arc::new(Semaphore::new(1)), places: 0 });
        if line.places >= max_places {
            return Err(Full { places: line.places });
        }
        line.places += 1;
        let mut wait: Acquire = Box::pin(Arc::clone(&line.door).acquire_owned());
        // A semaphore hands out its permit in the order of the first poll, so this is the moment that decides the order.
        let state = match wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(permit) => State::Reached(permit.ok()),
            Poll::Pending => State::Waiting(wait),
        };
        drop(lines);
        Ok(Place { queues: self.clone(), scope, state })
    }

    /// How many places of a project's line are taken.
    pub(crate) fn places(&self, scope: Scope) -> usize {
        self.lock().get(&scope).map_or(0, |line| line.places)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a project's line. Dropping it lets the next one go on, whether or not it was reached.
pub(crate) struct Place {
    queues: Queues,
    scope: Scope,
    state: State,
}

enum State {
    Waiting(Acquire),
    Reached(#[expect(dead_code, reason = "held until the place is left")] Option<OwnedSemaphorePermit>),
}

impl Place {
    /// Waits until everyone who came before has left.
    pub(crate) async fn reached(&mut self) {
        if let State::Waiting(wait) = &mut self.state {
            // The semaphore is never closed, so the only outcome is a permit.
            let permit = wait.as_mut().await.ok();
            self.state = State::Reached(permit);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.queues.lock();
        if let Some(line) = lines.get_mut(&self.scope) {
            line.places -= 1;
            if line.places == 0 {
                lines.remove(&self.scope);
            }
        }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reached = matches!(self.state, State::Reached(_));
        f.debug_struct("Place").field("scope", &self.scope).field("reached", &reached).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
