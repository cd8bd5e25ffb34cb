//! Operations that take longer than they should, and floods of failures.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    ManualClock,
    background::{Background, Failure, Task},
};
use braincase_errors::{Capture, Limit, MemorySink, Outcome, Recorder, RecorderOptions, Slow, Supervisor, Thresholds};
use tracing_subscriber::layer::SubscriberExt;

use crate::{LIMIT, clock, recorder};

/// Seen from outside the watchdog's thread, which works on the same clock: it stands still in between.
fn stage() -> (Arc<ManualClock>, Arc<MemorySink>, Recorder) {
    let (clock, sink) = (clock(), Arc::new(MemorySink::new(100)));
    let thresholds = Thresholds::default().with("read", Duration::from_millis(100)).with("turn", Duration::ZERO);
    let recorder = Recorder::new(RecorderOptions {
        sinks: vec![sink.clone()],
        clock: clock.clone(),
        thresholds,
        ..Default::default()
    });
    (clock, sink, recorder)
}

fn shown(sink: &MemorySink) -> Vec<(String, Outcome, u64, Duration)> {
    let shown = |record: &braincase_errors::Record| {
        (record.operation.to_string(), record.outcome, record.count, record.duration)
    };
    sink.records().iter().map(shown).collect()
}

#[test]
fn slow_spans_are_told_of_once_a_window_with_their_number_and_the_longest() {
    // Given
    let (clock, sink, recorder) = stage();
    let capture = Capture::default();
    capture.connect(recorder.clone());
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
    // When
    for millis in [50, 150, 180, 120] {
        let span = tracing::info_span!("read");
        clock.advance(Duration::from_millis(millis));
        drop(span);
    }
    drop(tracing::info_span!("turn"));
    recorder.tick();
    assert_eq!(shown(&sink), [], "the window is not over");
    clock.advance(Duration::from_secs(60));
    recorder.tick();
    recorder.tick();
    // Then
    let expected = ("read".to_owned(), Outcome::Slow(Slow::Ended), 3, Duration::from_millis(180));
    assert_eq!(shown(&sink), [expected]);
}

#[tokio::test]
async fn a_stuck_task_is_told_of_while_it_runs() {
    // Given
    let (clock, sink, recorder) = stage();
    let supervisor = Supervisor::with_recorder(recorder.clone());
    supervisor.spawn(Task::new("read"), Box::pin(std::future::pending()));
    // When
    clock.advance(Duration::from_millis(201));
    recorder.tick();
    recorder.tick();
    // Then
    let told = sink.records();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].outcome, told[0].duration), (Outcome::Slow(Slow::Running), Duration::from_millis(201)));
    assert_eq!(told[0].message(), "still runs after 201.0ms; it should take 100ms at most");
    assert_eq!(supervisor.running(), 1);
    // And when it is stopped, that is one record more, and what it took is told when all is over.
    assert_eq!(supervisor.shutdown(Duration::ZERO).await.cancelled, 1);
    recorder.close(LIMIT);
    let outcomes: Vec<_> = sink.records().iter().map(|record| record.outcome.as_str()).collect();
    assert_eq!(outcomes, ["slow_running", "cancelled_by_shutdown", "slow"]);
}

#[test]
fn the_watchdog_needs_nobody_to_ask() {
    // Given: the machine's clock, and an operation that does not end.
    let sink = Arc::new(MemorySink::new(9));
    let thresholds = Thresholds::default().with("read", Duration::from_millis(1));
    let recorder = Recorder::new(RecorderOptions { sinks: vec![sink.clone()], thresholds, ..Default::default() });
    let capture = Capture::default();
    capture.connect(recorder);
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
    let span = tracing::info_span!("read");
    // When
    for _ in 0..LIMIT.as_millis() {
        if sink.records().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    // Then
    assert_eq!(sink.records()[0].outcome, Outcome::Slow(Slow::Running));
    drop(span);
}

#[derive(Debug)]
struct Complains;
impl braincase_errors::Sink for Complains {
    fn record(&self, _: &braincase_errors::Record) {
        tracing::error!("the sink has trouble of its own");
    }
}

#[test]
fn a_sink_that_logs_errors_makes_no_records_without_end() {
    // Given
    let kept = Arc::new(MemorySink::new(9));
    let sinks: Vec<Arc<dyn braincase_errors::Sink>> = vec![Arc::new(Complains), kept.clone()];
    let recorder = Recorder::new(RecorderOptions { sinks, ..Default::default() });
    let capture = Capture::default();
    capture.connect(recorder);
    // When
    tracing::subscriber::with_default(tracing_subscriber::registry().with(capture), || tracing::error!("once"));
    // Then
    assert_eq!(kept.records().len(), 1);
}

#[tokio::test]
async fn a_flood_is_counted_to_the_last_failure() {
    // Given
    let (clock, sink) = (clock(), Arc::new(MemorySink::new(10_000)));
    let recorder = recorder(Limit::default(), clock.clone(), sink.clone());
    let supervisor = Supervisor::with_recorder(recorder.clone());
    // When
    for number in 0..10_000 {
        let failure = Failure::new("disk_full", format!("no space for row {number}"));
        supervisor.report(&Task::new("upload"), failure, Duration::ZERO);
    }
    let full = sink.records().len();
    recorder.close(LIMIT);
    // Then
    assert_eq!(full, 10, "the others were only counted");
    let records = sink.records();
    assert_eq!(records.len(), 11);
    assert_eq!(records.iter().map(|record| record.count).sum::<u64>(), 10_000);
    assert!(records.iter().all(|record| record.fingerprint == records[0].fingerprint));
}

#[tokio::test]
async fn what_is_logged_becomes_breadcrumbs_and_errors_become_records() {
    // Given
    let (_, sink, recorder) = stage();
    let capture = Capture::default();
    capture.connect(recorder.clone());
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
    let supervisor = Supervisor::with_recorder(recorder);
    // When
    let work = async {
        tracing::info!(rows = 3, "began to read");
        tracing::debug!("not worth keeping");
        let error = std::io::Error::other("password=hunter2");
        tracing::error!(
            code = "part_missing",
            part = "scenes",
            prompt = "make it red",
            error = &error as &dyn std::error::Error,
            "a part is missing"
        );
        Err(Failure::new("read_failed", "gave up").with("attempt", 3))
    };
    supervisor.spawn(Task::new("reading"), Box::pin(work));
    let records = crate::settled(&supervisor, &sink).await;
    // Then
    let [logged, failed] = &records[..] else { panic!("two records, not {records:?}") };
    assert_eq!((&*logged.code, &*logged.operation), ("part_missing", "reading"));
    assert_eq!(logged.errors, ["a part is missing", "password=[redacted]"]);
    let facts: Vec<_> = logged.metadata.iter().map(|(name, value)| (&**name, value.as_str())).collect();
    assert_eq!(facts, [("part", "scenes"), ("prompt", "[withheld]")]);
    assert!(logged.location.as_ref().is_some_and(|place| place.contains("slow.rs:")));
    let lines: Vec<_> = failed.breadcrumbs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["began to read rows=3"]);
    assert_eq!(failed.metadata, [("attempt".into(), "3".to_owned())]);
}
