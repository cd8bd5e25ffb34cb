//! Idempotency keys: each is good for a while, and then it is forgotten so that they do not pile up for ever.

use std::time::Duration;

use braincase_core::{background::Failure, store::StoreError};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::engine::{Engine, Shared};

/// How often keys are looked for that have served their time.
const PERIOD: Duration = Duration::from_secs(600);
/// The most that are forgotten in one write: few enough that turns do not wait behind it.
const BATCH: usize = 500;
/// The most writes of one sweep; what is left then is for the next. By this, 480 keys a second can expire.
const MAX_BATCHES: usize = 576;

/// Forgets keys now and then, until the server stops; first at once, since a server may never run for long.
pub(crate) async fn sweep(engine: Shared, stopping: CancellationToken) -> Result<(), Failure> {
    loop {
        tokio::select! {
            swept = forget_expired(&engine) => if let Err(error) = swept {
                tracing::error!(code = error.code(), operation = "key_sweep", error = %error, "keys could not be swept");
            },
            () = stopping.cancelled() => return Ok(()),
        }
        if timeout(PERIOD, stopping.cancelled()).await.is_ok() {
            return Ok(());
        }
    }
}

async fn forget_expired(engine: &Engine) -> Result<(), StoreError> {
    let before = engine.parts.clock.now() - engine.parts.limits.idempotency_retention;
    for _ in 0..MAX_BATCHES {
        let forgotten = engine.parts.store.forget_idempotency(before, BATCH).await?;
        if forgotten < BATCH as u64 {
            break;
        }
    }
    Ok(())
}
