//! What callers use: a table of entries, each good until its own deadline.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, mpsc},
    time::Duration,
};

use braincase_core::{
    Clock,
    background::{Background, Failure, Task},
};
use tokio::sync::Semaphore;

use crate::{
    builder::Builder,
    entry::Content,
    flights::Flights,
    janitor,
    load::{self, LoadError, Loaded},
    registry::{self, Listed, Listing, Membership},
    stats::Stats,
    table::{Found, Table},
};

/// Writers of different keys seldom wait for each other.
const SHARDS: usize = 32;

/// What can be a key.
pub trait Key: Hash + Eq + Clone + Send + Sync + 'static {}
impl<K: Hash + Eq + Clone + Send + Sync + 'static> Key for K {}

/// A bounded cache whose entries expire. Cheap to clone; values are shared, so eviction takes nothing from who holds one.
pub struct Cache<K, V> {
    inner: Arc<Inner<K, V>>,
}

pub(crate) struct Inner<K, V> {
    pub(crate) name: &'static str,
    pub(crate) table: Table<K, V>,
    pub(crate) flights: Flights<K, Loaded<V>>,
    pub(crate) background: Arc<dyn Background>,
    pub(crate) load_permits: Arc<Semaphore>,
    /// Calls the janitor; dropped with the cache, which ends it.
    janitor: mpsc::SyncSender<()>,
    _membership: Membership,
}

impl<K, V> Cache<K, V> {
    /// Begins to describe a cache; its name appears in metrics and must be a constant.
    pub const fn builder(name: &'static str) -> Builder<K, V> {
        Builder::new(name)
    }
}

impl<K: Key, V: Send + Sync + 'static> Cache<K, V> {
    pub(crate) fn new(plan: Builder<K, V>, clock: Arc<dyn Clock>, background: Arc<dyn Background>) -> Self {
        let (janitor, calls) = mpsc::sync_channel(1);
        let period = plan.janitor_period;
        let inner = Arc::new(Inner {
            name: plan.name,
            flights: Flights::new(SHARDS, plan.max_loads.saturating_add(plan.max_waiting_loads)),
            background,
            load_permits: Arc::new(Semaphore::new(plan.max_loads)),
            table: Table::new(plan, clock),
            janitor,
            _membership: Membership,
        });
        janitor::start(Arc::downgrade(&inner), period, calls);
        let listed: Arc<dyn Listed> = inner.clone();
        registry::add(Arc::downgrade(&listed));
        Self { inner }
    }

    /// What is kept under a key, if it is not too old.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let table = &self.inner.table;
        let counters = &table.counters;
        match table.find(key, self.inner.flights.epoch()) {
            Found::Good(Content::Value(value)) => {
                counters.hits.add();
                return Some(value);
            }
            Found::Good(Content::Failure(_)) | Found::Nothing => {}
            Found::Outdated => counters.expired.add(1),
        }
        counters.misses.add();
        None
    }

    /// What is kept under a key; if there is nothing, what `load` returns, which is then kept.
    ///
    /// However many ask at once, one load runs, within `task.deadline` (30 s unless said otherwise) and not within the
    /// caller: it goes on when the caller is gone. Its errors reach all who wait and are not kept, unless the cache has a
    /// [negative time to live](Builder::negative_ttl). The task's end is recorded by the [`Background`], exactly once, so
    /// callers need not record it again.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn get_or_load<F, L>(&self, key: K, task: Task, load: F) -> Result<Arc<V>, LoadError>
    where
        F: FnOnce() -> L + Send + 'static,
        L: Future<Output = Result<V, Failure>> + Send + 'static,
    {
        let table = &self.inner.table;
        match table.find(&key, self.inner.flights.epoch()) {
            Found::Good(Content::Value(value)) => {
                table.counters.hits.add();
                return Ok(value);
            }
            Found::Good(Content::Failure(error)) => {
                table.counters.negative_hits.add(1);
                return Err(error);
            }
            Found::Outdated => table.counters.expired.add(1),
            Found::Nothing => {}
        }
        table.counters.misses.add();
        load::join_or_start(&self.inner, key, task, load).await
    }

    /// Keeps a value for the usual time, in place of what was there or is being loaded.
    pub fn insert(&self, key: K, value: impl Into<Arc<V>>) {
        self.insert_for(self.inner.table.usual_ttl(), key, value);
    }

    /// Keeps a value for a time of its own, in place of what was there or is being loaded.
    pub fn insert_for(&self, ttl: Duration, key: K, value: impl Into<Arc<V>>) {
        let Inner { table, flights, .. } = &*self.inner;
        let content = Content::Value(value.into());
        let weight = table.weigh(&key, &content);
        flights.overtake(key, |key, epoch| table.put(key, content, weight, ttl, epoch));
    }

    /// Forgets a key. A load that is running for it still answers those who wait, but is not kept.
    pub fn invalidate(&self, key: &K) {
        let Inner { table, flights, .. } = &*self.inner;
        flights.overtake(key, |key, _| table.remove(key));
    }

    /// Forgets everything at once, loads that are running included; the janitor then frees the memory.
    pub fn clear(&self) {
        self.inner.flights.outdate_all();
        self.inner.table.mark_due();
        // If it is full, the janitor has been called already; if it is closed, there is none.
        let _ = self.inner.janitor.try_send(());
    }

    /// All values that are good, in no order; others may come and go meanwhile. Not counted as reads.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<K>, Arc<V>)> + '_ {
        self.inner.table.iter(self.inner.flights.epoch()).filter_map(|(key, content)| match content {
            Content::Value(value) => Some((key, value)),
            Content::Failure(_) => None,
        })
    }

    /// What the cache did so far, and what it holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// Takes out what is outdated now, on this thread; what the janitor does by itself.
    pub fn purge(&self) {
        let _purge = janitor::purge(&self.inner);
    }
}

impl<K: Key, V: Send + Sync + 'static> Inner<K, V> {
    fn stats(&self) -> Stats {
        self.table.counters.read(self.table.size())
    }
}

impl<K: Key, V: Send + Sync + 'static> Listed for Inner<K, V> {
    fn listing(&self) -> Listing {
        let bound = self.table.bound();
        Listing { name: self.name, unit: bound.unit(), bound: bound.limit(), stats: self.stats() }
    }
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}
impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, table, .. } = &*self.inner;
        f.debug_struct("Cache").field("name", name).field("bound", table.bound()).finish_non_exhaustive()
    }
}
