//! The supervisor as its users see it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not recognised as tests")]

mod counting;
mod deliver;
mod endings;
mod joined;
mod log;
mod peers;
mod secrets;
mod shutdown;
mod slow;
mod spool;

use std::{sync::Arc, time::Duration};

use braincase_core::{ManualClock, Timestamp};
use braincase_errors::{Limit, MemorySink, Record, Recorder, RecorderOptions, Sink, Supervisor};

/// Longer than anything here takes, shorter than a person waits.
const LIMIT: Duration = Duration::from_secs(20);

fn supervisor() -> (Supervisor, Arc<MemorySink>) {
    let sink = Arc::new(MemorySink::new(10_000));
    (Supervisor::with_recorder(recorder(Limit::NONE, clock(), sink.clone())), sink)
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Timestamp::from_micros(1_000_000)))
}

fn recorder(limit: Limit, clock: Arc<ManualClock>, sink: Arc<dyn Sink>) -> Recorder {
    Recorder::new(RecorderOptions { sinks: vec![sink], clock, limit, ..RecorderOptions::default() })
}

/// Waits until every task has ended by itself.
async fn settled(supervisor: &Supervisor, sink: &MemorySink) -> Vec<Record> {
    let leftover = supervisor.shutdown(LIMIT).await;
    assert_eq!(leftover.cancelled, 0, "a task did not end by itself");
    sink.records()
}
