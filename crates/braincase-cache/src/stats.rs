//! Tells what a cache did.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a cache did since it was made, and what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Reads that found a value.
    pub hits: u64,
    /// Reads that did not, expired entries included.
    pub misses: u64,
    /// Reads that found only a value that was too old.
    pub expired: u64,
    /// Loads that returned a value.
    pub loads_ok: u64,
    /// Loads that returned an error, panicked or were cancelled.
    pub loads_failed: u64,
    /// Loads that did not end in time.
    pub loads_timed_out: u64,
    /// Callers who waited for a load that another had started.
    pub coalesced: u64,
    /// Values that were not kept because they are heavier than the whole bound, or good for no time at all.
    pub refused: u64,
    /// Entries that are held.
    pub entries: u64,
    /// Their weight: bytes if the bound is in bytes, otherwise the number of entries.
    pub weight: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: Count,
    pub(crate) misses: Count,
    pub(crate) expired: Count,
    pub(crate) loads_ok: Count,
    pub(crate) loads_failed: Count,
    pub(crate) loads_timed_out: Count,
    pub(crate) coalesced: Count,
    pub(crate) refused: Count,
}

impl Counters {
    pub(crate) fn read(&self, entries: u64, weight: u64) -> Stats {
        Stats {
            hits: self.hits.get(),
            misses: self.misses.get(),
            expired: self.expired.get(),
            loads_ok: self.loads_ok.get(),
            loads_failed: self.loads_failed.get(),
            loads_timed_out: self.loads_timed_out.get(),
            coalesced: self.coalesced.get(),
            refused: self.refused.get(),
            entries,
            weight,
        }
    }
}

impl Stats {
    /// Hands the numbers to the metrics of the program, labelled with the cache's name. The janitor does so each round.
    #[expect(clippy::cast_precision_loss, reason = "gauges are floats; counts stay far below 2^53")]
    pub fn publish(&self, name: &'static str) {
        let reads =
            [("hit", self.hits), ("miss", self.misses - self.expired.min(self.misses)), ("expired", self.expired)];
        for (result, count) in reads {
            metrics::counter!("braincase_cache_reads_total", "cache" => name, "result" => result).absolute(count);
        }
        let loads = [("ok", self.loads_ok), ("failed", self.loads_failed), ("timed_out", self.loads_timed_out)];
        for (outcome, count) in loads {
            metrics::counter!("braincase_cache_loads_total", "cache" => name, "outcome" => outcome).absolute(count);
        }
        metrics::counter!("braincase_cache_coalesced_total", "cache" => name).absolute(self.coalesced);
        metrics::counter!("braincase_cache_refused_total", "cache" => name).absolute(self.refused);
        metrics::gauge!("braincase_cache_entries", "cache" => name).set(self.entries as f64);
        metrics::gauge!("braincase_cache_weight", "cache" => name).set(self.weight as f64);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        // Relaxed: nothing is decided by these numbers.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
