//! How a turn can end, other than by doing what was asked.

use std::panic::AssertUnwindSafe;

use braincase_core::{
    TurnId,
    background::Failure,
    brain::BrainError,
    store::StoreError,
    turn::{Turn, TurnError, TurnStatus},
};
use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::Error;

/// A turn that is stored in its terminal state.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) turn: Turn,
    /// What a person should look at, if something broke.
    pub(crate) failure: Option<Failure>,
}

/// Why the work on a turn stopped before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was never accepted, and nothing is stored.
    Refused(Error),
    /// The store failed while accepting it, so it may be stored or not; if it is, it must not be left open.
    Unsure(StoreError),
    /// It was accepted before, as this turn.
    Repeated(TurnId),
    /// It is accepted and must be stored as ended.
    Early(Early),
}

/// The end of a turn that did not do what was asked.
#[derive(Debug)]
pub(crate) struct Early {
    pub(crate) status: TurnStatus,
    pub(crate) error: TurnError,
}

impl Stop {
    /// The turn failed.
    pub(crate) fn failed(code: &str, message: impl Into<String>) -> Self {
        let error = TurnError { code: code.to_owned(), message: message.into() };
        Self::Early(Early { status: TurnStatus::Failed, error })
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<BrainError> for Stop {
    fn from(error: BrainError) -> Self {
        Self::failed(error.code(), error.to_string())
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        // The text of a database error may name files and statements; it belongs in the log.
        tracing::debug!(error = %error, "the store failed within a turn");
        Self::failed(error.code(), "the result could not be stored; nothing was changed, send it again")
    }
}

/// Does the work unless it is told to stop; a panic is an end like any other.
pub(crate) async fn unless_stopped(
    stop: &CancellationToken,
    work: impl Future<Output = Result<Ended, Stop>>,
) -> Result<Ended, Stop> {
    tokio::select! {
        biased;
        () = stop.cancelled() => {
            let error = TurnError { code: "cancelled".to_owned(), message: "the turn was stopped".to_owned() };
            Err(Stop::Early(Early { status: TurnStatus::Cancelled, error }))
        }
        done = AssertUnwindSafe(work).catch_unwind() => done.unwrap_or_else(|_| {
            Err(Stop::failed("panic", "an internal error stopped the turn; nothing was changed"))
        }),
    }
}
