//! What is kept of a failure.

use std::{
    error::Error,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use braincase_core::{
    ImageId, ProjectId, TenantId, Timestamp, TurnId,
    background::{Failure, Task},
};

use crate::{panics::Panicked, redact::redact};

/// The most links of an error chain that are kept.
const MAX_CHAIN: usize = 16;
/// The most bytes that are kept of one text.
const MAX_TEXT: usize = 4_096;

/// One failure, with what is known of it. Its texts are free of secrets and of bounded length.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// A stable word for the kind of failure.
    pub code: &'static str,
    /// Which operation failed.
    pub operation: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What happened, from the outermost error to its root.
    pub errors: Vec<String>,
    /// Where in the source it panicked.
    pub location: Option<String>,
    /// Whose data it worked on.
    pub tenant: Option<TenantId>,
    /// The project it worked for.
    pub project: Option<ProjectId>,
    /// The turn it worked for.
    pub turn: Option<TurnId>,
    /// The image it worked on.
    pub image: Option<ImageId>,
    /// When it ended.
    pub at: Timestamp,
    /// How long it had run.
    pub duration: Duration,
}

/// How a task failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It returned an error.
    Error,
    /// It panicked.
    Panic,
    /// Its deadline passed.
    TimedOut,
    /// It was stopped before it ended.
    Cancelled(Cancellation),
}

/// Why a task was stopped before it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cancellation {
    /// It came after the shutdown had begun, and never ran.
    Refused,
    /// The shutdown's grace was over.
    Shutdown,
    /// It was dropped: aborted, or its runtime went away.
    Abandoned,
}

impl Outcome {
    /// A stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::TimedOut => "timed_out",
            Self::Cancelled(_) => "cancelled",
        }
    }
}
impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "refused because the program is shutting down",
            Self::Shutdown => "stopped by the shutdown",
            Self::Abandoned => "dropped before it ended",
        })
    }
}

impl Record {
    /// What happened, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        self.errors.join(": ")
    }

    pub(crate) fn of(task: &Task, ending: &Ending, at: Timestamp, duration: Duration) -> Option<Self> {
        let (outcome, code, errors, location) = match ending {
            Ending::Done => return None,
            Ending::Failed(failure) => (Outcome::Error, failure.code, chain(failure), None),
            Ending::Panicked(panicked) => {
                (Outcome::Panic, "panic", vec![tidy(&panicked.message)], panicked.location.clone())
            }
            Ending::TimedOut(limit) => {
                (Outcome::TimedOut, "timed_out", vec![format!("did not end within {limit:?}")], None)
            }
            Ending::Cancelled(why) => (Outcome::Cancelled(*why), "cancelled", vec![why.to_string()], None),
        };
        let (tenant, project) = task.scope.map(|scope| (scope.tenant, scope.project)).unzip();
        let Task { operation, turn, image, .. } = *task;
        Some(Self { code, operation, outcome, errors, location, tenant, project, turn, image, at, duration })
    }
}

/// How a task ended, with what it left behind.
#[derive(Debug)]
pub(crate) enum Ending {
    Done,
    Failed(Failure),
    Panicked(Panicked),
    TimedOut(Duration),
    Cancelled(Cancellation),
}

/// The texts of an error and of its causes; a text that only repeats the end of the one before is left out.
fn chain(failure: &Failure) -> Vec<String> {
    // Foreign code formats these errors; if that panics there must still be a record.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut texts: Vec<String> = Vec::new();
        let mut next: Option<&dyn Error> = Some(failure.source.as_ref());
        while let (Some(error), true) = (next, texts.len() < MAX_CHAIN) {
            let text = tidy(&error.to_string());
            if !texts.last().is_some_and(|last| last.ends_with(&text)) {
                texts.push(text);
            }
            next = error.source();
        }
        texts
    }));
    read.unwrap_or_else(|_| vec!["an error whose text cannot be read".to_owned()])
}

fn tidy(text: &str) -> String {
    // Redacted before it is cut: a cut in the middle of a secret would leave a beginning that is no longer recognised.
    // What lies far behind the cut is not even looked at.
    let near = &text[..text.floor_char_boundary(4 * MAX_TEXT)];
    let mut tidy = redact(near);
    if tidy.len() > MAX_TEXT {
        tidy.truncate(tidy.floor_char_boundary(MAX_TEXT));
        tidy.push('…');
    }
    tidy
}
