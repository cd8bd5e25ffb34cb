//! The port to a brain: something that decides what to do.

use std::time::Duration;

use async_trait::async_trait;

use crate::prompt::{Decision, Prompt};

/// Something that decides what to do.
#[async_trait]
pub trait Brain: Send + Sync + std::fmt::Debug {
    /// Decides what to do about a prompt. Every wait inside has a limit.
    ///
    /// # Errors
    /// See [`BrainError`]: its variants say what the caller can do.
    async fn decide(&self, prompt: &Prompt) -> Result<Decision, BrainError>;

    /// Its name for logs and metrics, as in `local` or `openai`.
    fn name(&self) -> &'static str;
}

/// Why a brain did not decide.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrainError {
    /// The provider is overloaded; it may work later.
    #[error("the model's provider is overloaded (status {status})")]
    Overloaded {
        /// The HTTP status.
        status: u16,
        /// How long the provider asks us to wait.
        retry_after: Option<Duration>,
    },
    /// The provider failed or could not be reached.
    #[error("the model's provider failed: {0}")]
    Unavailable(String),
    /// No answer, or no further part of it, within the limit.
    #[error("the model's provider did not {waited_for} within {limit:?}")]
    TimedOut {
        /// What we waited for, as in `connect`, `answer` or `go on`.
        waited_for: &'static str,
        /// How long we waited.
        limit: Duration,
    },
    /// The answer makes no sense; asking again may help.
    #[error("the model's answer is not usable: {0}")]
    Garbled(String),
    /// The provider refused the request; asking again will not help.
    #[error("the model's provider refused the request (status {status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
}

impl BrainError {
    /// A stable word for the kind of failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "brain_overloaded",
            Self::Unavailable(_) => "brain_unavailable",
            Self::TimedOut { .. } => "brain_timed_out",
            Self::Garbled(_) => "brain_garbled",
            Self::Refused { .. } => "brain_refused",
        }
    }
}
