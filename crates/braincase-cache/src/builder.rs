//! Says what a cache is like, and makes it.

use std::{fmt, hash::Hash, marker::PhantomData, sync::Arc, time::Duration};

use braincase_core::{Clock, background::Background};

use crate::cache::Cache;

/// The longest time between two rounds of the janitor.
const MAX_JANITOR_PERIOD: Duration = Duration::from_secs(5 * 60);
/// What one entry costs beside its key and value, measured.
const ENTRY_OVERHEAD: u64 = 380;

/// How much a cache may hold.
pub enum Bound<K, V> {
    /// This many entries.
    Entries(u64),
    /// This many bytes.
    Bytes {
        /// In total.
        limit: u64,
        /// What the key and the value of an entry take on the heap; the entry's own overhead is added to it.
        weigh: fn(&K, &V) -> u64,
    },
}

impl<K, V> Bound<K, V> {
    pub(crate) const fn limit(&self) -> u64 {
        match self {
            Self::Entries(limit) | Self::Bytes { limit, .. } => *limit,
        }
    }

    pub(crate) fn weigh(&self, key: &K, value: &V) -> u32 {
        match self {
            Self::Entries(_) => 1,
            Self::Bytes { weigh, .. } => {
                u32::try_from(weigh(key, value).saturating_add(ENTRY_OVERHEAD)).unwrap_or(u32::MAX)
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
    pub(crate) bound: Bound<K, V>,
    pub(crate) janitor_period: Duration,
    pub(crate) max_loads: usize,
    kinds: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Builder<K, V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            ttl: Duration::from_secs(10 * 60),
            bound: Bound::Entries(10_000),
            janitor_period: Duration::from_secs(60),
            max_loads: 64,
            kinds: PhantomData,
        }
    }

    /// How long an entry is good for; 10 minutes unless said otherwise.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// How much it may hold; 10 000 entries unless said otherwise.
    pub fn bound(mut self, bound: Bound<K, V>) -> Self {
        self.bound = bound;
        self
    }

    /// How often the memory of expired entries is freed: every minute unless said otherwise, every 5 minutes at least.
    pub fn janitor_period(mut self, period: Duration) -> Self {
        self.janitor_period = period.clamp(Duration::from_millis(1), MAX_JANITOR_PERIOD);
        self
    }

    /// How many loads may run at once, the others wait; 64 unless said otherwise.
    pub fn max_loads(mut self, max_loads: usize) -> Self {
        self.max_loads = max_loads.max(1);
        self
    }
}

impl<K, V> Builder<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Makes the cache, and starts its janitor.
    #[must_use]
    pub fn build(self, clock: Arc<dyn Clock>, background: Arc<dyn Background>) -> Cache<K, V> {
        Cache::new(self, clock, background)
    }
}

impl<K, V> fmt::Debug for Builder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("name", &self.name).field("ttl", &self.ttl).field("bound", &self.bound).finish()
    }
}
