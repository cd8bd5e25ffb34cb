//! Every metric of the store, in one place.

use std::time::Duration;

const COMMIT_SECONDS: &str = "braincase_store_commit_seconds";
const BATCH_WRITES: &str = "braincase_store_batch_writes";
const COMMITS: &str = "braincase_store_commits_total";
const COMMIT_FAILURES: &str = "braincase_store_commit_failures_total";
const QUEUE_DEPTH: &str = "braincase_store_queue_depth";

/// Tells the recorder what the metrics mean.
pub(crate) fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_histogram!(COMMIT_SECONDS, Unit::Seconds, "From the begin of a batch of writes until it is durable");
    describe_histogram!(BATCH_WRITES, Unit::Count, "Writes that shared one commit");
    describe_counter!(COMMITS, Unit::Count, "Batches that were committed");
    describe_counter!(COMMIT_FAILURES, Unit::Count, "Batches of which nothing was stored");
    describe_gauge!(QUEUE_DEPTH, Unit::Count, "Writes that wait for the next commit");
}

/// A batch became durable.
pub(crate) fn committed(writes: usize, took: Duration) {
    metrics::histogram!(COMMIT_SECONDS).record(took.as_secs_f64());
    metrics::histogram!(BATCH_WRITES).record(count(writes));
    metrics::counter!(COMMITS).increment(1);
}

/// A batch was lost; everyone who waits for it is told.
pub(crate) fn commit_failed() {
    metrics::counter!(COMMIT_FAILURES).increment(1);
}

/// So many writes wait.
pub(crate) fn queued(writes: usize) {
    metrics::gauge!(QUEUE_DEPTH).set(count(writes));
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
