//! Takes out what is outdated, which moka never does by itself.

#[cfg(test)]
mod tests;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak, mpsc},
    thread,
    time::Duration,
};

use crate::{
    cache::{Inner, Key},
    stats::Purge,
};

/// No round begins sooner after the one before, also if it is called again and again.
const MIN_PAUSE: Duration = Duration::from_millis(20);
/// After a purge in vain the pause is this many times as long as the purge, so that it costs 5 % of a core at most.
const REST: f64 = 20.0;
/// When the cache is nearly full, what is outdated stands in the way of what is good: pauses are this much shorter.
const HASTE: u32 = 8;

/// Starts a thread that purges the cache now and then until the cache is gone. A message makes it purge at once.
///
/// A thread of its own: a purge of many entries takes seconds, for which a task would block its async thread.
pub(crate) fn start<K: Key, V: Send + Sync + 'static>(
    cache: Weak<Inner<K, V>>,
    period: Duration,
    calls: mpsc::Receiver<()>,
) {
    let rounds = move || {
        let mut rest = MIN_PAUSE;
        loop {
            match calls.recv_timeout(rest) {
                Ok(()) => thread::sleep(MIN_PAUSE),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            let Some(cache) = cache.upgrade() else { return };
            rest = guarded_round(&cache, period);
        }
    };
    if let Err(error) = thread::Builder::new().name("cache-janitor".to_owned()).spawn(rounds) {
        // The cache works without: then outdated entries stay until there is no room for them.
        tracing::error!(%error, "the cache has no janitor, because no thread could be started");
    }
}

/// One round. It runs the user's code, such as the destructors of values: a panic there must not end all rounds.
fn guarded_round<K: Key, V: Send + Sync + 'static>(cache: &Arc<Inner<K, V>>, period: Duration) -> Duration {
    catch_unwind(AssertUnwindSafe(|| round(cache, period))).unwrap_or_else(|_| {
        // What it said is recorded by the program's panic hook; this says what became of it.
        tracing::error!(cache = cache.name, "a round of the cache's janitor panicked; the next one follows");
        cache.table.mark_due();
        period
    })
}

/// One round; returns how long to pause after it.
fn round<K: Key, V: Send + Sync + 'static>(cache: &Arc<Inner<K, V>>, period: Duration) -> Duration {
    let rest = if cache.table.is_due() {
        let (purge, worthwhile) = purge(cache);
        rest(purge, cache.table.size().0).min(worthwhile)
    } else {
        // What was written last is counted, also if nobody calls any more.
        cache.flights.alone(|| cache.table.settle());
        Duration::ZERO
    };
    let usual = period.min(cache.table.longest_ttl());
    pause(usual, cache.table.size().1, cache.table.bound().limit()).max(rest.min(period))
}

/// How long to rest after a purge: not at all if it was worth its while, long if it looked at much and removed little.
fn rest(purge: Purge, kept: u64) -> Duration {
    let idle_share = kept as f64 / (kept + purge.removed).max(1) as f64;
    purge.took.mul_f64(REST * idle_share)
}

/// How long to pause, by how long is usual and how full the cache is.
fn pause(pause: Duration, weight: u64, limit: u64) -> Duration {
    let nearly_full = weight > limit - limit / 4;
    (if nearly_full { pause / HASTE } else { pause }).max(MIN_PAUSE)
}

/// Takes out what is outdated now; returns what was done, and how long it will be until it is worth doing again.
pub(crate) fn purge<K: Key, V: Send + Sync + 'static>(cache: &Inner<K, V>) -> (Purge, Duration) {
    let Inner { table, flights, .. } = cache;
    let started = table.clock().monotonic();
    let (removed, worthwhile) = table.sweep(|| flights.epoch(), |key, act| flights.exclusively(key, act));
    flights.alone(|| table.settle());
    table.let_go(removed);
    let took = table.clock().monotonic().saturating_sub(started);
    let purge = Purge { at: table.clock().now(), took, removed };
    table.counters.purged(purge);
    (purge, worthwhile)
}
