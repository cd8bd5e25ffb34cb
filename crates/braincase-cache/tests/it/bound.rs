//! A cache never holds more than it may, however much is put in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use braincase_cache::{Bound, Cache};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;

use crate::Stage;

const LIMIT: u64 = 8_000_000;
const WRITERS: u64 = 4;

#[tokio::test]
async fn the_number_of_entries_stays_within_the_bound() {
    // Given
    let Stage { cache, .. } = Stage::new(|plan| plan.bound(Bound::Entries(1_000)));
    // When
    let mut most = 0;
    for key in 0..100_000 {
        cache.insert(key, u64::from(key));
        most = most.max(cache.iter().count());
    }
    cache.purge();
    // Then
    assert!(most <= 1_000 + 1_000 / 16 + 1, "{most} entries");
    let stats = cache.stats();
    let readable = cache.iter().count() as u64;
    assert!((1..=1_000).contains(&readable), "{readable} entries can be read");
    assert_eq!((stats.entries, stats.removals.evicted), (readable, 100_000 - readable));
}

/// A value that counts the bytes of all that are alive.
struct Cargo {
    bytes: u64,
    alive: Arc<AtomicU64>,
}

impl Cargo {
    fn new(bytes: u64, alive: &Arc<AtomicU64>) -> Self {
        alive.fetch_add(bytes, Ordering::SeqCst);
        Self { bytes, alive: Arc::clone(alive) }
    }
}

impl Drop for Cargo {
    fn drop(&mut self) {
        self.alive.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

fn cargo_bay() -> Cache<u64, Cargo> {
    let bound = Bound::Bytes { limit: LIMIT, key_heap: |_| 0, value_heap: |cargo: &Cargo| cargo.bytes };
    Cache::builder("stress").bound(bound).build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

/// Writes values of about this size from several threads; the most bytes that were alive at any time.
fn most_alive(bytes: u64, writes: u64) -> u64 {
    let (cache, alive, most) = (cargo_bay(), Arc::new(AtomicU64::new(0)), AtomicU64::new(0));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (cache, alive, most) = (&cache, &alive, &most);
            scope.spawn(move || {
                for write in 0..writes {
                    let key = (write * WRITERS + writer).wrapping_mul(0x9e37_79b9_7f4a_7c15) % 100_000;
                    cache.insert(key, Cargo::new(bytes / 2 + key % bytes, alive));
                    drop(cache.get(&(key / 2)));
                    most.fetch_max(alive.load(Ordering::SeqCst), Ordering::SeqCst);
                }
            });
        }
    });
    most.into_inner()
}

#[tokio::test]
async fn the_bytes_that_are_alive_stay_within_the_bound_and_the_overshoot_that_is_stated() {
    for (bytes, writes) in [(200, 50_000), (5_000, 20_000), (100_000, 5_000), (600_000, 1_000)] {
        // When
        let most = most_alive(bytes, writes);
        // Then
        let stated = LIMIT + LIMIT / 16 + WRITERS * bytes * 3 / 2;
        assert!(most <= stated, "values of {bytes} bytes: {most} of {stated} bytes were alive");
    }
}

#[tokio::test]
async fn a_value_heavier_than_an_entry_may_be_is_not_kept_and_counted() {
    // Given
    let cache = cargo_bay();
    let alive = Arc::new(AtomicU64::new(0));
    cache.insert(1, Cargo::new(1, &alive));
    // When
    cache.insert(1, Cargo::new(LIMIT / 8, &alive));
    cache.insert(2, Cargo::new(u64::MAX / 2, &alive));
    cache.insert(3, Cargo::new(LIMIT / 8 - 1_000, &alive));
    // Then
    assert_eq!((cache.stats().refused, cache.get(&1).is_none(), cache.get(&2).is_none()), (2, true, true));
    assert!(cache.get(&3).is_some());
}
