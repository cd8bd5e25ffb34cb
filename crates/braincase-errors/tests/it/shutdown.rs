//! Nothing is lost when the program, or only its runtime, goes away.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use braincase_core::background::{Background, Task};
use braincase_errors::{Cancellation, Leftover, Outcome};
use tokio::runtime::Builder;

use crate::{LIMIT, supervisor};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_end_within_the_grace_are_not_cancelled() {
    // Given
    let (supervisor, sink) = supervisor();
    for _ in 0..100 {
        let work = async {
            tokio::task::yield_now().await;
            Ok(())
        };
        supervisor.spawn(Task::new("short"), Box::pin(work));
    }
    // When
    let leftover = supervisor.shutdown(LIMIT).await;
    // Then
    assert_eq!((leftover, sink.records().len()), (Leftover::default(), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_outlast_the_grace_are_cancelled_and_recorded_once_each() {
    // Given
    let (supervisor, sink) = supervisor();
    for _ in 0..100 {
        supervisor.spawn(Task::new("long"), Box::pin(pending()));
    }
    let (go_on, wait) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    let computation = move || {
        begin.send(()).ok();
        wait.recv_timeout(LIMIT).ok();
        Ok(())
    };
    supervisor.spawn_blocking(Task::new("computation"), Box::new(computation));
    begun.recv_timeout(LIMIT).unwrap();
    // When
    let leftover = supervisor.shutdown(Duration::from_millis(10)).await;
    // Then
    assert_eq!((leftover.cancelled, leftover.stuck), (101, 1));
    let records = sink.records();
    assert_eq!(records.len(), 101);
    assert!(records.iter().all(|record| record.outcome == Outcome::Cancelled(Cancellation::Shutdown)));
    go_on.send(()).unwrap();
}

#[tokio::test]
async fn tasks_after_the_shutdown_are_refused_and_recorded() {
    // Given
    let (supervisor, sink) = supervisor();
    assert_eq!(supervisor.shutdown(LIMIT).await, Leftover::default());
    // When
    supervisor.spawn(Task::new("late"), Box::pin(async { panic!("must not run") }));
    supervisor.spawn_blocking(Task::new("late"), Box::new(|| panic!("must not run")));
    // Then
    let outcomes: Vec<_> = sink.records().iter().map(|record| record.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cancelled(Cancellation::Refused); 2]);
    assert_eq!(supervisor.running(), 0);
}

#[test]
fn a_runtime_that_goes_away_abandons_its_tasks_with_one_record_each() {
    // Given
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().max_blocking_threads(1).build().unwrap();
    let (supervisor, sink) = runtime.block_on(async { supervisor() });
    for _ in 0..50 {
        supervisor.spawn(Task::new("async"), Box::pin(pending()));
    }
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let first = move || {
        begin.send(()).ok();
        wait.recv_timeout(LIMIT).ok();
        Ok(())
    };
    supervisor.spawn_blocking(Task::new("first"), Box::new(first));
    begun.recv_timeout(LIMIT).unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    for _ in 0..10 {
        let ran = ran.clone();
        let work = move || {
            ran.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        supervisor.spawn_blocking(Task::new("queued"), Box::new(work));
    }
    // When
    runtime.shutdown_background();
    go_on.send(()).unwrap();
    for _ in 0..4_000 {
        if supervisor.running() == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // Then
    assert_eq!(supervisor.running(), 0);
    let records = sink.records();
    let count = |operation| records.iter().filter(|record| &*record.operation == operation).count();
    assert_eq!((count("async"), count("first")), (50, 0));
    assert_eq!(count("queued") + ran.load(Ordering::SeqCst), 10, "each either ran or was recorded");
    assert!(records.iter().all(|record| record.outcome == Outcome::Cancelled(Cancellation::Abandoned)));
    // And a task that is started even later is recorded as well.
    supervisor.spawn(Task::new("too_late"), Box::pin(async { Ok(()) }));
    assert_eq!(sink.records().len(), records.len() + 1);
}
