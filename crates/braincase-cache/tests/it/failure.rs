//! What failed is remembered only as long as was asked for.

use std::{
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use braincase_cache::{Bound, Cache, LoadError};
use braincase_core::{SystemClock, background::Failure};
use braincase_errors::Supervisor;

use crate::{LIMIT, Stage, load::within, until};

#[tokio::test]
async fn a_failure_is_remembered_for_the_negative_time_to_live() {
    // Given
    let stage = Stage::new(|plan| plan.negative_ttl(Duration::from_secs(5)));
    let runs = Arc::new(AtomicUsize::new(0));
    let ask = || {
        let runs = runs.clone();
        let load = move || async move {
            runs.fetch_add(1, Ordering::SeqCst);
            Err(Failure::new("vision_unavailable", "status 503"))
        };
        stage.cache.get_or_load(1, within(20_000), load)
    };
    // When
    let (first, second) = (ask().await, ask().await);
    let read = stage.cache.get(&1);
    stage.clock.advance(Duration::from_secs(5));
    let third = ask().await;
    // Then
    let unavailable =
        |answer| matches!(answer, Err(LoadError::Failed(failure)) if failure.code == "vision_unavailable");
    assert!(unavailable(first) && unavailable(second) && unavailable(third) && read.is_none());
    assert_eq!((runs.load(Ordering::SeqCst), stage.cache.stats().negative_hits), (2, 1));
    until("the loads have ended", || stage.supervisor.running() == 0).await;
    assert_eq!(stage.sink.records().len(), 2);
}

#[tokio::test]
async fn an_insertion_and_an_invalidation_make_a_failure_forgotten() {
    // Given
    let stage = Stage::new(|plan| plan.negative_ttl(Duration::from_secs(5)));
    for key in [1, 2] {
        let fail = || async { Err(Failure::new("vision_unavailable", "status 503")) };
        assert!(stage.cache.get_or_load(key, within(20_000), fail).await.is_err());
    }
    // When
    stage.cache.insert(1, 11);
    stage.cache.invalidate(&2);
    // Then
    assert_eq!(stage.cache.get(&1).as_deref(), Some(&11));
    assert_eq!(*stage.cache.get_or_load(2, within(20_000), || async { Ok(22) }).await.unwrap(), 22);
}

/// A key that cannot be copied once it is armed.
#[derive(Debug)]
struct Fragile(u32, Arc<AtomicBool>);

impl PartialEq for Fragile {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Fragile {}
impl Hash for Fragile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(!self.1.swap(false, Ordering::SeqCst), "it broke");
        Self(self.0, self.1.clone())
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_kept_does_not_take_a_place_for_ever() {
    // Given
    let builder = Cache::<Fragile, u64>::builder("fragile").max_loads(1).max_waiting_loads(0);
    let supervisor = Supervisor::new();
    let cache = builder.build(Arc::new(SystemClock::default()), Arc::new(supervisor.clone()));
    let armed = Arc::new(AtomicBool::new(false));
    // When its key breaks as it lands.
    let arm = armed.clone();
    let load = move || async move {
        arm.store(true, Ordering::SeqCst);
        Ok(7)
    };
    let answer = cache.get_or_load(Fragile(1, armed.clone()), within(20_000), load).await;
    assert!(answer.is_err() && !armed.load(Ordering::SeqCst), "it landed: {answer:?}");
    until("the load has ended", || supervisor.running() == 0).await;
    // Then there is room for another.
    let answer = cache.get_or_load(Fragile(1, armed), within(20_000), || async { Ok(8) }).await;
    assert_eq!(*answer.unwrap(), 8);
}

#[tokio::test]
async fn a_value_that_cannot_be_weighed_is_a_load_that_panicked() {
    // Given
    let bound = Bound::Bytes { limit: 1_000, key_heap: |_| panic!("no scales"), value_heap: |_| 0 };
    let stage = Stage::new(|plan| plan.bound(bound).negative_ttl(LIMIT));
    // When
    let answer = stage.cache.get_or_load(1, within(20_000), || async { Ok(7) }).await;
    // Then
    assert!(matches!(answer, Err(LoadError::Panicked)));
    until("the load has ended", || stage.supervisor.running() == 0).await;
    assert_eq!((stage.sink.records().len(), stage.cache.get(&1)), (1, None));
}
