//! Says what a cache is like, and makes it.

use std::{fmt, sync::Arc, time::Duration};

use braincase_core::{Clock, background::Background};

use crate::{
    cache::{Cache, Key},
    entry::Content,
};

/// The longest time between two rounds of the janitor.
const MAX_JANITOR_PERIOD: Duration = Duration::from_secs(5 * 60);
/// What one entry costs beside its key and value, measured; `tests/memory.rs` keeps it true.
const ENTRY_OVERHEAD: u64 = 380;
/// One entry may weigh this share of a bound in bytes, unless said otherwise.
const MAX_ENTRY_SHARE: u64 = 8;

/// How much a cache may hold. For a moment it may be an eighth more, and one entry per thread that writes. What has left it
/// is freed soon after: with that, at most four times the bound is alive, by a test with four writers.
pub enum Bound<K, V> {
    /// This many entries.
    Entries(u64),
    /// This many bytes. What an entry costs beside its own heap is counted by the cache.
    Bytes {
        /// In total.
        limit: u64,
        /// What a key has on the heap, beyond its own size; 0 for numbers and hashes.
        key_heap: fn(&K) -> u64,
        /// What a value has on the heap, beyond its own size.
        value_heap: fn(&V) -> u64,
    },
}

/// What a weight is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// The number of entries.
    Entries,
    /// Bytes of memory.
    Bytes,
}

impl Unit {
    /// As a label of a metric.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Bytes => "bytes",
        }
    }
}

impl<K, V> Bound<K, V> {
    pub(crate) const fn limit(&self) -> u64 {
        match self {
            Self::Entries(limit) | Self::Bytes { limit, .. } => *limit,
        }
    }

    pub(crate) const fn unit(&self) -> Unit {
        match self {
            Self::Entries(_) => Unit::Entries,
            Self::Bytes { .. } => Unit::Bytes,
        }
    }

    pub(crate) fn weigh(&self, key: &K, content: &Content<V>) -> u64 {
        match self {
            Self::Entries(_) => 1,
            Self::Bytes { key_heap, value_heap, .. } => {
                let own = (size_of::<K>() + size_of::<V>()) as u64;
                let content = match content {
                    Content::Value(value) => value_heap(value),
                    Content::Failure(error) => error.heap(),
                };
                key_heap(key).saturating_add(content).saturating_add(own + ENTRY_OVERHEAD)
            }
        }
    }
}
impl<K, V> fmt::Debug for Bound<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries(limit) => write!(f, "Entries({limit})"),
            Self::Bytes { limit, .. } => write!(f, "Bytes({limit})"),
        }
    }
}

/// What a cache is going to be like.
#[must_use]
pub struct Builder<K, V> {
    pub(crate) name: &'static str,
    pub(crate) ttl: Duration,
    pub(crate) jitter: f64,
    pub(crate) negative_ttl: Duration,
    pub(crate) bound: Bound<K, V>,
    pub(crate) janitor_period: Duration,
    pub(crate) max_loads: usize,
    pub(crate) max_waiting_loads: usize,
    max_entry_weight: Option<u64>,
}

impl<K, V> Builder<K, V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            ttl: Duration::from_secs(10 * 60),
            jitter: 0.0,
            negative_ttl: Duration::ZERO,
            bound: Bound::Entries(10_000),
            janitor_period: Duration::from_secs(60),
            max_loads: 64,
            max_waiting_loads: 1_024,
            max_entry_weight: None,
        }
    }

    /// How long an entry is good for; 10 minutes unless said otherwise.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Shortens the time of each entry by a random part of this share, so that what was loaded together does not expire
    /// together; 0 unless said otherwise, at most 1. Times given to [`Cache::insert_for`] are kept.
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self
    }

    /// How long the error, panic or time-out of a load is remembered: asked again before, the cache answers with it at
    /// once. Not at all unless said otherwise.
    pub const fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.negative_ttl = ttl;
        self
    }

    /// How much it may hold; 10 000 entries unless said otherwise.
    pub fn bound(mut self, bound: Bound<K, V>) -> Self {
        self.bound = bound;
        self
    }

    /// How much one entry may weigh, heavier ones are not kept; an eighth of a bound in bytes unless said otherwise.
    pub const fn max_entry_weight(mut self, weight: u64) -> Self {
        self.max_entry_weight = Some(weight);
        self
    }

    /// How often outdated entries are taken out at the latest: every minute unless said otherwise, every 5 minutes at
    /// most. It happens sooner when the usual time to live is shorter, and when the cache is nearly full.
    pub fn janitor_period(mut self, period: Duration) -> Self {
        self.janitor_period = period.clamp(Duration::from_millis(1), MAX_JANITOR_PERIOD);
        self
    }

    /// How many loads may run at once, others wait; 64 unless said otherwise.
    pub fn max_loads(mut self, max_loads: usize) -> Self {
        self.max_loads = max_loads.max(1);
        self
    }

    /// How many loads may wait for those that run, more are refused; 1024 unless said otherwise.
    pub const fn max_waiting_loads(mut self, max_waiting_loads: usize) -> Self {
        self.max_waiting_loads = max_waiting_loads;
        self
    }

    pub(crate) fn entry_limit(&self) -> u64 {
        let share = match self.bound {
            Bound::Entries(limit) => limit,
            Bound::Bytes { limit, .. } => limit / MAX_ENTRY_SHARE,
        };
        self.max_entry_weight.unwrap_or(share).min(self.bound.limit())
    }
}

impl<K: Key, V: Send + Sync + 'static> Builder<K, V> {
    /// Makes the cache, lists it in the [registry](crate::registry) and starts its janitor.
    #[must_use]
    pub fn build(self, clock: Arc<dyn Clock>, background: Arc<dyn Background>) -> Cache<K, V> {
        Cache::new(self, clock, background)
    }
}

impl<K, V> fmt::Debug for Builder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("ttl", &self.ttl)
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}
