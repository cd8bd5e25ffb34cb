//! How a task ends whose result somebody waits for.

use braincase_core::{background::Failure, store::StoreError};
use tokio::sync::oneshot::Sender;

/// Tells whoever waits, who then handles the error. If nobody waits any longer, it is the task's own failure.
///
/// # Errors
/// What failed and could not be told.
pub(crate) fn answer<T>(caller: Sender<Result<T, StoreError>>, result: Result<T, StoreError>) -> Result<(), Failure> {
    match caller.send(result) {
        Err(Err(error)) => Err(Failure::new(error.code(), error)),
        Ok(()) | Err(Ok(_)) => Ok(()),
    }
}
