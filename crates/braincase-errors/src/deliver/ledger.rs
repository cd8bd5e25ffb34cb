//! Counts what has become of the records of one receiver.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::spool::ReaderStats;

/// For those who ask, beside the metrics.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) delivered: AtomicU64,
    pub(super) dropped: AtomicU64,
}

/// The counters of one receiver; reasons are in Sentry's words.
#[derive(Debug)]
pub(super) struct Ledger {
    sink: &'static str,
    counts: Arc<Counts>,
    /// What was counted of what the reader came past.
    passed: ReaderStats,
}

impl Ledger {
    pub(super) fn new(sink: &'static str) -> Self {
        Self { sink, counts: Arc::default(), passed: ReaderStats::default() }
    }

    pub(super) fn counts(&self) -> Arc<Counts> {
        self.counts.clone()
    }

    pub(super) fn delivered(&self, count: usize) {
        metrics::counter!("braincase_errors_delivered_total", "sink" => self.sink).increment(count as u64);
        self.counts.delivered.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// An attempt that failed and is made again.
    pub(super) fn delayed(&self, reason: &'static str) {
        metrics::counter!("braincase_errors_delayed_total", "sink" => self.sink, "reason" => reason).increment(1);
    }

    pub(super) fn dropped(&self, reason: &'static str, count: usize) {
        self.lose(reason, count as u64);
    }

    /// What the spool had to drop before it was read.
    pub(super) fn passed_over(&mut self, stats: ReaderStats) {
        self.lose("cache_overflow", stats.evicted - self.passed.evicted);
        self.lose("internal_sdk_error", stats.damaged - self.passed.damaged);
        self.passed = stats;
    }

    fn lose(&self, reason: &'static str, count: u64) {
        if count > 0 {
            metrics::counter!("braincase_errors_dropped_total", "sink" => self.sink, "reason" => reason)
                .increment(count);
            self.counts.dropped.fetch_add(count, Ordering::Relaxed);
        }
    }
}
