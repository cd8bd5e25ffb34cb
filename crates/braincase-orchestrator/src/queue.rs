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
    turns: usize,
}

/// As many turns are in the line as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    /// How many turns are in it.
    pub(crate) turns: usize,
}

/// Who holds a place. Only turns count against the limit that users see.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Turn,
    Other,
}

impl Holder {
    const fn turns(self) -> usize {
        match self {
            Self::Turn => 1,
            Self::Other => 0,
        }
    }
}

impl Queues {
    /// Takes the next place of a project's line for a turn, at once; [`Place::reached`] waits for it.
    pub(crate) fn take_turn_place(&self, scope: Scope, max_turns: usize) -> Result<Place, Full> {
        let mut lines = self.lock();
        let turns = lines.get(&scope).map_or(0, |line| line.turns);
        if turns >= max_turns {
            return Err(Full { turns });
        }
        Ok(self.take(&mut lines, scope, Holder::Turn))
    }

    /// Takes the next place for something that is no turn and that there is only little of.
    pub(crate) fn take_place(&self, scope: Scope) -> Place {
        let mut lines = self.lock();
        self.take(&mut lines, scope, Holder::Other)
    }

    fn take(&self, lines: &mut HashMap<Scope, Line>, scope: Scope, holder: Holder) -> Place {
        let new = || Line { door: Arc::new(Semaphore::new(1)), places: 0, turns: 0 };
        let line = lines.entry(scope).or_insert_with(new);
        line.places += 1;
        line.turns += holder.turns();
        let mut wait: Acquire = Box::pin(Arc::clone(&line.door).acquire_owned());
        // A semaphore hands out its permit in the order of the first poll, so this is the moment that decides the order.
        let state = match wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(permit) => State::Reached(permit.ok()),
            Poll::Pending => State::Waiting(wait),
        };
        Place { queues: self.clone(), scope, holder, state }
    }

    /// How many turns are in a project's line.
    pub(crate) fn turns(&self, scope: Scope) -> usize {
        self.lock().get(&scope).map_or(0, |line| line.turns)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a project's line. Dropping it lets the next one go on, whether or not it was reached.
pub(crate) struct Place {
    queues: Queues,
    scope: Scope,
    holder: Holder,
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
            line.turns -= self.holder.turns();
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
