//! What is missing is computed once, beside those who ask.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use braincase_cache::LoadError;
use braincase_core::background::{Failure, Task};
use braincase_errors::Outcome;
use tokio::{sync::Notify, task::JoinSet, time::timeout};

use crate::{LIMIT, Stage, until};

pub(crate) fn within(millis: u64) -> Task {
    Task { deadline: Some(Duration::from_millis(millis)), ..Task::new("load") }
}

/// Asks fifty times at once for the same key, and lets the load end when all wait.
async fn fifty_ask(stage: &Stage, end: fn() -> Result<u64, Failure>) -> (usize, Vec<Result<Arc<u64>, LoadError>>) {
    let (runs, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let (cache, runs, go_on) = (stage.cache.clone(), runs.clone(), go_on.clone());
        callers.spawn(async move {
            let load = move || async move {
                runs.fetch_add(1, Ordering::SeqCst);
                go_on.notified().await;
                end()
            };
            cache.get_or_load(1, within(20_000), load).await
        });
    }
    until("all but the first wait for it", || stage.cache.stats().coalesced == 49).await;
    go_on.notify_one();
    let answers = callers.join_all().await;
    (runs.load(Ordering::SeqCst), answers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_share_one_load() {
    // Given
    let stage = Stage::new(|plan| plan);
    // When
    let (runs, answers) = fifty_ask(&stage, || Ok(7)).await;
    // Then
    assert!(answers.iter().all(|answer| matches!(answer, Ok(value) if **value == 7)));
    assert_eq!((runs, stage.cache.stats().loads.ok), (1, 1));
    assert_eq!(stage.cache.get(&1).as_deref(), Some(&7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_reaches_all_is_recorded_once_and_not_kept() {
    // Given
    let stage = Stage::new(|plan| plan);
    // When
    let fail = || Err(Failure::new("vision_unavailable", "status 503").with("reason", "overloaded"));
    let (_, answers) = fifty_ask(&stage, fail).await;
    // Then
    assert!(answers.iter().all(|answer| matches!(answer, Err(LoadError::Failed(f)) if f.code == "vision_unavailable")));
    assert_eq!((stage.cache.stats().loads.failed, stage.cache.get(&1)), (1, None));
    until("the load has ended", || stage.supervisor.running() == 0).await;
    let records = stage.sink.records();
    assert_eq!(
        (records.len(), &*records[0].code, records[0].message()),
        (1, "vision_unavailable", "status 503".into())
    );
    // It is found where it was made, with what it carries.
    assert!(records[0].location.as_ref().unwrap().contains("it/load.rs"), "{:?}", records[0].location);
    assert_eq!(records[0].metadata, [("reason".into(), "overloaded".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_reaches_all_as_an_error_and_is_recorded_once() {
    // Given
    let stage = Stage::new(|plan| plan);
    // When
    let (_, answers) = fifty_ask(&stage, || panic!("no such {}", "thing")).await;
    // Then
    assert!(answers.iter().all(|answer| matches!(answer, Err(LoadError::Panicked))));
    until("the load has ended", || stage.supervisor.running() == 0).await;
    let records = stage.sink.records();
    assert_eq!((records.len(), records[0].message()), (1, "no such thing".to_owned()));
    assert_eq!((stage.cache.stats().loads.panicked, stage.cache.stats().loads.failed), (1, 0));
    assert!(records[0].location.as_ref().unwrap().contains("load.rs"));
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_end_the_load() {
    // Given
    let stage = Stage::new(|plan| plan);
    let go_on = Arc::new(Notify::new());
    let load = {
        let go_on = go_on.clone();
        move || async move {
            go_on.notified().await;
            Ok(7)
        }
    };
    // When
    let gave_up = timeout(Duration::from_millis(5), stage.cache.get_or_load(1, within(20_000), load)).await;
    assert!(gave_up.is_err());
    go_on.notify_one();
    // Then
    until("the value is there", || stage.cache.get(&1).is_some()).await;
    assert_eq!(stage.sink.records().len(), 0);
}

#[tokio::test]
async fn a_load_past_its_deadline_is_an_error_and_recorded_once() {
    // Given
    let stage = Stage::new(|plan| plan);
    // When
    let answer = stage.cache.get_or_load(1, within(10), pending).await;
    // Then
    assert!(matches!(answer, Err(LoadError::TimedOut(limit)) if limit == Duration::from_millis(10)));
    until("the load has ended", || stage.supervisor.running() == 0).await;
    let outcomes: Vec<_> = stage.sink.records().iter().map(|record| record.outcome).collect();
    assert_eq!((outcomes, stage.cache.stats().loads.timed_out), (vec![Outcome::TimedOut], 1));
}

#[tokio::test]
async fn after_a_shutdown_a_load_is_cancelled_at_once() {
    // Given
    let stage = Stage::new(|plan| plan);
    assert_eq!(stage.supervisor.shutdown(LIMIT).await.cancelled, 0);
    // When
    let answer = stage.cache.get_or_load(1, within(20_000), || async { Ok(7) }).await;
    // Then
    assert!(matches!(answer, Err(LoadError::Cancelled)));
}

#[tokio::test]
async fn an_invalidation_wins_over_a_load_in_flight() {
    for forget in [|stage: &Stage| stage.cache.invalidate(&1), |stage: &Stage| stage.cache.clear()] {
        // Given
        let stage = Stage::new(|plan| plan);
        let go_on = Arc::new(Notify::new());
        let (cache, gate) = (stage.cache.clone(), go_on.clone());
        let old = async move {
            let load = move || async move {
                gate.notified().await;
                Ok(7)
            };
            cache.get_or_load(1, within(20_000), load).await
        };
        let mut waiting = Box::pin(old);
        assert!(timeout(Duration::from_millis(5), &mut waiting).await.is_err());
        // When
        forget(&stage);
        let fresh = stage.cache.get_or_load(1, within(20_000), || async { Ok(8) }).await.unwrap();
        go_on.notify_one();
        let stale = waiting.await.unwrap();
        // Then
        assert_eq!((*stale, *fresh, stage.cache.get(&1).as_deref()), (7, 8, Some(&8)));
    }
}

#[tokio::test]
async fn an_insertion_wins_over_a_load_in_flight() {
    // Given
    let stage = Stage::new(|plan| plan);
    let go_on = Arc::new(Notify::new());
    let gate = go_on.clone();
    let load = move || async move {
        gate.notified().await;
        Ok(7)
    };
    let mut waiting = Box::pin(stage.cache.get_or_load(1, within(20_000), load));
    assert!(timeout(Duration::from_millis(5), &mut waiting).await.is_err());
    // When
    stage.cache.insert(1, 9);
    go_on.notify_one();
    // Then
    assert_eq!((*waiting.await.unwrap(), stage.cache.get(&1).as_deref()), (7, Some(&9)));
}

#[tokio::test]
async fn only_so_many_loads_run_at_once() {
    // Given
    let stage = Stage::new(|plan| plan.max_loads(3));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    // When
    for key in 0..20 {
        let (cache, running, most) = (stage.cache.clone(), running.clone(), most.clone());
        callers.spawn(async move {
            let load = move || async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(0)
            };
            cache.get_or_load(key, within(20_000), load).await
        });
    }
    let answers = callers.join_all().await;
    // Then
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn more_loads_than_may_wait_are_refused_and_counted() {
    // Given
    let stage = Stage::new(|plan| plan.max_loads(1).max_waiting_loads(2));
    let mut waiting = JoinSet::new();
    for key in 0..3 {
        let cache = stage.cache.clone();
        waiting.spawn(async move { cache.get_or_load(key, within(20_000), pending).await });
    }
    until("three are in the air", || stage.supervisor.running() == 3).await;
    // When
    let answer = stage.cache.get_or_load(3, within(20_000), || async { Ok(7) }).await;
    // Then
    assert!(matches!(answer, Err(LoadError::Busy)));
    assert_eq!((stage.cache.stats().loads.shed, stage.sink.records().len()), (1, 0));
}
