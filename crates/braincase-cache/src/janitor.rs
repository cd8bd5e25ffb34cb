//! Frees the memory of expired entries, which moka does only when it is called.

use std::{
    hash::Hash,
    sync::{Weak, mpsc},
    thread,
    time::Duration,
};

use crate::cache::Inner;

/// One purge frees what is due in a few rounds; more than this means that writers are faster, and the next purge goes on.
const MAX_ROUNDS: usize = 64;

/// Starts a thread that purges the cache every period until the cache is gone.
///
/// A thread of its own: a purge of many entries takes seconds, for which a task would block its async thread.
pub(crate) fn start<K, V>(cache: Weak<Inner<K, V>>, period: Duration, stopped: mpsc::Receiver<()>)
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    let rounds = move || {
        while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(period) {
            let Some(cache) = cache.upgrade() else { return };
            purge(&cache);
            cache.stats().publish(cache.name);
        }
    };
    if let Err(error) = thread::Builder::new().name("cache-janitor".to_owned()).spawn(rounds) {
        // The cache works without: then memory is freed only while it is used.
        tracing::error!(%error, "the cache has no janitor, because no thread could be started");
    }
}

pub(crate) fn purge<K, V>(cache: &Inner<K, V>)
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    for _ in 0..MAX_ROUNDS {
        let before = cache.table.entry_count();
        cache.table.run_pending_tasks();
        if cache.table.entry_count() == before {
            return;
        }
    }
}
