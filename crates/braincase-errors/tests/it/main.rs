//! The supervisor as its users see it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not recognised as tests")]

mod counting;
mod endings;
mod log;
mod shutdown;
mod spool;

use std::{sync::Arc, time::Duration};

use braincase_core::{ManualClock, Timestamp};
use braincase_errors::{MemorySink, Record, Supervisor};

/// Longer than anything here takes, shorter than a person waits.
const LIMIT: Duration = Duration::from_secs(20);

fn supervisor() -> (Supervisor, Arc<MemorySink>) {
    let sink = Arc::new(MemorySink::new(10_000));
    let clock = Arc::new(ManualClock::starting_at(Timestamp::from_micros(1_000_000)));
    (Supervisor::with_sinks(clock, vec![sink.clone()]), sink)
}

/// Waits until every task has ended by itself.
async fn settled(supervisor: &Supervisor, sink: &MemorySink) -> Vec<Record> {
    let leftover = supervisor.shutdown(LIMIT).await;
    assert_eq!(leftover.cancelled, 0, "a task did not end by itself");
    sink.records()
}
