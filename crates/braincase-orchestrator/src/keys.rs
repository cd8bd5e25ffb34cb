//! Idempotency keys: each is good for a while, and then it is forgotten so that they do not pile up for ever.
//!
//! What a key was used for does not change for as long as its project is there, so that whoever repeats a request again and
//! again has it looked for once. Whether the project is there can change at any moment, also by another process, and so can
//! that a key was not used: only the store can say it.

use std::{sync::Arc, time::Duration};

use braincase_cache::{Bound, Cache};
use braincase_core::{
    ContentHash, Scope, TurnId,
    background::Failure,
    store::{Accepted, Idempotency, StoreError},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{
    engine::{Engine, Shared},
    orchestrator::Parts,
};

/// How often keys are looked for that have served their time.
const PERIOD: Duration = Duration::from_secs(600);
/// The most that are forgotten in one write: few enough that turns do not wait behind it.
const BATCH: usize = 500;
/// The most writes of one sweep; what is left then is for the next. By this, 480 keys a second can expire.
const MAX_BATCHES: usize = 576;

/// How much memory used keys may take: about 4 000 keys of usual length.
const MAX_BYTES: u64 = 2 << 20;

/// What keys were used for lately. It is known for ten minutes, so a key may be good for that much longer than its day.
#[derive(Debug)]
pub(crate) struct UsedKeys(Cache<(Scope, String), Used>);

#[derive(Debug)]
struct Used {
    request: ContentHash,
    turn: TurnId,
}

impl UsedKeys {
    pub(crate) fn new(parts: &Parts) -> Self {
        let bound = Bound::Bytes {
            limit: MAX_BYTES,
            key_heap: |(_, key): &(Scope, String)| key.capacity() as u64,
            value_heap: |_| 0,
        };
        let cache = Cache::builder("idempotency_keys").bound(bound);
        Self(cache.build(Arc::clone(&parts.clock), Arc::clone(&parts.background)))
    }

    /// Notes that a key is used, once that is stored.
    pub(crate) fn note(&self, scope: Scope, idempotency: &Idempotency, turn: TurnId) {
        self.0.insert((scope, idempotency.key.clone()), Used { request: idempotency.request, turn });
    }

    fn get(&self, scope: Scope, idempotency: &Idempotency) -> Option<Accepted> {
        let used = self.0.get(&(scope, idempotency.key.clone()))?;
        let is_same = used.request == idempotency.request;
        Some(if is_same { Accepted::Repeated(used.turn) } else { Accepted::KeyReused })
    }
}

/// What a key was used for before, if it was.
pub(crate) async fn find_repeated(
    engine: &Engine,
    scope: Scope,
    idempotency: &Idempotency,
) -> Result<Option<Accepted>, StoreError> {
    if let Some(known) = engine.keys.get(scope, idempotency) {
        // Its keys go with a project.
        let project = engine.parts.store.load_project(scope).await?;
        return Ok(project.map(|_| known));
    }
    let found = engine.parts.store.find_repeated(scope, idempotency).await?;
    if let Some(Accepted::Repeated(turn)) = found {
        engine.keys.note(scope, idempotency, turn);
    }
    Ok(found)
}

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
