//! Why the orchestrator refuses a request; failures within a turn are part of the turn instead.

use braincase_core::store::StoreError;

/// Why a request was refused. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field of the request is wrong.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field, as the client calls it.
        field: &'static str,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// Something is larger than allowed.
    #[error("{field}: {problem}")]
    TooLarge {
        /// The field, as the client calls it.
        field: &'static str,
        /// How large it is and how large it may be.
        problem: String,
    },
    /// An upload is in no format that we take.
    #[error("{0}")]
    UnsupportedImage(String),
    /// Something named in the request does not exist in this tenant and project.
    #[error("there is no {what} {id}")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its id, as the client gave it.
        id: String,
    },
    /// The idempotency key was used before with another request.
    #[error("this Idempotency-Key was used before with another request")]
    KeyReused,
    /// The state of the project does not allow it now.
    #[error("{0}")]
    Conflict(String),
    /// Too much is waiting, or the server is stopping; repeat later.
    #[error("{0}")]
    Busy(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
