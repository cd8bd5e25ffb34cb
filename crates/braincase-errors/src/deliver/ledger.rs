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

#[cfg(test)]
mod tests {
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    use super::{Ledger, Ordering, ReaderStats};

    #[test]
    fn everything_is_counted_once_with_its_sink_and_its_reason() {
        let recorder = DebuggingRecorder::new();
        let mut ledger = Ledger::new("sentry");

        metrics::with_local_recorder(&recorder, || {
            ledger.delivered(3);
            ledger.dropped("send_error", 2);
            ledger.delayed("network_error");
            ledger.passed_over(ReaderStats { read: 3, evicted: 5, damaged: 1 });
            ledger.passed_over(ReaderStats { read: 4, evicted: 7, damaged: 1 });
        });

        let counts = ledger.counts();
        assert_eq!((counts.delivered.load(Ordering::Relaxed), counts.dropped.load(Ordering::Relaxed)), (3, 10));
        let mut seen: Vec<_> = recorder
            .snapshotter()
            .snapshot()
            .into_vec()
            .into_iter()
            .map(|(key, _, _, value)| {
                let labels: Vec<_> = key.key().labels().map(|label| label.value().to_owned()).collect();
                (key.key().name().to_owned(), labels.join(" "), value)
            })
            .collect();
        seen.sort_by_key(|(name, labels, _)| (name.clone(), labels.clone()));
        let expected = [
            ("braincase_errors_delayed_total", "sentry network_error", 1),
            ("braincase_errors_delivered_total", "sentry", 3),
            ("braincase_errors_dropped_total", "sentry cache_overflow", 7),
            ("braincase_errors_dropped_total", "sentry internal_sdk_error", 1),
            ("braincase_errors_dropped_total", "sentry send_error", 2),
        ];
        let expected =
            expected.map(|(name, labels, count)| (name.to_owned(), labels.to_owned(), DebugValue::Counter(count)));
        assert_eq!(seen, expected);
    }
}
