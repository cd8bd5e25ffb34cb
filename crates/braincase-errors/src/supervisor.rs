//! Starts tasks and sees each of them to its end.

mod blocking;
mod handle;
mod joined;
mod watch;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use braincase_core::{
    BoxFuture,
    background::{Background, Failure, Task},
};
use tokio::{runtime::Handle as Runtime, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    context::Operation,
    panics,
    record::{Cancellation, Draft, Ending},
    recorder::{Recorder, RecorderOptions},
    sink::{LogSink, Sink},
};
use blocking::BlockingWork;
pub use handle::{Handle, Unfinished};
use watch::{Stops, Watch, Watched};

/// How long cancelled tasks may take to let go of what they hold.
const LETTING_GO: Duration = Duration::from_secs(1);

/// Runs tasks on a tokio runtime and records every one that fails, exactly once. Cheap to clone.
#[derive(Clone)]
pub struct Supervisor {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    recorder: Recorder,
    tasks: TaskTracker,
    closed: AtomicBool,
    cancel: CancellationToken,
}

/// What a shutdown did not get to end by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct Leftover {
    /// Tasks that still ran when the grace was over and were recorded as cancelled.
    pub cancelled: usize,
    /// Those of them that run on even so: computations that cannot be stopped from outside.
    pub stuck: usize,
}

impl Supervisor {
    /// A supervisor on the current tokio runtime that records to the log.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new() -> Self {
        Self::with_sinks(vec![Arc::new(LogSink)])
    }

    /// A supervisor on the current tokio runtime with its own sinks. The runtime needs its timer enabled.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn with_sinks(sinks: Vec<Arc<dyn Sink>>) -> Self {
        Self::with_recorder(Recorder::new(RecorderOptions { sinks, ..RecorderOptions::default() }))
    }

    /// A supervisor on the current tokio runtime with its own recorder. The runtime needs its timer enabled.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn with_recorder(recorder: Recorder) -> Self {
        panics::install_hook();
        let inner = Inner {
            runtime: Runtime::current(),
            recorder,
            tasks: TaskTracker::new(),
            closed: AtomicBool::new(false),
            cancel: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How many tasks have not ended yet.
    #[must_use]
    pub fn running(&self) -> usize {
        self.inner.tasks.len()
    }

    /// Records a failure that happened outside of any task, for instance while a request was handled.
    pub fn report(&self, task: &Task, failure: Failure, duration: Duration) {
        if let Some(draft) = Draft::of(task.operation, Ending::Failed(failure), duration) {
            self.inner.recorder.capture(draft, Some(&Operation::start(task)));
        }
    }

    /// Takes no more tasks, waits up to `grace` for those that run, then cancels and records the rest.
    pub async fn shutdown(&self, grace: Duration) -> Leftover {
        let inner = &self.inner;
        inner.closed.store(true, Ordering::SeqCst);
        inner.tasks.close();
        if timeout(grace, inner.tasks.wait()).await.is_ok() {
            return Leftover::default();
        }
        let cancelled = inner.tasks.len();
        inner.cancel.cancel();
        let let_go = timeout(LETTING_GO, inner.tasks.wait()).await.is_ok();
        Leftover { cancelled, stuck: if let_go { 0 } else { inner.tasks.len() } }
    }

    /// A watch over a new task; `None`, and a record, if no more tasks are taken.
    fn watch(&self, task: &Task) -> Option<Watch> {
        let inner = &self.inner;
        // The watch is counted before `closed` is read, so that a shutdown either sees the task or turns it away.
        let watch = Watch::new(Operation::start(task), inner.recorder.clone(), inner.tasks.token());
        if inner.closed.load(Ordering::SeqCst) {
            watch.settle(Ending::Cancelled(Cancellation::Refused));
            return None;
        }
        Some(watch)
    }
}

impl Default for Supervisor {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor").field("running", &self.running()).finish_non_exhaustive()
    }
}

/// The one place where tasks are started. The runtime's handle is used because callers may be on foreign threads.
impl Background for Supervisor {
    fn spawn(&self, task: Task, work: BoxFuture<Result<(), Failure>>) {
        let Some(watch) = self.watch(&task) else { return };
        let stops = Stops { deadline: task.deadline, shutdown: self.inner.cancel.clone(), abort: None };
        self.inner.runtime.spawn(Watched::new(work, watch, stops));
    }

    fn spawn_blocking(&self, task: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {
        let Some(watch) = self.watch(&task) else { return };
        let inner = &self.inner;
        let stops = Stops { deadline: task.deadline, shutdown: inner.cancel.clone(), abort: None };
        let (work, companion) = BlockingWork::new(work, watch, stops);
        inner.runtime.spawn(companion);
        inner.runtime.spawn_blocking(move || work.run());
    }
}
