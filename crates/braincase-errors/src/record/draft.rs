//! What is known at the moment of a failure, before it is decided whether a record is made of it.

use std::{
    borrow::Cow,
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use braincase_core::background::Failure;

use super::{Cancellation, Outcome};
use crate::{context::Context, fingerprint::Fingerprint, panics::Panicked, redact::tidy};

/// The most links of an error chain that are kept.
const MAX_CHAIN: usize = 16;

/// How a task ended, with what it left behind.
#[derive(Debug)]
pub(crate) enum Ending {
    Done,
    Failed(Failure),
    Panicked(Panicked),
    TimedOut(Duration),
    Cancelled(Cancellation),
}

impl Ending {
    /// Why what runs within the task has to stop, too.
    pub(crate) const fn cause(&self) -> Option<Cancellation> {
        match self {
            Self::TimedOut(_) => Some(Cancellation::Deadline),
            Self::Cancelled(cause) => Some(*cause),
            Self::Done | Self::Failed(_) | Self::Panicked(_) => None,
        }
    }
}

/// A failure of which no record is made yet: only what tells it from others, so that a flood of them is cheap.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) code: Cow<'static, str>,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) outcome: Outcome,
    /// From the outermost error to its root.
    pub(crate) errors: Vec<String>,
    pub(crate) location: Option<String>,
    pub(crate) metadata: Vec<(Cow<'static, str>, String)>,
    pub(crate) backtrace: Option<String>,
    /// What it says of its context itself.
    pub(crate) context: Context,
    /// Whether it is a line of the log.
    pub(crate) logged: bool,
    pub(crate) duration: Duration,
}

impl Draft {
    /// What is known of an ending, unless all went well.
    pub(crate) fn of(operation: &'static str, ending: Ending, duration: Duration) -> Option<Self> {
        let blank = |outcome, code| Self {
            code: Cow::Borrowed(code),
            operation: Cow::Borrowed(operation),
            outcome,
            errors: Vec::new(),
            location: None,
            metadata: Vec::new(),
            backtrace: None,
            context: Context::default(),
            logged: false,
            duration,
        };
        Some(match ending {
            Ending::Done => return None,
            Ending::Failed(failure) => Self {
                errors: chain(failure.source.as_ref()),
                location: Some(failure.location.to_string()),
                metadata: failure.metadata.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect(),
                ..blank(Outcome::Error, failure.code)
            },
            Ending::Panicked(panicked) => Self {
                errors: vec![tidy(&panicked.message)],
                location: panicked.location,
                backtrace: panicked.backtrace,
                ..blank(Outcome::Panic, "panic")
            },
            Ending::TimedOut(limit) => {
                Self { errors: vec![format!("did not end within {limit:?}")], ..blank(Outcome::TimedOut, "timed_out") }
            }
            Ending::Cancelled(why) => {
                Self { errors: vec![why.to_string()], ..blank(Outcome::Cancelled(why), "cancelled") }
            }
        })
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let file = self.location.as_deref().and_then(|location| location.split(':').next());
        let message = self.errors.first().map_or("", String::as_str);
        Fingerprint::of(&self.operation, &self.code, self.outcome.as_str(), file.unwrap_or_default(), message)
    }
}

/// The texts of an error and of its causes; a text that only repeats the end of the one before is left out.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    // Foreign code formats these errors; if that panics there must still be a record.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut texts: Vec<String> = Vec::new();
        let mut next = Some(error);
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
