//! Where records go.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use crate::{
    layer::RECORD_TARGET,
    lock,
    record::{Outcome, Record},
};

/// Somewhere that records go. Called on the thread where the failure happened, so it must neither wait nor block.
pub trait Sink: Send + Sync + fmt::Debug {
    /// Takes a record.
    fn record(&self, record: &Record);

    /// Writes out what it holds, as far as that goes within the time. It takes records afterwards, too.
    fn close(&self, _within: Duration) {}
}

/// Writes records to the log, unless they come from there: cancellations at level info, slow operations as warnings, everything else as errors.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSink;

impl Sink for LogSink {
    fn record(&self, record: &Record) {
        if record.logged {
            return;
        }
        let context = &record.context;
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    target: RECORD_TARGET,
                    code = &*record.code,
                    operation = &*record.operation,
                    outcome = record.outcome.as_str(),
                    count = record.count,
                    tenant.id = context.tenant.map(display),
                    project.id = context.project.map(display),
                    user.id = context.user.as_deref(),
                    turn.id = context.turn.map(display),
                    image.id = context.image.map(display),
                    request.id = context.request_id.as_deref(),
                    trace.id = context.trace.map(|trace| trace.trace_id()),
                    attempt = context.attempt,
                    error = record.message(),
                    location = record.location,
                    duration_ms = u64::try_from(record.duration.as_millis()).unwrap_or(u64::MAX),
                    record.id = display(record.id),
                    fingerprint = display(record.fingerprint),
                    late_ms = record.late.map(|late| u64::try_from(late.as_millis()).unwrap_or(u64::MAX)),
                    "{} failed: {}",
                    record.operation,
                    record.code,
                )
            };
        }
        match record.outcome {
            Outcome::Error | Outcome::Panic | Outcome::TimedOut => log!(error),
            Outcome::Slow(_) => log!(warn),
            Outcome::Cancelled(_) => log!(info),
        }
    }
}

/// Keeps the newest records in memory.
#[derive(Debug)]
pub struct MemorySink {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    dropped: u64,
}

impl MemorySink {
    /// A sink that keeps at most `capacity` records.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    /// The records that are kept, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.lock().records.iter().cloned().collect()
    }

    /// How many records had to go because there was no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
}

impl Sink for MemorySink {
    fn record(&self, record: &Record) {
        let mut kept = self.lock();
        kept.records.push_back(record.clone());
        if kept.records.len() > self.capacity {
            kept.records.pop_front();
            kept.dropped += 1;
        }
    }
}
