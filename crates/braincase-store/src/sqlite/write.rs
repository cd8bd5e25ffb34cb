//! A write on its way through the queue: applied with others in one transaction, answered after its commit.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use braincase_core::store::StoreError;
use futures_util::FutureExt;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

/// Something to store. It may be applied, rolled back, and never answered as done.
#[async_trait]
pub(crate) trait Write: Send + Sync + 'static {
    /// What the caller is told.
    type Output: Send + 'static;

    /// Does it, inside a transaction that others share.
    async fn apply(&self, db: &mut SqliteConnection) -> Result<Self::Output, StoreError>;
}

/// A queued write, whatever it is.
#[async_trait]
pub(crate) trait Queued: Send {
    /// Does it and keeps the result; the error is repeated so that its savepoint is rolled back.
    async fn apply(&mut self, db: &mut SqliteConnection) -> Result<(), StoreError>;

    /// Tells the caller, who may be gone.
    fn answer(self: Box<Self>, commit: &Result<(), StoreError>);
}

/// What a caller is told.
pub(crate) type Answer<T> = Result<T, StoreError>;

/// A queued write, and where its caller waits for the answer.
pub(crate) fn queue<W: Write>(write: W) -> (Box<dyn Queued>, oneshot::Receiver<Answer<W::Output>>) {
    let (caller, answer) = oneshot::channel();
    (Box::new(Item { write, result: None, caller }), answer)
}

struct Item<W: Write> {
    write: W,
    result: Option<Answer<W::Output>>,
    caller: oneshot::Sender<Answer<W::Output>>,
}

#[async_trait]
impl<W: Write> Queued for Item<W> {
    async fn apply(&mut self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        let caught = AssertUnwindSafe(self.write.apply(db)).catch_unwind().await;
        let result = caught.unwrap_or_else(|_| Err(StoreError::Failed("a write panicked".to_owned())));
        let repeated = result.as_ref().map(|_| ()).map_err(StoreError::clone);
        self.result = Some(result);
        repeated
    }

    fn answer(self: Box<Self>, commit: &Result<(), StoreError>) {
        let Self { result, caller, .. } = *self;
        let unreached = || Err(StoreError::Failed("the write was not reached".to_owned()));
        // A conflict with a write that was lost with this one would be no conflict, so a failed commit outweighs it.
        let result = commit.clone().and_then(|()| result.unwrap_or_else(unreached));
        // A caller that is gone cannot be told. What it asked for is stored all the same; if that failed, the log is told.
        if let Err(Err(error)) = caller.send(result)
            && !matches!(error, StoreError::Conflict { .. })
        {
            tracing::error!(code = error.code(), operation = "store_write", %error, "a write failed whose caller is gone");
        }
    }
}
