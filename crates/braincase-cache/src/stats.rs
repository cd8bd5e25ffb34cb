//! Tells what a cache did.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use braincase_core::Timestamp;

use crate::load::LoadError;

/// What a cache did since it was made, and what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Reads that found a value.
    pub hits: u64,
    /// Reads that did not, `expired` included.
    pub misses: u64,
    /// Reads that found only what was too old or cleared.
    pub expired: u64,
    /// Reads that were answered with the error of a load before, because it is not to be tried again yet.
    pub negative_hits: u64,
    /// Values that were kept under a new key.
    pub created: u64,
    /// Values that were not kept because they are heavier than one entry may be, or good for no time at all.
    pub refused: u64,
    /// Callers who waited for a load that another had started.
    pub coalesced: u64,
    /// How loads ended.
    pub loads: Loads,
    /// Why entries left.
    pub removals: Removals,
    /// Entries that are held, as far as moka has counted them: up to 384 writes may be missing.
    pub entries: u64,
    /// Their weight: bytes if the bound is in bytes, otherwise the number of entries.
    pub weight: u64,
    /// The last time that outdated entries were taken out.
    pub last_purge: Option<Purge>,
}

/// How loads ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loads {
    /// With a value.
    pub ok: u64,
    /// With an error.
    pub failed: u64,
    /// With a panic.
    pub panicked: u64,
    /// Not in time.
    pub timed_out: u64,
    /// Not at all, because the program was shutting down.
    pub cancelled: u64,
    /// They never began, because too many were waiting.
    pub shed: u64,
}

/// Why entries left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removals {
    /// They were too old.
    pub expired: u64,
    /// There was no room; as of the last purge.
    pub evicted: u64,
    /// A newer value took their place, also if they were too old or cleared by then and nobody had taken them out yet.
    pub replaced: u64,
    /// They were invalidated.
    pub invalidated: u64,
    /// The cache was cleared.
    pub cleared: u64,
}

/// One round of taking out what is outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purge {
    /// When it ended.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// How many entries it took out.
    pub removed: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: BusyCount,
    pub(crate) misses: BusyCount,
    pub(crate) expired: Count,
    pub(crate) negative_hits: Count,
    pub(crate) created: Count,
    pub(crate) refused: Count,
    pub(crate) coalesced: Count,
    pub(crate) loads_ok: Count,
    pub(crate) loads_failed: Count,
    pub(crate) loads_panicked: Count,
    pub(crate) loads_timed_out: Count,
    pub(crate) loads_cancelled: Count,
    pub(crate) loads_shed: Count,
    pub(crate) expired_out: Count,
    pub(crate) evicted: Count,
    pub(crate) replaced: Count,
    pub(crate) invalidated: Count,
    pub(crate) cleared_out: Count,
    last_purge: Mutex<Option<Purge>>,
}

impl Counters {
    pub(crate) fn read(&self, (entries, weight): (u64, u64)) -> Stats {
        Stats {
            hits: self.hits.get(),
            misses: self.misses.get(),
            expired: self.expired.get(),
            negative_hits: self.negative_hits.get(),
            created: self.created.get(),
            refused: self.refused.get(),
            coalesced: self.coalesced.get(),
            loads: self.read_loads(),
            removals: self.read_removals(),
            entries,
            weight,
            last_purge: *self.last_purge.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn read_loads(&self) -> Loads {
        Loads {
            ok: self.loads_ok.get(),
            failed: self.loads_failed.get(),
            panicked: self.loads_panicked.get(),
            timed_out: self.loads_timed_out.get(),
            cancelled: self.loads_cancelled.get(),
            shed: self.loads_shed.get(),
        }
    }

    fn read_removals(&self) -> Removals {
        Removals {
            expired: self.expired_out.get(),
            evicted: self.evicted.get(),
            replaced: self.replaced.get(),
            invalidated: self.invalidated.get(),
            cleared: self.cleared_out.get(),
        }
    }

    /// Where a load that ended like this is counted.
    pub(crate) fn of_failure(&self, error: &LoadError) -> &Count {
        match error {
            LoadError::Failed(_) => &self.loads_failed,
            LoadError::Panicked => &self.loads_panicked,
            LoadError::TimedOut(_) => &self.loads_timed_out,
            LoadError::Cancelled => &self.loads_cancelled,
            LoadError::Busy => &self.loads_shed,
        }
    }

    pub(crate) fn purged(&self, purge: Purge) {
        *self.last_purge.lock().unwrap_or_else(PoisonError::into_inner) = Some(purge);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, count: u64) {
        // Relaxed: nothing is decided by these numbers.
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn raise_to(&self, count: u64) {
        self.0.fetch_max(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A count that every read of every thread adds to: spread out, so that threads do not wait for each other's cache line.
#[derive(Debug, Default)]
pub(crate) struct BusyCount([Line; LINES]);

const LINES: usize = 8;

#[derive(Debug, Default)]
#[repr(align(128))]
struct Line(Count);

impl BusyCount {
    pub(crate) fn add(&self) {
        self.0[LINE.with(|line| *line)].0.add(1);
    }

    fn get(&self) -> u64 {
        self.0.iter().map(|line| line.0.get()).sum()
    }
}

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static LINE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % LINES;
}
