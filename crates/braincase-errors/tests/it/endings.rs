//! Every way in which a task can end makes the right number of records.

use std::{collections::BTreeMap, future::pending, sync::mpsc, time::Duration};

use braincase_core::{
    ImageId, ProjectId, Scope, TenantId, Timestamp, TurnId,
    background::{Background, Failure, Task},
};
use braincase_errors::{Cancellation, Outcome, Supervisor};

use crate::{LIMIT, settled, supervisor};

const SOON: Option<Duration> = Some(Duration::from_millis(5));

fn failure() -> Failure {
    Failure::new("disk_full", std::io::Error::other("no space for sk-12345678abcdef"))
}

fn spawn_each(supervisor: &Supervisor) {
    supervisor.spawn(Task::new("ok"), Box::pin(async { Ok(()) }));
    supervisor.spawn(Task::new("error"), Box::pin(async { Err(failure()) }));
    supervisor.spawn(Task::new("panic"), Box::pin(async { panic!("lost {}", "it") }));
    supervisor.spawn(Task { deadline: SOON, ..Task::new("timed_out") }, Box::pin(pending()));
    supervisor.spawn_blocking(Task::new("ok"), Box::new(|| Ok(())));
    supervisor.spawn_blocking(Task::new("error"), Box::new(|| Err(failure())));
    supervisor.spawn_blocking(Task::new("panic"), Box::new(|| panic!("lost {}", "it")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_is_recorded_once_and_success_never() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    for _ in 0..200 {
        spawn_each(&supervisor);
    }
    let records = settled(&supervisor, &sink).await;
    // Then
    let mut counts = BTreeMap::new();
    for record in &records {
        assert_eq!(record.operation, record.outcome.as_str());
        *counts.entry((&*record.operation, &*record.code)).or_insert(0) += 1;
    }
    let expected = [(("error", "disk_full"), 400), (("panic", "panic"), 400), (("timed_out", "timed_out"), 200)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(supervisor.running(), 0);
}

#[tokio::test]
async fn a_record_carries_the_context_and_no_secret() {
    // Given
    let (supervisor, sink) = supervisor();
    let now = Timestamp::from_micros(7);
    let scope = Scope { tenant: TenantId::DEFAULT, project: ProjectId::new(now) };
    let (turn, image) = (TurnId::new(now), ImageId::new(now));
    let task = Task { scope: Some(scope), turn: Some(turn), image: Some(image), ..Task::new("analysis") };
    // When
    supervisor.spawn(task, Box::pin(async { Err(failure()) }));
    let records = settled(&supervisor, &sink).await;
    // Then
    let record = &records[0];
    assert_eq!(
        (record.context.project, record.context.turn, record.context.image),
        (Some(scope.project), Some(turn), Some(image))
    );
    assert_eq!(record.message(), "no space for sk-[redacted]");
    assert_eq!(record.at, Timestamp::from_micros(1_000_000));
}

#[derive(Debug, thiserror::Error)]
#[error("the upload failed")]
struct Upload(#[source] std::io::Error);

#[tokio::test]
async fn a_record_tells_the_whole_chain_of_causes() {
    // Given
    let (supervisor, sink) = supervisor();
    let failure = Failure::new("upload_failed", Upload(std::io::Error::other("connection reset")));
    // When
    supervisor.spawn(Task::new("upload"), Box::pin(async { Err(failure) }));
    // Then
    assert_eq!(settled(&supervisor, &sink).await[0].errors, ["the upload failed", "connection reset"]);
}

#[tokio::test]
async fn a_panic_is_recorded_with_its_message_and_place() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    let line = line!() + 1;
    supervisor.spawn(Task::new("panic"), Box::pin(async { panic!("index {} of {}", 7, 3) }));
    let records = settled(&supervisor, &sink).await;
    // Then
    assert_eq!(records[0].message(), "index 7 of 3");
    let location = records[0].location.clone().unwrap();
    assert!(location.contains(&format!("endings.rs:{line}:")), "{location}");
}

struct PanicsOnDrop;
impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("while letting go");
    }
}

#[tokio::test]
async fn a_panic_while_a_task_lets_go_makes_one_record_too() {
    // Given
    let (supervisor, sink) = supervisor();
    let ends_well = PanicsOnDrop;
    // When
    supervisor.spawn(
        Task::new("ends_well"),
        Box::pin(std::future::poll_fn(move |_| {
            let _held = &ends_well;
            std::task::Poll::Ready(Ok(()))
        })),
    );
    let late = Task { deadline: SOON, ..Task::new("late") };
    let held = PanicsOnDrop;
    supervisor.spawn(
        late,
        Box::pin(async move {
            let _held = held;
            pending().await
        }),
    );
    let records = settled(&supervisor, &sink).await;
    // Then
    let outcomes: BTreeMap<_, _> = records.iter().map(|record| (&*record.operation, record.outcome)).collect();
    assert_eq!(outcomes, BTreeMap::from([("ends_well", Outcome::Panic), ("late", Outcome::TimedOut)]));
    assert_eq!(records.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_computation_past_its_deadline_is_recorded_while_it_still_runs_and_not_again() {
    // Given
    let (supervisor, sink) = supervisor();
    let (go_on, wait) = mpsc::channel::<()>();
    let task = Task { deadline: SOON, ..Task::new("slow") };
    // When
    let work = move || {
        wait.recv_timeout(LIMIT).map_err(|_| failure())?;
        Err(failure())
    };
    supervisor.spawn_blocking(task, Box::new(work));
    while sink.records().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Then
    assert_eq!(sink.records()[0].outcome, Outcome::TimedOut);
    assert_eq!(supervisor.running(), 1, "it is still running");
    go_on.send(()).unwrap();
    assert_eq!(settled(&supervisor, &sink).await.len(), 1);
}

#[tokio::test]
async fn a_task_that_never_yields_its_budget_still_meets_its_deadline() {
    // Given
    let (supervisor, sink) = supervisor();
    let task = Task { deadline: SOON, ..Task::new("busy") };
    // When
    supervisor.spawn(
        task,
        Box::pin(async {
            loop {
                tokio::task::consume_budget().await;
            }
        }),
    );
    // Then
    assert_eq!(settled(&supervisor, &sink).await[0].outcome, Outcome::TimedOut);
}

#[tokio::test]
async fn a_task_may_be_started_from_a_foreign_thread() {
    // Given
    let (supervisor, sink) = supervisor();
    let other = supervisor.clone();
    // When
    let thread = std::thread::spawn(move || other.spawn(Task::new("foreign"), Box::pin(async { Err(failure()) })));
    thread.join().unwrap();
    // Then
    assert_eq!(settled(&supervisor, &sink).await[0].operation, "foreign");
}

#[tokio::test]
async fn a_failure_without_a_task_is_recorded_too() {
    // Given
    let (supervisor, sink) = supervisor();
    // When
    supervisor.report(&Task::new("request"), failure(), Duration::from_millis(3));
    // Then
    let records = sink.records();
    assert_eq!((&*records[0].code, records[0].duration), ("disk_full", Duration::from_millis(3)));
    assert_ne!(records[0].outcome, Outcome::Cancelled(Cancellation::Refused));
}
