//! Entries are good until their deadline, and their memory does not outlive them.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use braincase_cache::{Bound, Cache, stats::Removals};
use braincase_core::{Clock, SystemClock, Timestamp, background::Task};
use braincase_errors::Supervisor;

use crate::{Stage, until};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const ONE_MICRO: Duration = Duration::from_micros(1);

#[tokio::test]
async fn an_entry_is_good_for_ten_minutes_and_no_longer() {
    // Given
    let Stage { cache, clock, .. } = Stage::new(|plan| plan);
    cache.insert(1, 11);
    // When
    clock.advance(TEN_MINUTES - ONE_MICRO);
    let before = cache.get(&1);
    clock.advance(ONE_MICRO);
    let after = cache.get(&1);
    // Then
    assert_eq!((before.as_deref(), after), (Some(&11), None));
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.expired), (1, 1, 1));
}

#[tokio::test]
async fn an_entry_may_have_a_time_of_its_own() {
    // Given
    let Stage { cache, clock, .. } = Stage::new(|plan| plan);
    // When
    cache.insert_for(Duration::from_secs(1), 1, 11);
    cache.insert_for(Duration::MAX, 2, 22);
    cache.insert(3, 33);
    cache.insert_for(Duration::ZERO, 3, 34);
    clock.advance(Duration::from_secs(3_600));
    // Then
    assert_eq!([cache.get(&1), cache.get(&2), cache.get(&3)], [None, Some(Arc::new(22)), None]);
}

#[tokio::test]
async fn an_expired_entry_is_computed_again() {
    // Given
    let Stage { cache, clock, .. } = Stage::new(|plan| plan);
    let runs = Arc::new(AtomicUsize::new(0));
    let load = || {
        let runs = runs.clone();
        || async move { Ok(runs.fetch_add(1, Ordering::SeqCst) as u64) }
    };
    // When
    let first = cache.get_or_load(1, Task::new("load"), load()).await.unwrap();
    let again = cache.get_or_load(1, Task::new("load"), load()).await.unwrap();
    clock.advance(TEN_MINUTES);
    let later = cache.get_or_load(1, Task::new("load"), load()).await.unwrap();
    // Then
    assert_eq!((*first, *again, *later), (0, 0, 1));
}

#[tokio::test]
async fn a_value_outlives_its_entry_for_who_holds_it() {
    // Given
    let Stage { cache, .. } = Stage::new(|plan| plan);
    cache.insert(1, 11);
    let held = cache.get(&1).unwrap();
    // When
    cache.clear();
    // Then
    assert_eq!((*held, cache.get(&1)), (11, None));
}

