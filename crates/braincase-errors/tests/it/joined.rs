//! Tasks that somebody waits for, parts of tasks, and requests: one record each, whoever waits or leaves.

use std::{collections::BTreeMap, future::pending, time::Duration};

use braincase_core::background::{Background, Failure, Task};
use braincase_errors::{Cancellation, Outcome, Supervisor, Unfinished};

use crate::{LIMIT, clock, recorder, settled, supervisor};

const SOON: Option<Duration> = Some(Duration::from_millis(5));

fn failure() -> Failure {
    Failure::new("disk_full", "no space")
}

/// What becomes of a handle.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Joined,
    Dropped,
    Aborted,
}

async fn start_each(supervisor: &Supervisor, fate: Fate) {
    let handles = [
        supervisor.start(&Task::new("ok"), async { Ok(7) }),
        supervisor.start(&Task::new("error"), async { Err(failure()) }),
        supervisor.start(&Task::new("panic"), async { panic!("lost") }),
        supervisor.start(&Task { deadline: SOON, ..Task::new("timed_out") }, pending()),
    ];
    let stuck = supervisor.start::<u8>(&Task::new("stuck"), pending());
    match fate {
        Fate::Dropped => drop((handles, stuck)),
        Fate::Joined => {
            let mut ends = Vec::new();
            for handle in handles {
                ends.push(handle.join().await.map_err(|unfinished| unfinished.outcome));
            }
            assert_eq!(ends, [Ok(7), Err(Outcome::Error), Err(Outcome::Panic), Err(Outcome::TimedOut)]);
            drop(stuck);
        }
        Fate::Aborted => {
            stuck.abort();
            let aborted = Outcome::Cancelled(Cancellation::Abandoned);
            assert_eq!(stuck.join().await, Err(Unfinished { outcome: aborted }));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_and_records_are_the_same_number_whatever_becomes_of_the_handles() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    for fate in [Fate::Joined, Fate::Dropped, Fate::Aborted].repeat(20) {
        start_each(&supervisor, fate).await;
    }
    while supervisor.running() > 40 {
        tokio::task::yield_now().await;
    }
    let leftover = supervisor.shutdown(Duration::from_millis(1)).await;
    // Then: 60 of each kind; of the stuck ones 20 were aborted, and the shutdown stopped the rest.
    assert_eq!((leftover.cancelled, leftover.stuck), (40, 0));
    let mut counts = BTreeMap::new();
    for record in sink.records() {
        *counts.entry((record.operation.into_owned(), record.outcome.as_str())).or_insert(0) += 1;
    }
    let expected = [
        (("error".to_owned(), "error"), 60),
        (("panic".to_owned(), "panic"), 60),
        (("stuck".to_owned(), "cancelled_by_abort"), 20),
        (("stuck".to_owned(), "cancelled_by_shutdown"), 40),
        (("timed_out".to_owned(), "timed_out"), 60),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_task_that_is_refused_says_so() {
    // Given
    let (supervisor, sink) = supervisor();
    let _ = supervisor.shutdown(LIMIT).await;
    // When
    let ended = supervisor.start(&Task::new("late"), async { Ok(()) }).join().await;
    // Then
    let refused = Outcome::Cancelled(Cancellation::Refused);
    assert_eq!((ended, sink.records()[0].outcome), (Err(Unfinished { outcome: refused }), refused));
}

#[tokio::test]
async fn a_part_is_stopped_for_the_reason_that_stops_the_whole() {
    // Given
    let (supervisor, sink) = supervisor();
    let inner = supervisor.clone();
    let whole = Task { deadline: SOON, ..Task::new("whole") };
    // When
    let work = async move {
        let _ = inner.run(Task::new("part"), pending::<Result<(), Failure>>()).await;
        Ok(())
    };
    supervisor.spawn(whole, Box::pin(work));
    let records = settled(&supervisor, &sink).await;
    // Then
    let outcomes: BTreeMap<_, _> = records.iter().map(|record| (&*record.operation, record.outcome)).collect();
    let expected = [("part", Outcome::Cancelled(Cancellation::Deadline)), ("whole", Outcome::TimedOut)];
    assert_eq!(outcomes, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_client_that_leaves_is_told_from_a_failure() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    let request = supervisor.request(Task::new("http_request"), "r-1".into(), pending::<()>());
    let left = tokio::time::timeout(Duration::from_millis(5), request).await;
    // Then
    assert!(left.is_err());
    let record = &sink.records()[0];
    assert_eq!(record.outcome, Outcome::Cancelled(Cancellation::Client));
    assert_eq!(record.context.request_id.as_deref(), Some("r-1"));
    assert!(!record.outcome.is_error());
}

#[tokio::test]
async fn what_fails_after_its_request_has_ended_is_late_and_knows_the_request() {
    // Given
    let (clock, sink) = (clock(), std::sync::Arc::new(braincase_errors::MemorySink::new(9)));
    let supervisor = Supervisor::with_recorder(recorder(braincase_errors::Limit::NONE, clock.clone(), sink.clone()));
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let inner = supervisor.clone();
    let trace: braincase_core::trace::TraceContext =
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
    let request = Task { trace: Some(trace), user: Some("u-1".into()), ..Task::new("http_request") };
    // When
    let answered = supervisor
        .request(request, "r-2".into(), async move {
            let work = async move {
                wait.await.ok();
                Err(failure())
            };
            inner.spawn(Task { attempt: Some(2), ..Task::new("analysis") }, Box::pin(work));
            "answered"
        })
        .await;
    clock.advance(Duration::from_millis(1_500));
    go_on.send(()).unwrap();
    let records = settled(&supervisor, &sink).await;
    // Then
    assert_eq!(answered, Ok("answered"));
    let context = &records[0].context;
    assert_eq!((context.request_id.as_deref(), context.user.as_deref()), (Some("r-2"), Some("u-1")));
    assert_eq!((context.trace, context.attempt), (Some(trace), Some(2)));
    assert_eq!(records[0].late, Some(Duration::from_millis(1_500)));
}

#[tokio::test]
async fn a_handler_that_panics_is_recorded_and_answers() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    let answer = supervisor.request(Task::new("http_request"), "r-3".into(), async { panic!("no such row") }).await;
    // Then
    assert_eq!(answer, Err::<(), _>(Unfinished { outcome: Outcome::Panic }));
    let record = &sink.records()[0];
    assert_eq!((record.message().as_str(), record.late), ("no such row", None));
    assert!(record.backtrace.as_ref().is_some_and(|calls| calls.contains("joined")), "{:?}", record.backtrace);
}
