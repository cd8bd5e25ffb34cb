//! The port through which every background task is started, so that none can fail unseen.

use std::{error::Error, fmt, time::Duration};

use crate::{BoxFuture, ImageId, Scope, TurnId};

/// What a task is for: the context of every record that is made of it.
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
    /// It is stopped, and recorded as timed out, after this long.
    pub deadline: Option<Duration>,
}

impl Task {
    /// A task with nothing known but its operation.
    #[must_use]
    pub const fn new(operation: &'static str) -> Self {
        Self { operation, scope: None, turn: None, image: None, deadline: None }
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
}

impl Failure {
    /// A failure from an error.
    pub fn new(code: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { code, source: source.into() }
    }
}
