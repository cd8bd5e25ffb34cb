//! Every cache of the program can be seen, for as long as it is there.

use std::sync::Arc;

use braincase_cache::{Bound, Cache, Unit, registry};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

fn named(name: &'static str) -> Cache<u32, String> {
    let bound = Bound::Bytes { limit: 1 << 20, key_heap: |_| 0, value_heap: |value: &String| value.capacity() as u64 };
    Cache::builder(name).bound(bound).build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

fn listed(name: &str) -> Vec<registry::Listing> {
    registry::list().into_iter().filter(|listing| listing.name == name).collect()
}

#[tokio::test]
async fn a_cache_is_listed_until_it_is_dropped() {
    // Given
    let (cache, other) = (named("listed"), named("listed"));
    cache.insert(1, "one".to_owned());
    cache.purge();
    // When
    let listings = listed("listed");
    drop(other);
    let one_less = listed("listed");
    drop(cache);
    // Then
    assert_eq!((listings.len(), one_less.len(), listed("listed").len()), (2, 1, 0));
    let registry::Listing { unit, bound, stats, .. } = one_less[0];
    assert_eq!((unit, bound, stats.entries, stats.created), (Unit::Bytes, 1 << 20, 1, 1));
}

/// What gauges say of a cache, but for its last purge. Looking resets them, so a recorder can be looked at once.
fn gauges(recorder: &DebuggingRecorder, cache: &str) -> Vec<f64> {
    let mut gauges = Vec::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let is_ours = key.key().labels().any(|label| label.value() == cache);
        if let (true, DebugValue::Gauge(value)) = (is_ours && !key.key().name().contains("purge"), value) {
            gauges.push(value.0);
        }
    }
    gauges
}

#[tokio::test]
async fn of_a_cache_that_is_gone_nothing_is_said_to_be_held() {
    // Given
    let (before, after) = (DebuggingRecorder::new(), DebuggingRecorder::new());
    let cache = named("gone");
    cache.insert(1, "one".to_owned());
    cache.purge();
    metrics::with_local_recorder(&before, registry::publish);
    metrics::with_local_recorder(&after, registry::publish);
    // When
    drop(cache);
    metrics::with_local_recorder(&after, registry::publish);
    // Then
    let (before, after) = (gauges(&before, "gone"), gauges(&after, "gone"));
    assert!(before.len() == 3 && before.iter().all(|gauge| *gauge > 0.0), "{before:?}");
    assert_eq!(after, [0.0, 0.0, 0.0]);
}

#[tokio::test]
async fn the_numbers_of_caches_with_one_name_are_published_together() {
    // Given
    let recorder = DebuggingRecorder::new();
    let (cache, other) = (named("published"), named("published"));
    cache.insert(1, "one".to_owned());
    other.insert(1, "one".to_owned());
    cache.purge();
    other.purge();
    assert!(cache.get(&1).is_some() && cache.get(&2).is_none());
    // When
    metrics::with_local_recorder(&recorder, registry::publish);
    // Then
    let mut told = Vec::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        if labels.contains(&"cache=published".to_owned()) {
            told.push((format!("{} {}", key.key().name(), labels.join(" ")), value));
        }
    }
    let value = |name: &str| &told.iter().find(|(told, _)| told == name).expect(name).1;
    assert_eq!(value("braincase_cache_entries cache=published"), &DebugValue::Gauge(2.0.into()));
    let DebugValue::Gauge(weight) = value("braincase_cache_weight cache=published unit=bytes") else { panic!() };
    assert!(weight.0 > 600.0 && weight.0 < 2_000.0, "{weight}");
    assert_eq!(
        value("braincase_cache_bound cache=published unit=bytes"),
        &DebugValue::Gauge(f64::from(2 << 20).into())
    );
    assert_eq!(value("braincase_cache_reads_total cache=published result=hit"), &DebugValue::Counter(1));
    assert_eq!(value("braincase_cache_reads_total cache=published result=miss"), &DebugValue::Counter(1));
    assert_eq!(value("braincase_cache_writes_total cache=published result=created"), &DebugValue::Counter(2));
}
