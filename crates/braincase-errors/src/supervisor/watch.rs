//! Sees one task to its end, whichever that is, and makes the one record of it.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use braincase_core::{
    BoxFuture, Clock,
    background::{Failure, Task},
};
use tokio::task::coop::unconstrained;
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};
use tracing::{Span, info_span};

use crate::{
    panics::{self, Panicked},
    record::{Cancellation, Ending, Record},
    sink::Recorder,
};

/// Knows whether a task has ended. If it is dropped before that, the task was abandoned.
pub(super) struct Watch {
    task: Task,
    clock: Arc<dyn Clock>,
    recorder: Recorder,
    span: Span,
    started: Duration,
    settled: AtomicBool,
    _counted: TaskTrackerToken,
}

impl Watch {
    pub(super) fn new(task: Task, clock: Arc<dyn Clock>, recorder: Recorder, counted: TaskTrackerToken) -> Self {
        let span = info_span!(
            "task",
            operation = task.operation,
            project.id = task.scope.map(|scope| display(scope.project)),
            turn.id = task.turn.map(display),
            image.id = task.image.map(display),
        );
        let started = clock.monotonic();
        Self { task, clock, recorder, span, started, settled: AtomicBool::new(false), _counted: counted }
    }

    /// Says how the task ended. Only the first word counts.
    pub(super) fn settle(&self, ending: &Ending) {
        if self.settled.swap(true, Ordering::AcqRel) {
            return;
        }
        let duration = self.clock.monotonic().saturating_sub(self.started);
        if let Some(record) = Record::of(&self.task, ending, self.clock.now(), duration) {
            self.span.in_scope(|| self.recorder.record(&record));
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.task.deadline
    }

    /// Runs a piece of the task in its context; a panic becomes a value.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> Result<T, Panicked> {
        self.span.in_scope(|| panics::catch(work))
    }
}
impl Drop for Watch {
    fn drop(&mut self) {
        self.settle(&Ending::Cancelled(Cancellation::Abandoned));
    }
}
impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("task", &self.task).finish_non_exhaustive()
    }
}

/// Resolves when a task must not go on, with the ending that it then has.
pub(super) async fn stop(deadline: Option<Duration>, cancel: CancellationToken) -> Ending {
    let Some(limit) = deadline else {
        cancel.cancelled().await;
        return Ending::Cancelled(Cancellation::Shutdown);
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Ending::Cancelled(Cancellation::Shutdown),
        () = tokio::time::sleep(limit) => Ending::TimedOut(limit),
    }
}

/// A future together with its watch.
pub(super) struct Watched {
    work: Option<BoxFuture<Result<(), Failure>>>,
    stop: BoxFuture<Ending>,
    watch: Watch,
}

impl Watched {
    pub(super) fn new(work: BoxFuture<Result<(), Failure>>, watch: Watch, cancel: CancellationToken) -> Self {
        // Unconstrained: a task that uses up tokio's budget at every poll must not starve its own deadline.
        let stop = Box::pin(unconstrained(stop(watch.deadline(), cancel)));
        Self { work: Some(work), stop, watch }
    }

    fn poll_work(&mut self, context: &mut Context<'_>) -> Poll<Ending> {
        let Some(work) = &mut self.work else { return Poll::Ready(Ending::Done) };
        match self.watch.within(|| work.as_mut().poll(context)) {
            Ok(Poll::Ready(Ok(()))) => Poll::Ready(Ending::Done),
            Ok(Poll::Ready(Err(failure))) => Poll::Ready(Ending::Failed(failure)),
            Ok(Poll::Pending) => self.stop.as_mut().poll(context),
            Err(panicked) => Poll::Ready(Ending::Panicked(panicked)),
        }
    }

    /// Drops the work in its context; what it does on the way may panic, which matters only if it had ended well.
    fn let_go(&mut self, ending: Ending) -> Ending {
        let work = self.work.take();
        match (self.watch.within(|| drop(work)), ending) {
            (Err(panicked), Ending::Done) => Ending::Panicked(panicked),
            (_, ending) => ending,
        }
    }
}

impl Future for Watched {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Poll::Ready(ending) = self.poll_work(context) else { return Poll::Pending };
        let ending = self.let_go(ending);
        self.watch.settle(&ending);
        Poll::Ready(())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let ending = self.let_go(Ending::Cancelled(Cancellation::Abandoned));
        self.watch.settle(&ending);
    }
}