fn ticking(period: Duration, ttl: Duration) -> Cache<u32, Vec<u8>> {
    let builder = Cache::builder("ticking").ttl(ttl).janitor_period(period);
    builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

#[tokio::test]
async fn the_janitor_frees_expired_entries_without_any_call() {
    // Given
    let cache = ticking(Duration::from_millis(5), Duration::from_millis(100));
    let value = Arc::new(vec![0_u8; 1_000]);
    // When
    for key in 0..1_000 {
        cache.insert(key, value.clone());
    }
    // Then: nobody calls the cache meanwhile, and yet it lets go of the value.
    until("only we hold the value", || Arc::strong_count(&value) == 1).await;
    until("no entry is counted", || cache.stats().entries == 0).await;
}

#[tokio::test]
async fn an_entry_that_was_overwritten_very_often_is_freed_too() {
    // Given
    let cache = ticking(Duration::from_millis(5), Duration::from_millis(300));
    let value = Arc::new(Vec::new());
    // When: moka by itself never lets go of such an entry.
    for _ in 0..200_000 {
        cache.insert(1, value.clone());
    }
    // Then
    until("only we hold the value", || Arc::strong_count(&value) == 1).await;
    until("the entry is not counted", || cache.stats().entries == 0 && cache.get(&1).is_none()).await;
}

#[tokio::test]
async fn an_entry_that_was_overwritten_very_often_makes_room_too() {
    // Given
    let Stage { cache, .. } = Stage::new(|plan| plan.bound(Bound::Entries(10)));
    for _ in 0..70_000 {
        cache.insert(1, 11);
    }
    // When: others are asked for more often.
    for key in (2..40).cycle().take(4_000) {
        if cache.get(&key).is_none() {
            cache.insert(key, 0);
        }
    }
    cache.purge();
    // Then
    assert_eq!((cache.stats().entries, cache.iter().count()), (10, 10));
}

#[tokio::test]
async fn jitter_shortens_the_time_of_entries_by_its_share_at_most() {
    // Given
    let Stage { cache, clock, .. } = Stage::new(|plan| plan.jitter(0.5));
    (0..100).for_each(|key| cache.insert(key, 0));
    // When
    let left = [0, 300, 450, 600].map(|second| {
        clock.advance(Duration::from_secs(second) - clock.monotonic());
        cache.iter().count()
    });
    // Then
    assert_eq!((left[0], left[1], left[3]), (100, 100, 0));
    assert!((20..80).contains(&left[2]), "{left:?}");
}

#[tokio::test]
async fn every_removal_has_its_cause() {
    // Given
    let Stage { cache, clock, .. } = Stage::new(|plan| plan);
    (0..10).for_each(|key| cache.insert(key, 0));
    // When
    cache.insert(0, 1);
    cache.invalidate(&1);
    cache.invalidate(&1);
    cache.insert_for(Duration::from_secs(1), 2, 0);
    clock.advance(Duration::from_secs(1));
    cache.purge();
    let between = cache.stats();
    cache.clear();
    cache.purge();
    // Then
    let stats = cache.stats();
    let Removals { expired, evicted, replaced, invalidated, cleared } = stats.removals;
    assert_eq!((expired, evicted, replaced, invalidated, cleared), (1, 0, 2, 1, 8));
    assert_eq!((between.entries, stats.entries, stats.created), (8, 0, 10));
    let purge = between.last_purge.unwrap();
    assert_eq!((purge.removed, purge.at), (1, Timestamp::from_micros(1_000_000)));
}

/// A clock that breaks once, when the janitor looks at it.
#[derive(Debug, Default)]
struct BrokenClock {
    real: SystemClock,
    broke: AtomicUsize,
}

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        self.real.now()
    }

    fn monotonic(&self) -> Duration {
        let is_janitor = thread::current().name() == Some("cache-janitor");
        assert!(!is_janitor || self.broke.fetch_add(1, Ordering::SeqCst) > 0, "the clock is broken");
        self.real.monotonic()
    }
}

#[tokio::test]
async fn a_panic_of_the_janitor_does_not_end_its_rounds() {
    // Given
    let clock = Arc::new(BrokenClock::default());
    let (ttl, period) = (Duration::from_millis(5), Duration::from_millis(5));
    let builder = Cache::<u32, Vec<u8>>::builder("broken").ttl(ttl).janitor_period(period);
    let cache = builder.build(clock.clone(), Arc::new(Supervisor::new()));
    let value = Arc::new(vec![0_u8; 1_000]);
    until("the janitor has panicked", || clock.broke.load(Ordering::SeqCst) > 0).await;
    // When
    cache.insert(1, value.clone());
    // Then
    until("only we hold the value", || Arc::strong_count(&value) == 1).await;
}

#[tokio::test]
async fn the_janitor_pauses_however_often_it_is_called() {
    // Given
    let pause = Duration::from_millis(20);
    let clock = SystemClock::default();
    let cache = ticking(Duration::from_secs(60), Duration::from_secs(60));
    let mut rounds = HashSet::new();
    // When it is called all the time,
    while clock.monotonic() < pause * 15 {
        cache.insert(1, vec![0]);
        cache.clear();
        rounds.extend(cache.stats().last_purge.map(|purge| purge.at));
    }
    // Then it came, and not more often than it may: the first round may have been due already.
    let most = clock.monotonic().as_millis() / pause.as_millis() + 1;
    assert!(!rounds.is_empty() && rounds.len() as u128 <= most, "{} rounds, {most} at most", rounds.len());
}
