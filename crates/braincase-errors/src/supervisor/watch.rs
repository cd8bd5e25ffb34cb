//! Sees one task to its end, whichever that is, and makes the one record of it.

use std::{
    fmt,
    future::pending,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use braincase_core::{BoxFuture, background::Failure};
use tokio::{sync::oneshot, task::coop::unconstrained};
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};
use tracing::{Span, field::Empty, info_span};

use crate::{
    context::Operation,
    lock,
    panics::{self, Panicked},
    record::{Cancellation, Draft, Ending, Outcome},
    recorder::Recorder,
    slow::Timed,
};

/// Knows whether a task has ended. If it is dropped before that, the task was abandoned.
pub(super) struct Watch {
    operation: Arc<Operation>,
    recorder: Recorder,
    span: Span,
    started: Duration,
    timed: Mutex<Option<Timed>>,
    settled: AtomicBool,
    /// Told how it ended; nothing if it ended well.
    waiting: Mutex<Option<oneshot::Sender<Option<Outcome>>>>,
    /// Counts the task as running, unless it is part of one that is counted.
    _counted: Option<TaskTrackerToken>,
}

impl Watch {
    pub(super) fn new(
        operation: Arc<Operation>,
        recorder: Recorder,
        counted: impl Into<Option<TaskTrackerToken>>,
    ) -> Self {
        let context = &operation.context;
        let span = info_span!(
            "task",
            operation = operation.name,
            project.id = context.project.map(display),
            turn.id = context.turn.map(display),
            image.id = context.image.map(display),
            request.id = context.request_id.as_deref(),
            trace.id = context.trace.map(|trace| trace.trace_id()),
            error.type = Empty,
        );
        #[cfg(feature = "otlp")]
        if let Some(trace) = context.trace {
            crate::otlp::set_parent(&span, trace);
        }
        let started = recorder.clock().monotonic();
        let timed = recorder.slow().begin(operation.name, Some(Arc::clone(&operation)), started);
        Self {
            operation,
            recorder,
            span,
            started,
            timed: Mutex::new(timed),
            settled: AtomicBool::new(false),
            waiting: Mutex::default(),
            _counted: counted.into(),
        }
    }

    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Tells whoever waits how it ended.
    pub(super) fn tell(&self, waiting: oneshot::Sender<Option<Outcome>>) {
        *lock(&self.waiting) = Some(waiting);
    }

    /// Says how the task ended, and makes the record. Only the first word counts; it is returned unless all went well.
    pub(super) fn settle(&self, ending: Ending) -> Option<Outcome> {
        if self.settled.swap(true, Ordering::AcqRel) {
            return None;
        }
        let now = self.recorder.clock().monotonic();
        if let Some(timed) = lock(&self.timed).take() {
            self.recorder.slow().end(timed, now);
        }
        let draft = Draft::of(self.operation.name, ending, now.saturating_sub(self.started));
        let outcome = draft.as_ref().map(|draft| draft.outcome);
        if let Some(draft) = draft {
            if draft.outcome.is_error() {
                self.span.record("error.type", &*draft.code);
            }
            self.span.in_scope(|| self.recorder.capture(draft, Some(&self.operation)));
        }
        if let Some(waiting) = lock(&self.waiting).take() {
            // Nobody has to wait.
            let _ = waiting.send(outcome);
        }
        outcome
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    /// Runs a piece of the task in its context; a panic becomes a value.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> Result<T, Panicked> {
        let _operation = self.operation.enter();
        self.span.in_scope(|| panics::catch(work))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.settle(Ending::Cancelled(Cancellation::Abandoned));
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

/// What keeps a task from going on.
#[derive(Debug)]
pub(super) struct Stops {
    pub(super) deadline: Option<Duration>,
    pub(super) shutdown: CancellationToken,
    pub(super) abort: Option<CancellationToken>,
}

impl Stops {
    /// Resolves when the task must not go on, with the ending that it then has.
    pub(super) async fn any(self) -> Ending {
        let Self { deadline, shutdown, abort } = self;
        tokio::select! {
            biased;
            () = shutdown.cancelled() => Ending::Cancelled(Cancellation::Shutdown),
            () = aborted(abort) => Ending::Cancelled(Cancellation::Abandoned),
            limit = passed(deadline) => Ending::TimedOut(limit),
        }
    }
}

async fn aborted(abort: Option<CancellationToken>) {
    match abort {
        Some(abort) => abort.cancelled().await,
        None => pending().await,
    }
}

async fn passed(deadline: Option<Duration>) -> Duration {
    let Some(limit) = deadline else { return pending().await };
    tokio::time::sleep(limit).await;
    limit
}

/// A future together with its watch. It resolves to what came of it, or to how it failed, which is recorded then.
pub(super) struct Watched<T> {
    work: Option<BoxedWork<T>>,
    stop: BoxFuture<Ending>,
    watch: Watch,
}

/// What a watch sees to its end.
pub(super) type BoxedWork<T> = BoxFuture<Result<T, Failure>>;

impl<T> Watched<T> {
    pub(super) fn new(work: BoxedWork<T>, watch: Watch, stops: Stops) -> Self {
        // Unconstrained: a task that uses up tokio's budget at every poll must not starve its own deadline.
        let stop = Box::pin(unconstrained(stops.any()));
        Self { work: Some(work), stop, watch }
    }

    fn poll_work(&mut self, context: &mut Context<'_>) -> Poll<Result<T, Ending>> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        match self.watch.within(|| work.as_mut().poll(context)) {
            Ok(Poll::Ready(result)) => Poll::Ready(result.map_err(Ending::Failed)),
            Ok(Poll::Pending) => self.stop.as_mut().poll(context).map(Err),
            Err(panicked) => Poll::Ready(Err(Ending::Panicked(panicked))),
        }
    }

    /// Drops the work in its context; what it does on the way may panic, which matters only if it had ended well.
    fn let_go(&mut self, result: Result<T, Ending>) -> Result<T, Ending> {
        if let Some(cause) = result.as_ref().err().and_then(Ending::cause) {
            self.watch.operation().stopped_by(cause);
        }
        let work = self.work.take();
        match (self.watch.within(|| drop(work)), result) {
            (Err(panicked), Ok(_)) => Err(Ending::Panicked(panicked)),
            (_, result) => result,
        }
    }
}

impl<T: Unpin> Future for Watched<T> {
    type Output = Result<T, Outcome>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(result) = self.poll_work(context) else { return Poll::Pending };
        let result = match self.let_go(result) {
            Ok(value) => Ok((value, self.watch.settle(Ending::Done))),
            Err(ending) => Err(self.watch.settle(ending)),
        };
        // A watch that was settled before, which only a blocking one can be, has no outcome to tell.
        Poll::Ready(result.map(|(value, _)| value).map_err(|outcome| outcome.unwrap_or(Outcome::Error)))
    }
}

impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        let cause = self.watch.operation().cause_of_drop();
        if let Err(ending) = self.let_go(Err(Ending::Cancelled(cause))) {
            self.watch.settle(ending);
        }
    }
}
