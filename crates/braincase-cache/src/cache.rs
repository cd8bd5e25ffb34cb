//! What callers use: a table of entries, each good until its own deadline.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use braincase_core::{
    Clock,
    background::{Background, Failure, Task},
};
use tokio::sync::Semaphore;

use crate::{
    builder::{Bound, Builder},
    janitor,
    load::{self, Flight, LoadError},
    stats::{Counters, Stats},
};

/// moka cannot count beyond 1000 years; nobody needs more than ten.
const MAX_TTL: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// moka 0.12 never frees an entry that was overwritten 65 536 times, so it is taken out before that.
const MAX_UPDATES: u32 = 30_000;
/// moka applies writes in batches of this many; an entry that is a larger part of the bound is accounted for at once.
const PENDING_WRITES: u64 = 64;

/// A bounded cache whose entries expire. Cheap to clone; values are shared, so eviction takes nothing from who holds one.
pub struct Cache<K, V> {
    pub(crate) inner: Arc<Inner<K, V>>,
}

pub(crate) struct Inner<K, V> {
    pub(crate) name: &'static str,
    pub(crate) counters: Counters,
    pub(crate) background: Arc<dyn Background>,
    pub(crate) load_permits: Arc<Semaphore>,
    pub(crate) table: moka::sync::Cache<K, Entry<V>>,
    ttl: Duration,
    bound: Bound<K, V>,
    clock: Arc<dyn Clock>,
    /// The loads that run. Every write to the table holds this lock, so that a load cannot overtake an invalidation.
    flights: Mutex<HashMap<K, Flight<V>>>,
    /// Dropped with the cache, which ends the janitor.
    _janitor: mpsc::Sender<()>,
}

pub(crate) struct Entry<V> {
    value: Arc<V>,
    /// By our clock.
    expires: Duration,
    ttl: Duration,
    weight: u32,
    updates: u32,
}

impl<K, V> Cache<K, V> {
    /// Begins to describe a cache; its name appears in metrics and must be a constant.
    pub const fn builder(name: &'static str) -> Builder<K, V> {
        Builder::new(name)
    }
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    pub(crate) fn new(plan: Builder<K, V>, clock: Arc<dyn Clock>, background: Arc<dyn Background>) -> Self {
        let table = moka::sync::Cache::builder()
            .max_capacity(plan.bound.limit())
            .weigher(|_, entry: &Entry<V>| entry.weight)
            .expire_after(FreeMemory)
            .build();
        let (stop, stopped) = mpsc::channel();
        let inner = Arc::new(Inner {
            name: plan.name,
            counters: Counters::default(),
            background,
            load_permits: Arc::new(Semaphore::new(plan.max_loads)),
            table,
            ttl: plan.ttl,
            bound: plan.bound,
            clock,
            flights: Mutex::default(),
            _janitor: stop,
        });
        janitor::start(Arc::downgrade(&inner), plan.janitor_period, stopped);
        Self { inner }
    }

    /// What is kept under a key, if it is not too old.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let counters = &self.inner.counters;
        let Some(entry) = self.inner.table.get(key) else {
            counters.misses.add();
            return None;
        };
        if self.inner.is_expired(&entry) {
            counters.misses.add();
            counters.expired.add();
            return None;
        }
        counters.hits.add();
        Some(entry.value)
    }

    /// What is kept under a key; if there is nothing, what `load` returns, which is then kept.
    ///
    /// However many ask at once, one load runs, within `task.deadline` (30 s unless said otherwise) and not within the
    /// caller: it goes on when the caller is gone. Its errors reach all who wait and are not kept; the task's end is
    /// recorded by the [`Background`], so callers need not record it again.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn get_or_load<F, L>(&self, key: K, task: Task, load: F) -> Result<Arc<V>, LoadError>
    where
        F: FnOnce() -> L + Send + 'static,
        L: Future<Output = Result<V, Failure>> + Send + 'static,
    {
        match self.get(&key) {
            Some(value) => Ok(value),
            None => load::join_or_start(&self.inner, key, task, load).await,
        }
    }

    /// Keeps a value for the usual time, in place of what was there or is being loaded.
    pub fn insert(&self, key: K, value: impl Into<Arc<V>>) {
        self.insert_for(self.inner.ttl, key, value);
    }

    /// Keeps a value for a time of its own, in place of what was there or is being loaded.
    pub fn insert_for(&self, ttl: Duration, key: K, value: impl Into<Arc<V>>) {
        let mut flights = self.inner.flights();
        flights.remove(&key);
        self.inner.put(key, value.into(), ttl);
    }

    /// Forgets a key. A load that is running for it still answers those who wait, but is not kept.
    pub fn invalidate(&self, key: &K) {
        let mut flights = self.inner.flights();
        flights.remove(key);
        self.inner.table.invalidate(key);
    }

    /// Forgets everything, loads that are running included.
    pub fn clear(&self) {
        let mut flights = self.inner.flights();
        flights.clear();
        self.inner.table.invalidate_all();
    }

    /// What the cache did so far. Entries and weight are what was known at the janitor's last round, or later.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// Frees the memory of expired entries now, on this thread; what the janitor does by itself.
    pub fn purge(&self) {
        janitor::purge(&self.inner);
    }
}

impl<K, V> Inner<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    pub(crate) fn flights(&self) -> MutexGuard<'_, HashMap<K, Flight<V>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under a key, without counting it as a read.
    pub(crate) fn peek(&self, key: &K) -> Option<Arc<V>> {
        self.table.get(key).filter(|entry| !self.is_expired(entry)).map(|entry| entry.value)
    }

    /// Keeps what a load returned. The caller holds the lock on the flights.
    pub(crate) fn put_loaded(&self, key: K, value: Arc<V>) {
        self.put(key, value, self.ttl);
    }

    pub(crate) fn stats(&self) -> Stats {
        self.counters.read(self.table.entry_count(), self.table.weighted_size())
    }

    fn is_expired(&self, entry: &Entry<V>) -> bool {
        self.clock.monotonic() >= entry.expires
    }

    fn put(&self, key: K, value: Arc<V>, ttl: Duration) {
        let weight = self.bound.weigh(&key, &value);
        let before = self.table.get(&key);
        if u64::from(weight) > self.bound.limit() || ttl.is_zero() {
            // It is not kept, but what was there is outdated all the same.
            self.counters.refused.add();
            self.table.invalidate(&key);
            return;
        }
        let mut updates = before.map_or(0, |entry| entry.updates + 1);
        if updates >= MAX_UPDATES {
            self.table.invalidate(&key);
            updates = 0;
        }
        let ttl = ttl.min(MAX_TTL);
        let expires = self.clock.monotonic() + ttl;
        self.table.insert(key, Entry { value, expires, ttl, weight, updates });
        if u64::from(weight) * PENDING_WRITES > self.bound.limit() {
            self.table.run_pending_tasks();
        }
    }
}

/// Lets moka free the memory of an entry; whether the entry is too old is decided by our clock, in `is_expired`.
struct FreeMemory;

impl<K, V> moka::Expiry<K, Entry<V>> for FreeMemory {
    fn expire_after_create(&self, _: &K, entry: &Entry<V>, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }
    fn expire_after_update(&self, _: &K, entry: &Entry<V>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.ttl)
    }
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        let Self { ref value, expires, ttl, weight, updates } = *self;
        Self { value: value.clone(), expires, ttl, weight, updates }
    }
}
impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}
impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, ttl, bound, .. } = &*self.inner;
        f.debug_struct("Cache").field("name", name).field("ttl", ttl).field("bound", bound).finish_non_exhaustive()
    }
}
