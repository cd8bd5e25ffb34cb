//! Which loads are in the air: one per key at most, and none that lands on top of something newer.
//!
//! Every write to the table happens under the lock of its key's shard. An insertion or invalidation takes the key's flight
//! off the list there, so that it cannot land any more; clearing moves the epoch on, which outdates all flights and all
//! entries at once. Both are checked in every order of events by `flights/model.rs`.

#[cfg(test)]
mod model;

use std::{
    borrow::Borrow,
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::PoisonError,
};

use tokio::sync::watch;

use crate::{
    cache::Key,
    sync::{AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering},
};

/// What every entry and every flight carries; those of an epoch before the current one are outdated.
pub(crate) type Epoch = u32;

/// Where those who wait hear what a load came to.
pub(crate) type Landing<T> = watch::Receiver<Option<T>>;

type Shard<K, T> = HashMap<K, Flight<T>>;

/// The loads in the air, and the lock of every key.
pub(crate) struct Flights<K, T> {
    shards: Box<[Mutex<Shard<K, T>>]>,
    hasher: RandomState,
    epoch: AtomicU32,
    aloft: AtomicUsize,
    max_aloft: usize,
}

struct Flight<T> {
    landing: Landing<T>,
    epoch: Epoch,
}

/// How somebody who asks for a missing value gets it.
pub(crate) enum Boarding<T> {
    /// It has landed since they looked.
    Landed(T),
    /// Somebody else has started a load: wait for it.
    Joined(Landing<T>),
    /// They are the first: start one and land it.
    Started(Landing<T>, Ticket<T>),
    /// Too many are in the air already.
    Full,
}

/// The duty to land a flight.
#[must_use]
pub(crate) struct Ticket<T> {
    announce: watch::Sender<Option<T>>,
    epoch: Epoch,
}

impl<K: Key, T> Flights<K, T> {
    pub(crate) fn new(shards: usize, max_aloft: usize) -> Self {
        Self {
            shards: (0..shards).map(|_| Mutex::new(HashMap::new())).collect(),
            hasher: RandomState::new(),
            epoch: AtomicU32::new(0),
            aloft: AtomicUsize::new(0),
            max_aloft,
        }
    }

    pub(crate) fn epoch(&self) -> Epoch {
        // Who knows of a clearing sees its epoch; that a sweep cannot miss one needs a single order with the mark it leaves.
        self.epoch.load(Ordering::SeqCst)
    }

    /// Joins the load that is in the air, or announces one; `kept` looks once more into the table.
    pub(crate) fn board(&self, key: &K, kept: impl FnOnce() -> Option<T>) -> Boarding<T> {
        let mut shard = self.shard(key);
        let epoch = self.epoch();
        // A flight from before a clearing answers those who wait, but nobody joins it any more.
        if let Some(flight) = shard.get(key).filter(|flight| flight.epoch == epoch) {
            return Boarding::Joined(flight.landing.clone());
        }
        if let Some(landed) = kept() {
            return Boarding::Landed(landed);
        }
        if self.aloft.fetch_add(1, Ordering::Relaxed) >= self.max_aloft {
            self.aloft.fetch_sub(1, Ordering::Relaxed);
            return Boarding::Full;
        }
        let (announce, landing) = watch::channel(None);
        shard.insert(key.clone(), Flight { landing: landing.clone(), epoch });
        Boarding::Started(landing, Ticket { announce, epoch })
    }

    /// Ends a flight: keeps what it brought unless something newer has happened to the key, then tells those who wait.
    pub(crate) fn land(&self, key: &K, ticket: Ticket<T>, landed: T, keep: impl FnOnce(Epoch)) {
        let Ticket { announce, epoch } = ticket;
        let mut shard = self.shard(key);
        let ours = shard.get(key).is_some_and(|flight| flight.landing.same_channel(&announce.subscribe()));
        // Before anything is kept, which runs the user's code: a panic there must not take the place for ever.
        self.aloft.fetch_sub(1, Ordering::Relaxed);
        if ours {
            shard.remove(key);
            // After a clearing it would be outdated from the start. What is kept carries the epoch of the take-off, so
            // that one which comes right now outdates it, too.
            if epoch == self.epoch() {
                keep(epoch);
            }
        }
        drop(shard);
        announce.send_replace(Some(landed));
    }

    /// Writes something newer to the table than any load in the air can bring.
    pub(crate) fn overtake<B: Borrow<K>, R>(&self, key: B, write: impl FnOnce(B, Epoch) -> R) -> R {
        let mut shard = self.shard(key.borrow());
        // Mostly there is none, and then the key need not be hashed.
        if !shard.is_empty() {
            shard.remove(key.borrow());
        }
        write(key, self.epoch())
    }

    /// Does something to the table while nobody else writes to this key.
    pub(crate) fn exclusively<R>(&self, key: &K, act: impl FnOnce() -> R) -> R {
        let _shard = self.shard(key);
        act()
    }

    /// Does something to the table while nobody writes to it at all.
    pub(crate) fn alone<R>(&self, act: impl FnOnce() -> R) -> R {
        // Always in the same order, and nobody else holds two.
        let _shards: Vec<_> = self.shards.iter().map(lock).collect();
        act()
    }

    /// Outdates all flights and all entries.
    pub(crate) fn outdate_all(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    fn shard(&self, key: &K) -> MutexGuard<'_, Shard<K, T>> {
        // The remainder fits, because the number of shards does.
        let index = self.hasher.hash_one(key) % self.shards.len() as u64;
        lock(&self.shards[index as usize])
    }
}

fn lock<S>(shard: &Mutex<S>) -> MutexGuard<'_, S> {
    // A panic under the lock can only come from the key's own `Eq` or `Hash`; the list is still whole.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
