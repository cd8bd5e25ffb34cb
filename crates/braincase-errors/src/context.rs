//! For whom and within what an operation runs, carried along wherever it runs.
//!
//! The operation that a thread works on is known to the thread while it does, so that a log line or a new task finds it.

use std::{
    cell::RefCell,
    mem,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use braincase_core::{ImageId, ProjectId, TenantId, TurnId, background::Task, trace::TraceContext};
use serde::{Deserialize, Serialize};

use crate::{
    breadcrumb::{Breadcrumb, Trail, cut},
    lock,
    record::Cancellation,
    redact::tidy,
};

/// For whom and within what an operation runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Whose data it works on.
    pub tenant: Option<TenantId>,
    /// The project it works for.
    pub project: Option<ProjectId>,
    /// Who asked for it, by an opaque name.
    pub user: Option<Arc<str>>,
    /// The turn it works for.
    pub turn: Option<TurnId>,
    /// The image it works on.
    pub image: Option<ImageId>,
    /// The request that it began with.
    pub request_id: Option<Arc<str>>,
    /// The trace and the span that it belongs to.
    pub trace: Option<TraceContext>,
    /// Which try it is, from 1.
    pub attempt: Option<u32>,
}

impl Context {
    /// The same, and what is not known from what is around it.
    pub(crate) fn within(self, around: Self) -> Self {
        Self {
            tenant: self.tenant.or(around.tenant),
            project: self.project.or(around.project),
            user: self.user.or(around.user),
            turn: self.turn.or(around.turn),
            image: self.image.or(around.image),
            request_id: self.request_id.or(around.request_id),
            trace: self.trace.or(around.trace),
            attempt: self.attempt.or(around.attempt),
        }
    }

    /// The same without secrets: what users and requests are called is up to clients.
    pub(crate) fn clean(self) -> Self {
        let clean = |name: Arc<str>| tidy(&name).into();
        Self { user: self.user.map(clean), request_id: self.request_id.map(clean), ..self }
    }

    /// What a task says of itself, and for the rest what is known of whoever starts it.
    fn of(task: &Task, parent: Option<&Self>) -> Self {
        let (tenant, project) = task.scope.map(|scope| (scope.tenant, scope.project)).unzip();
        let own = Self {
            tenant,
            project,
            user: task.user.clone(),
            turn: task.turn,
            image: task.image,
            request_id: None,
            trace: task.trace,
            attempt: task.attempt,
        };
        // Which try it is belongs to the task alone.
        let parent = Self { attempt: None, ..parent.cloned().unwrap_or_default() };
        own.within(parent)
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Operation>>> = const { RefCell::new(None) };
}

/// One thing that is being done, from its start to its end.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) context: Context,
    trail: Mutex<Trail>,
    /// The request that it began with, which may end earlier.
    request: Arc<RequestEnd>,
    /// What it runs within, if it ends with it.
    within: Option<Arc<Self>>,
    /// Why it is being stopped.
    cause: OnceLock<Cancellation>,
    /// Why it is stopped if nobody says.
    if_dropped: Cancellation,
}

/// When a request ended, in microseconds of the monotonic clock and one more; zero while it runs.
#[derive(Debug, Default)]
struct RequestEnd(AtomicU64);

impl Operation {
    /// A task that the operation starts that this thread works on, and that goes on without it.
    pub(crate) fn start(task: &Task) -> Arc<Self> {
        Arc::new(Self::part_of(Self::current(), task))
    }

    /// A part of the operation that this thread works on: it ends with it.
    pub(crate) fn within_current(task: &Task) -> Arc<Self> {
        let within = Self::current();
        Arc::new(Self { within: within.clone(), ..Self::part_of(within, task) })
    }

    /// A request, with which other operations begin.
    pub(crate) fn request(task: &Task, id: Arc<str>) -> Arc<Self> {
        let operation = Self::part_of(None, task);
        let context = Context { request_id: Some(id), ..operation.context };
        Arc::new(Self { context, if_dropped: Cancellation::Client, ..operation })
    }

    fn part_of(parent: Option<Arc<Self>>, task: &Task) -> Self {
        Self {
            name: task.operation,
            context: Context::of(task, parent.as_ref().map(|parent| &parent.context)),
            trail: Mutex::default(),
            request: parent.map(|parent| Arc::clone(&parent.request)).unwrap_or_default(),
            within: None,
            cause: OnceLock::new(),
            if_dropped: Cancellation::Abandoned,
        }
    }

    /// What this thread works on.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(|current| current.try_borrow().ok().and_then(|current| current.clone())).ok().flatten()
    }

    /// Makes it what this thread works on, until the guard goes.
    pub(crate) fn enter(self: &Arc<Self>) -> Entered {
        Entered { before: swap(Some(Arc::clone(self))) }
    }

    pub(crate) fn add_breadcrumb(&self, breadcrumb: Breadcrumb) {
        lock(&self.trail).push(breadcrumb);
    }

    /// Keeps what is known of a panic, whoever catches it.
    pub(crate) fn note_panic(&self, message: &str, location: Option<&str>) {
        let message = cut(format!("panicked at {}: {message}", location.unwrap_or("an unknown place")));
        // The clock belongs to the recorder, which a panic hook does not know: the time is that of the line before.
        let mut trail = lock(&self.trail);
        let at = trail.last_at();
        trail.push(Breadcrumb { at, level: "error".into(), target: "panic".into(), message });
    }

    pub(crate) fn breadcrumbs(&self) -> Vec<Breadcrumb> {
        lock(&self.trail).clean()
    }

    /// Says why it stops, and all that runs within it; only the first word counts.
    pub(crate) fn stopped_by(&self, cause: Cancellation) {
        let _ = self.cause.set(cause);
    }

    /// Why it is dropped now: what stops the nearest operation around it, if any.
    pub(crate) fn cause_of_drop(&self) -> Cancellation {
        let outer = self.within.as_ref().and_then(|within| within.cause.get().copied());
        self.cause.get().copied().or(outer).unwrap_or(self.if_dropped)
    }

    pub(crate) fn end_request(&self, now: Duration) {
        let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        self.request.0.store(micros.saturating_add(1), Ordering::Release);
    }

    /// How long ago the request that it began with had ended.
    pub(crate) fn late(&self, now: Duration) -> Option<Duration> {
        match self.request.0.load(Ordering::Acquire) {
            0 => None,
            ended => Some(now.saturating_sub(Duration::from_micros(ended - 1))),
        }
    }
}

/// Gives the thread back what it worked on before.
#[derive(Debug)]
pub(crate) struct Entered {
    before: Option<Arc<Operation>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Dropped outside of the borrow: the last reference to an operation may go with it.
        drop(swap(self.before.take()));
    }
}

/// Threads that are being torn down have no current operation any more.
fn swap(next: Option<Arc<Operation>>) -> Option<Arc<Operation>> {
    CURRENT
        .try_with(|current| current.try_borrow_mut().ok().and_then(|mut current| mem::replace(&mut *current, next)))
        .ok()
        .flatten()
}
