//! Runs computations on threads where blocking is allowed, a few at a time, so that async threads stay free.

use std::sync::Arc;

use braincase_core::background::{Background, Task};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Runs computations, a few at a time. Cheap to clone; clones share the places.
#[derive(Debug, Clone)]
pub struct Compute {
    background: Arc<dyn Background>,
    places: Arc<Semaphore>,
}

/// A computation ended without a result: it panicked, which is recorded where it was started, or the server stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the computation was dropped before it ended")]
pub struct Dropped;

impl Compute {
    /// Runs up to `places` computations at once, and at least one.
    #[must_use]
    pub fn new(background: Arc<dyn Background>, places: usize) -> Self {
        Self { background, places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))) }
    }

    /// Runs a computation when there is a place for it, and waits for its result.
    ///
    /// # Errors
    /// When it ended without a result.
    pub async fn run<T: Send + 'static>(
        &self,
        task: Task,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Dropped> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Dropped)?;
        let (answer, result) = oneshot::channel();
        let job = Job { work, place, answer };
        let run = move || {
            job.run();
            Ok(())
        };
        self.background.spawn_blocking(task, Box::new(run));
        result.await.map_err(|_| Dropped)
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
