//! A task whose result somebody waits for, or not: it is seen to its end either way.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use braincase_core::background::{Failure, Task};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    Supervisor,
    watch::{Stops, Watched},
};
use crate::{lock, record::Outcome};

/// Waits for a task. If it is dropped, the task goes on.
#[must_use = "a task that nobody waits for is better started by `Background::spawn`"]
pub struct Handle<T> {
    value: Arc<Mutex<Option<T>>>,
    ended: oneshot::Receiver<Option<Outcome>>,
    abort: CancellationToken,
}

/// A task did not end well. It is recorded already, so there is nothing left to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it did not end well ({}); it is recorded", .outcome.as_str())]
pub struct Unfinished {
    /// How it ended.
    pub outcome: Outcome,
}

impl Supervisor {
    /// Starts a task that returns something.
    pub fn start<T: Send + 'static>(
        &self,
        task: &Task,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Handle<T> {
        let (tell, ended) = oneshot::channel();
        let handle = Handle { value: Arc::default(), ended, abort: CancellationToken::new() };
        let Some(watch) = self.watch(task) else { return handle };
        watch.tell(tell);
        let value = Arc::clone(&handle.value);
        let work = async move {
            *lock(&value) = Some(work.await?);
            Ok(())
        };
        let stops =
            Stops { deadline: task.deadline, shutdown: self.inner.cancel.clone(), abort: Some(handle.abort.clone()) };
        self.inner.runtime.spawn(Watched::new(Box::pin(work), watch, stops));
        handle
    }
}

impl<T> Handle<T> {
    /// Stops the task where it waits next; it is recorded as aborted.
    pub fn abort(&self) {
        self.abort.cancel();
    }

    /// Waits until the task has ended.
    ///
    /// # Errors
    /// If it did not end well, which is recorded already.
    pub async fn join(self) -> Result<T, Unfinished> {
        // A task that was refused has no sender, and was never started.
        let refused = Some(Outcome::Cancelled(crate::record::Cancellation::Refused));
        if let Some(outcome) = self.ended.await.unwrap_or(refused) {
            return Err(Unfinished { outcome });
        }
        let value = lock(&self.value).take();
        value.ok_or(Unfinished { outcome: Outcome::Panic })
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
