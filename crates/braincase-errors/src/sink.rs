//! Where records go.

use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::record::{Outcome, Record};

/// Somewhere that records go. Called on the thread where the failure happened, so it must neither wait nor block.
pub trait Sink: Send + Sync + fmt::Debug {
    /// Takes a record.
    fn record(&self, record: &Record);
}

/// Hands every record to every sink, and counts it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    sinks: Arc<[Arc<dyn Sink>]>,
}

impl Recorder {
    /// A recorder over its sinks.
    #[must_use]
    pub fn new(sinks: Vec<Arc<dyn Sink>>) -> Self {
        Self { sinks: sinks.into() }
    }

    /// Counts a record and hands it on. A sink that panics is counted and keeps no other from its record.
    pub fn record(&self, record: &Record) {
        metrics::counter!("braincase_failures_total", "operation" => record.operation, "code" => record.code)
            .increment(1);
        for sink in self.sinks.iter() {
            if catch_unwind(AssertUnwindSafe(|| sink.record(record))).is_err() {
                metrics::counter!("braincase_sink_panics_total").increment(1);
            }
        }
    }
}

/// Writes records to the log: cancellations at level info, everything else at level error.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSink;

impl Sink for LogSink {
    fn record(&self, record: &Record) {
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    code = record.code,
                    operation = record.operation,
                    outcome = record.outcome.as_str(),
                    tenant.id = record.tenant.map(display),
                    project.id = record.project.map(display),
                    turn.id = record.turn.map(display),
                    image.id = record.image.map(display),
                    error = record.message(),
                    location = record.location,
                    duration_ms = u64::try_from(record.duration.as_millis()).unwrap_or(u64::MAX),
                    "{} failed: {}",
                    record.operation,
                    record.code,
                )
            };
        }
        match record.outcome {
            Outcome::Error | Outcome::Panic | Outcome::TimedOut => log!(error),
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
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
