//! Entries are good until their deadline, and their memory does not outlive them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use braincase_cache::Cache;
use braincase_core::{SystemClock, background::Task};
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
    // When
    for _ in 0..70_000 {
        cache.insert(1, value.clone());
    }
    // Then
    until("the entry is freed", || cache.stats().entries == 0 && cache.get(&1).is_none()).await;
}

#[tokio::test]
async fn the_janitor_ends_with_the_cache() {
    // Given
    let Stage { cache, supervisor, .. } = Stage::new(|plan| plan.janitor_period(Duration::from_millis(1)));
    let value = Arc::new(7);
    cache.insert(1, value.clone());
    // When
    drop(cache);
    // Then: nothing holds the table any more, so the janitor does not either.
    until("the value is only ours", || Arc::strong_count(&value) == 1).await;
    assert_eq!(supervisor.running(), 0);
}
