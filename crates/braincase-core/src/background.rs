//! The port through which every background task is started, so that none can fail unseen.

use std::{
    error::Error,
    fmt::{self, Display},
    panic::Location,
    sync::Arc,
    time::Duration,
};

use crate::{BoxFuture, ImageId, Scope, TurnId, trace::TraceContext};

/// The most facts that a failure carries besides its error.
const MAX_METADATA: usize = 16;

/// What a task is for: the context of every record that is made of it. What is left open here is taken over from the
/// operation that starts the task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which operation, as in `image_analysis`.
    pub operation: &'static str,
    /// The project it works for.
    pub scope: Option<Scope>,
    /// The turn it works for.
    pub turn: Option<TurnId>,
    /// The image it works on.
    pub image: Option<ImageId>,
    /// Who asked for it, by an opaque name.
    pub user: Option<Arc<str>>,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
    /// Which try it is, from 1, if it is tried again after a failure.
    pub attempt: Option<u32>,
    /// It is stopped, and recorded as timed out, after this long.
    pub deadline: Option<Duration>,
}

impl Task {
    /// A task with nothing known but its operation.
    #[must_use]
    pub const fn new(operation: &'static str) -> Self {
        Self { operation, scope: None, turn: None, image: None, user: None, trace: None, attempt: None, deadline: None }
    }
}

/// Starts tasks and records how they end: every error, panic, time-out and cancellation exactly once.
pub trait Background: Send + Sync + fmt::Debug {
    /// Runs a future beside the caller. It goes on when the caller is gone.
    fn spawn(&self, task: Task, work: BoxFuture<Result<(), Failure>>);

    /// Runs a computation on a thread where blocking is allowed.
    fn spawn_blocking(&self, task: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>);
}

/// An error that nobody else handles, with a stable word for its kind.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {source}")]
pub struct Failure {
    /// A stable word for the kind of failure.
    pub code: &'static str,
    /// What happened.
    pub source: Box<dyn Error + Send + Sync>,
    /// Where in the source it was made.
    pub location: &'static Location<'static>,
    /// Facts beside the error, by name. Records show those whose names are allowed.
    pub metadata: Vec<(&'static str, String)>,
}

impl Failure {
    /// A failure from an error.
    #[track_caller]
    pub fn new(code: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { code, source: source.into(), location: Location::caller(), metadata: Vec::new() }
    }

    /// Adds a fact; beyond sixteen they are left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        if self.metadata.len() < MAX_METADATA {
            self.metadata.push((name, value.to_string()));
        }
        self
    }
}
