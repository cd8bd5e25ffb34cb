//! Runs computations on threads where blocking is allowed, a few at a time, so that async threads stay free.

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use braincase_core::background::{Background, Task};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Instant, timeout_at},
};

/// Runs computations, a few at a time. Cheap to clone; clones share the places.
#[derive(Debug, Clone)]
pub struct Compute {
    background: Arc<dyn Background>,
    places: Arc<Semaphore>,
    limit: Duration,
}

/// Why a computation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoResult {
    /// Others had all places for the whole time; nothing was computed.
    #[error("no place for the computation came free within {} s", .0.as_secs_f64())]
    NoPlace(Duration),
    /// It had a place, but not enough time.
    #[error("the computation was not done within {} s", .0.as_secs_f64())]
    TookTooLong(Duration),
    /// It panicked, which is recorded where it was started, or the server stops.
    #[error("the computation was dropped before it ended")]
    Dropped,
}

impl Compute {
    /// Runs up to `places` computations at once, and at least one. Whoever wants a result waits for it no longer than
    /// `limit`, the wait for a place included.
    #[must_use]
    pub fn new(background: Arc<dyn Background>, places: usize, limit: Duration) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self { background, places: Arc::new(Semaphore::new(places)), limit }
    }

    /// Runs a computation when there is a place for it, and waits for its result.
    ///
    /// If the wait is given up, by its limit or by dropping this future, a computation that has not begun never begins and
    /// costs nothing. One that has begun cannot be stopped: it holds its place until it is done, for nobody.
    ///
    /// # Errors
    /// When there is no result in time, or none at all.
    pub async fn run<T: Send + 'static>(
        &self,
        task: Task,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let until = Instant::now() + self.limit;
        let place = timeout_at(until, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| NoResult::NoPlace(self.limit))?.map_err(|_| NoResult::Dropped)?;
        let (answer, result) = oneshot::channel();
        let job = Job { work, place, answer };
        let run = move || {
            job.run();
            Ok(())
        };
        self.background.spawn_blocking(task, Box::new(run));
        let result = timeout_at(until, result).await.map_err(|_| NoResult::TookTooLong(self.limit))?;
        result.map_err(|_| NoResult::Dropped)
    }
}

/// One computation. It holds its place until it has ended, even if nobody waits for it any longer, so that an abandoned
/// wait does not let in more computations than there should be.
struct Job<T, W> {
    work: W,
    place: OwnedSemaphorePermit,
    answer: oneshot::Sender<T>,
}

impl<T, W: FnOnce() -> T> Job<T, W> {
    fn run(self) {
        if self.answer.is_closed() {
            return;
        }
        let result = (self.work)();
        drop(self.place);
        // An error means that nobody waits any longer, which is theirs to decide.
        let _ = self.answer.send(result);
    }
}
