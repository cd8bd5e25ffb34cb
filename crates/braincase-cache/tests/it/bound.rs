//! A cache never holds more than it may, however much is put in.

use std::sync::Arc;

use braincase_cache::{Bound, Cache};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;

use crate::Stage;

/// moka applies writes in batches of at most this many, so that much may be there beyond the bound for a moment.
const OVERSHOOT: u64 = 384;

#[tokio::test]
async fn the_number_of_entries_stays_within_the_bound() {
    // Given
    let Stage { cache, .. } = Stage::new(|plan| plan.bound(Bound::Entries(1_000)));
    // When
    let mut most = 0;
    for key in 0..100_000 {
        cache.insert(key, u64::from(key));
        most = most.max(cache.stats().entries);
    }
    cache.purge();
    // Then
    assert!(most <= 1_000 + OVERSHOOT, "{most} entries");
    assert!(cache.stats().entries <= 1_000);
    let readable = (0..100_000).filter(|key| cache.get(key).is_some()).count();
    assert!((1..=1_000).contains(&readable), "{readable} entries can be read");
}

#[tokio::test]
async fn the_bytes_stay_within_the_bound_and_what_is_too_heavy_is_refused() {
    // Given
    let bound = Bound::Bytes { limit: 100_000, weigh: |_: &u32, value: &Vec<u8>| value.len() as u64 };
    let cache: Cache<u32, Vec<u8>> =
        Cache::builder("bytes").bound(bound).build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()));
    // When
    for key in 0..1_000 {
        cache.insert(key, vec![0; 5_000]);
        assert!(cache.stats().weight <= 100_000, "an entry this large is accounted for at once");
    }
    cache.insert(1_001, vec![0]);
    cache.insert(1_001, vec![0; 100_000]);
    cache.purge();
    // Then
    assert!((5_000..=100_000).contains(&cache.stats().weight));
    assert_eq!((cache.stats().refused, cache.get(&1_001)), (1, None));
}
