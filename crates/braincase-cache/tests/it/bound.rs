//! A cache never holds more than it may, however much is put in.

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use braincase_cache::{Bound, Cache};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;

use crate::{Stage, until};

const LIMIT: u64 = 8_000_000;
const WRITERS: u64 = 4;
/// What the cache accounts for beside the bytes of a cargo.
const OVERHEAD: u64 = 380 + (size_of::<u64>() + size_of::<Cargo>()) as u64;

#[tokio::test]
async fn the_number_of_entries_stays_within_the_bound() {
    // Given
    let Stage { cache, .. } = Stage::new(|plan| plan.bound(Bound::Entries(1_000)));
    // When
    let mut most = 0;
    for key in 0..20_000 {
        cache.insert(key, u64::from(key));
        // Counting takes long, and how far it is past the bound changes with every write.
        if key % 17 == 0 {
            most = most.max(cache.iter().count());
        }
    }
    cache.purge();
    // Then
    assert!(most <= 1_000 + 1_000 / 8 + 1, "{most} entries");
    let stats = cache.stats();
    let readable = cache.iter().count() as u64;
    assert!((1..=1_000).contains(&readable), "{readable} entries can be read");
    assert_eq!((stats.entries, stats.removals.evicted), (readable, 20_000 - readable));
}

/// What is alive of all values, and the most that ever was.
#[derive(Default)]
struct Alive {
    now: AtomicU64,
    most: AtomicU64,
}

/// A value that counts the bytes of all that are alive.
struct Cargo {
    bytes: u64,
    alive: Arc<Alive>,
}

impl Cargo {
    fn new(bytes: u64, alive: &Arc<Alive>) -> Self {
        let now = alive.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
        alive.most.fetch_max(now, Ordering::SeqCst);
        Self { bytes, alive: Arc::clone(alive) }
    }
}

impl Drop for Cargo {
    fn drop(&mut self) {
        self.alive.now.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

fn cargo_bay() -> Cache<u64, Cargo> {
    let bound = Bound::Bytes { limit: LIMIT, key_heap: |_| 0, value_heap: |cargo: &Cargo| cargo.bytes };
    Cache::builder("stress").bound(bound).build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

/// The most that were held by the cache, and the most that were alive, at any time.
struct Most {
    held: u64,
    alive: u64,
}

/// Writes values of about this size from several threads, and weighs what is there again and again meanwhile.
async fn write_and_weigh(bytes: u64, writes: u64) -> Most {
    let (cache, alive, pause) = (cargo_bay(), Arc::new(Alive::default()), RwLock::new(()));
    let mut most_held = 0;
    let write = |writer: u64| {
        for write in 0..writes {
            let key = (write * WRITERS + writer).wrapping_mul(0x9e37_79b9_7f4a_7c15) % 100_000;
            let _writing = pause.read();
            // The same key comes again with another weight.
            cache.insert(key, Cargo::new(bytes / 2 + (key ^ write).wrapping_mul(0x9e37_79b9) % bytes, &alive));
            drop(cache.get(&(key / 2)));
        }
    };
    let write = &write;
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            let _nobody_writes = pause.write();
            most_held = most_held.max(cache.iter().map(|(_, cargo)| cargo.bytes + OVERHEAD).sum());
        }
    });
    // What was taken out is freed when no thread can look at it any more, those of other tests included.
    let held = || cache.iter().map(|(_, cargo)| cargo.bytes).sum::<u64>();
    until("only what is held is alive", || {
        cache.purge();
        alive.now.load(Ordering::SeqCst) == held()
    })
    .await;
    Most { held: most_held, alive: alive.most.load(Ordering::SeqCst) }
}

#[tokio::test]
async fn the_bytes_that_are_held_stay_within_the_bound_and_the_overshoot_that_is_stated() {
    for (bytes, writes) in [(200, 20_000), (5_000, 10_000), (100_000, 3_000), (600_000, 1_000)] {
        // When
        let Most { held, alive } = write_and_weigh(bytes, writes).await;
        // Then
        let stated = LIMIT + LIMIT / 8 + WRITERS * bytes * 3 / 2;
        assert!(held <= stated, "values of {bytes} bytes: {held} of {stated} bytes were held");
        let stated = 4 * LIMIT;
        assert!(alive <= stated, "values of {bytes} bytes: {alive} of {stated} bytes were alive");
        println!("values of {bytes} bytes: {held} held, {alive} alive, {LIMIT} is the bound");
    }
}

#[tokio::test]
async fn a_value_heavier_than_an_entry_may_be_is_not_kept_and_counted() {
    // Given
    let cache = cargo_bay();
    let alive = Arc::new(Alive::default());
    cache.insert(1, Cargo::new(1, &alive));
    // When
    cache.insert(1, Cargo::new(LIMIT / 8, &alive));
    cache.insert(2, Cargo::new(u64::MAX / 2, &alive));
    cache.insert(3, Cargo::new(LIMIT / 8 - 1_000, &alive));
    // Then
    assert_eq!((cache.stats().refused, cache.get(&1).is_none(), cache.get(&2).is_none()), (2, true, true));
    assert!(cache.get(&3).is_some());
}
