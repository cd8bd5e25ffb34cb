//! What is in use: counted by the allocator of this binary, whose tests therefore run alone, one after the other.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not recognised as tests")]

use std::{
    alloc::System,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use braincase_cache::{Bound, Cache};
use braincase_core::{
    SystemClock,
    background::{Failure, Task},
};
use braincase_errors::Supervisor;
use cap::Cap;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Tests of one binary share the allocator.
static ALONE: Mutex<()> = Mutex::new(());

/// Longer than anything here takes, shorter than a person waits.
const LIMIT: Duration = Duration::from_secs(120);

fn live() -> i64 {
    ALLOCATOR.allocated() as i64
}

fn cache(ttl: Duration, limit: u64) -> Cache<u64, Vec<u8>> {
    let bound = Bound::Bytes { limit, key_heap: |_| 0, value_heap: |value: &Vec<u8>| value.capacity() as u64 };
    let builder = Cache::builder("memory").ttl(ttl).bound(bound).max_entry_weight(limit);
    builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

/// Runs a test alone, within a runtime that does nothing.
fn alone(test: impl FnOnce()) {
    alone_with(|_| test());
}

/// Runs a test alone, within a runtime.
fn alone_with(test: impl FnOnce(&Runtime)) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _guard = runtime.enter();
    // What tests before have dropped may not be free yet.
    let mut before = i64::MAX;
    until("nothing changes any more", || {
        let is_quiet = braincase_cache::registry::list().is_empty() && live() == before;
        before = live();
        is_quiet
    });
    test(&runtime);
}

/// Waits, with a limit, until something is so.
#[expect(clippy::disallowed_methods, reason = "it waits for the machine")]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_million_expired_entries_are_freed_without_any_call() {
    alone(|| {
        // Given
        let cache = cache(Duration::from_secs(1), 1 << 30);
        cache.insert(0, vec![0; 100]);
        let baseline = live();
        // When
        let mut most = 0;
        for key in 0..1_000_000 {
            cache.insert(key, vec![0; 100]);
            most = most.max(live() - baseline);
        }
        // Then: nobody calls the cache meanwhile.
        let rest = || live() - baseline;
        until("the memory is back at the baseline", || rest() < 1_000_000);
        // How many are there at once depends on how fast they can be inserted. A few may be left in what is allowed.
        assert!(most > 3_000_000, "{most} bytes were in use, {} are", rest());
        assert!(cache.stats().removals.expired > 990_000, "{:?}", cache.stats());
    });
}

#[test]
fn of_a_cache_that_was_full_only_the_sketch_of_popular_keys_is_left() {
    alone(|| {
        // Given
        let limit = 100_000_000;
        let cache = cache(Duration::from_secs(2), limit);
        cache.insert(0, vec![0; 100]);
        cache.purge();
        let (baseline, weight) = (live(), cache.stats().weight);
        // When there are more than half of what fits, moka begins to sketch.
        (0..300_000).for_each(|key| cache.insert(key, vec![0; 100]));
        let most = live() - baseline;
        assert!(most > limit as i64 / 2, "{most} bytes were in use");
        // Then: nobody calls the cache meanwhile.
        let sketch = 16 * (limit / weight) as i64;
        let rest = || live() - baseline;
        until("nothing but the sketch is left", || rest() < sketch + 1_000_000);
        assert!(rest() > sketch / 4, "there is no sketch: the bound was too large for this test, {} bytes", rest());
    });
}

#[test]
fn a_failure_that_is_remembered_takes_no_more_than_it_is_said_to_weigh() {
    alone_with(|runtime| {
        for bytes in [10, 1_000, 10_000] {
            // Given
            let bound = Bound::Bytes { limit: 1 << 30, key_heap: |_| 0, value_heap: |_: &u64| 0 };
            let builder = Cache::<u64, u64>::builder("memory").bound(bound).negative_ttl(Duration::from_secs(3_600));
            let cache = builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()));
            let before = live();
            // When
            for key in 0..2_000 {
                let failed =
                    move || async move { Err(Failure::new("unavailable", "x".repeat(bytes)).with("key", key)) };
                drop(runtime.block_on(cache.get_or_load(key, Task::new("load"), failed)));
            }
            cache.purge();
            // Then
            let (taken, weight) = (live() - before, cache.stats().weight as i64);
            assert!(taken <= weight && taken * 2 > weight, "{taken} bytes are in use, and {weight} are accounted for");
        }
    });
}

#[test]
fn what_is_cleared_is_freed_without_any_call() {
    alone(|| {
        // Given
        let cache = cache(Duration::from_secs(3_600), 1 << 30);
        cache.insert(0, vec![0; 100]);
        let baseline = live();
        (0..100_000).for_each(|key| cache.insert(key, vec![0; 100]));
        // When
        cache.clear();
        // Then
        until("the memory is back at the baseline", || live() - baseline < 1_000_000);
    });
}

#[test]
fn an_entry_takes_no_more_than_it_is_said_to_weigh() {
    alone(|| {
        for bytes in [0, 100, 10_000] {
            // Given
            let cache = cache(Duration::from_secs(3_600), 1 << 30);
            let before = live();
            // When
            (0..20_000).for_each(|key| cache.insert(key, vec![0; bytes]));
            cache.purge();
            // Then
            let (taken, weight) = (live() - before, cache.stats().weight as i64);
            assert!(taken <= weight && taken * 2 > weight, "{taken} bytes are in use, and {weight} are accounted for");
        }
    });
}

#[test]
fn rounds_of_equal_load_take_equal_memory() {
    alone(|| {
        // Given
        let cache = cache(Duration::from_millis(50), 4 << 20);
        let round = || {
            (0..30_000).for_each(|key| cache.insert(key % 7_000, vec![0; 100]));
            (0..30_000).for_each(|key| drop(cache.get(&key)));
            until("everything has expired", || cache.iter().next().is_none());
            cache.purge();
            live()
        };
        // When
        let warm = (0..3).map(|_| round()).max().unwrap();
        let later = (0..6).map(|_| round()).min().unwrap();
        // Then
        assert!(later - warm < 100_000, "{} bytes more than after the warm-up", later - warm);
    });
}

#[test]
fn nothing_is_left_of_caches_that_are_dropped() {
    alone(|| {
        // Given
        let make = || {
            let cache = cache(Duration::from_secs(60), 1 << 20);
            (0..100).for_each(|key| cache.insert(key, vec![0; 100]));
        };
        (0..50).for_each(|_| make());
        until("the janitors have ended", || braincase_cache::registry::list().is_empty());
        let baseline = live();
        // When
        (0..200).for_each(|_| make());
        // Then
        until("their memory is free", || live() - baseline < 200_000);
    });
}
