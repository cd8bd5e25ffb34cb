//! Operations that run within their caller: requests, and parts of tasks.

use std::sync::Arc;

use braincase_core::background::{Failure, Task};

use super::{
    Supervisor, Unfinished,
    watch::{Stops, Watch, Watched},
};
use crate::context::Operation;

impl Supervisor {
    /// Runs a part of what the caller does, and records how it failed, if it does. It ends with the caller: if that is
    /// stopped, this is recorded as cancelled for the same reason.
    ///
    /// # Errors
    /// If it did not end well, which is recorded already.
    pub async fn run<T: Send + Unpin + 'static>(
        &self,
        task: Task,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Unfinished> {
        let watch = Watch::new(Operation::within_current(&task), self.inner.recorder.clone(), None);
        let stops = Stops { deadline: task.deadline, shutdown: self.inner.cancel.clone(), abort: None };
        Watched::new(Box::pin(work), watch, stops).await.map_err(|outcome| Unfinished { outcome })
    }

    /// Handles a request, with which other operations begin: they carry its id, and what fails of them after it has
    /// ended is recorded as late. If it is dropped, its client went away.
    ///
    /// # Errors
    /// If it panicked, was dropped or met its deadline, which is recorded already.
    pub async fn request<T: Send + Unpin + 'static>(
        &self,
        task: Task,
        id: Arc<str>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Unfinished> {
        let operation = Operation::request(&task, id);
        let _ending = RequestEnding { operation: Arc::clone(&operation), supervisor: self };
        let watch = Watch::new(operation, self.inner.recorder.clone(), None);
        let stops = Stops { deadline: task.deadline, shutdown: self.inner.cancel.clone(), abort: None };
        let work = Box::pin(async move { Ok(work.await) });
        Watched::new(work, watch, stops).await.map_err(|outcome| Unfinished { outcome })
    }
}

/// Says that a request has ended, however it did.
struct RequestEnding<'a> {
    operation: Arc<Operation>,
    supervisor: &'a Supervisor,
}

impl Drop for RequestEnding<'_> {
    fn drop(&mut self) {
        self.operation.end_request(self.supervisor.inner.recorder.clock().monotonic());
    }
}
