//! What is kept: moka bounds it, and we alone decide until when an entry is good.
//!
//! moka is given no time to live on purpose. It frees what has expired inside whichever call comes next, without a limit:
//! seconds, if many entries expire together. Here expired entries are taken out one by one by [`Table::sweep`], on the
//! janitor's thread, and a caller never does more than moka's bounded bookkeeping.

#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering, fence},
    },
    thread,
    time::Duration,
};

use braincase_core::Clock;

use crate::{
    builder::{Bound, Builder},
    cache::Key,
    entry::{Content, Dice, Entry, Moment, Outdated, deadline, nanos},
    flights::Epoch,
    stats::Counters,
};

/// moka 0.12 never frees an entry that was overwritten 65 536 times: its generation is a `u16` that wraps around. One
/// overwrite in so many therefore takes the entry out first; that none of 65 536 does has a probability of 10^-14.
const OVERWRITES: u64 = 2_048;
/// Writes that moka has not applied yet may weigh this share of the bound before the writer has them applied.
const UNAPPLIED_SHARE: u64 = 16;

/// A sweep notes the deadline of one entry in so many.
const SAMPLED: u64 = 64;
/// So many removed entries are reclaimed by one bookkeeping of moka, at least.
const RECLAIMED: u64 = 4;
/// What moka retires is freed after so many epochs.
const EPOCHS: u64 = 4;

pub(crate) struct Table<K, V> {
    rows: moka::sync::Cache<K, Entry<V>>,
    pub(crate) counters: Counters,
    clock: Arc<dyn Clock>,
    bound: Bound<K, V>,
    max_entry_weight: u64,
    ttl: Duration,
    jitter: f64,
    negative_ttl: Duration,
    dice: Dice,
    /// The weight of writes that moka may not have applied yet.
    unapplied: AtomicU64,
    /// When the next entry expires, or earlier: until then there is nothing to sweep.
    next_due: AtomicU64,
}

/// What is found under a key.
pub(crate) enum Found<V> {
    Good(Content<V>),
    Outdated,
    Nothing,
}

impl<K, V> Table<K, V> {
    pub(crate) fn bound(&self) -> &Bound<K, V> {
        &self.bound
    }
}

impl<K: Key, V: Send + Sync + 'static> Table<K, V> {
    pub(crate) fn new(plan: Builder<K, V>, clock: Arc<dyn Clock>) -> Self {
        let rows = moka::sync::Cache::builder()
            .max_capacity(plan.bound.limit())
            .weigher(|_, entry: &Entry<V>| entry.weight)
            .build();
        Self {
            rows,
            counters: Counters::default(),
            clock,
            max_entry_weight: plan.entry_limit(),
            bound: plan.bound,
            ttl: plan.ttl,
            jitter: plan.jitter,
            negative_ttl: plan.negative_ttl,
            dice: Dice::default(),
            unapplied: AtomicU64::new(0),
            next_due: AtomicU64::new(u64::MAX),
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn find(&self, key: &K, epoch: Epoch) -> Found<V> {
        let Some(entry) = self.rows.get(key) else { return Found::Nothing };
        if entry.outdated(self.moment(epoch)).is_some() { Found::Outdated } else { Found::Good(entry.content) }
    }

    /// All entries that are good; others may come and go meanwhile.
    pub(crate) fn iter(&self, epoch: Epoch) -> impl Iterator<Item = (Arc<K>, Content<V>)> + '_ {
        let rows = self.rows.iter();
        let good = rows.filter(move |(_, entry)| entry.outdated(self.moment(epoch)).is_none());
        good.map(|(key, entry)| (key, entry.content))
    }

    /// How long a value is good for that says nothing about it.
    pub(crate) fn usual_ttl(&self) -> Duration {
        if self.jitter > 0.0 { self.dice.shorten(self.ttl, self.jitter) } else { self.ttl }
    }

    /// How long a value is good for at most that says nothing about it.
    pub(crate) fn longest_ttl(&self) -> Duration {
        self.ttl
    }

    /// Whether failures are remembered.
    pub(crate) fn keeps_failures(&self) -> bool {
        !self.negative_ttl.is_zero()
    }

    /// How long what a load came to is good for.
    pub(crate) fn ttl_of(&self, content: &Content<V>) -> Duration {
        match content {
            Content::Value(_) => self.usual_ttl(),
            Content::Failure(_) => self.negative_ttl,
        }
    }

    /// What an entry will weigh. Runs the user's code, and therefore never under a lock.
    pub(crate) fn weigh(&self, key: &K, content: &Content<V>) -> u64 {
        self.bound.weigh(key, content)
    }

    /// Keeps an entry, or refuses it. The caller holds the key's lock.
    pub(crate) fn put(&self, key: K, content: Content<V>, weight: u64, ttl: Duration, epoch: Epoch) {
        let weight = match u32::try_from(weight) {
            Ok(small) if weight <= self.max_entry_weight && !ttl.is_zero() => small,
            Ok(_) | Err(_) => {
                self.counters.refused.add(1);
                // What was there is outdated all the same.
                self.remove(&key);
                return;
            }
        };
        let expires = deadline(nanos(self.clock.monotonic()), ttl);
        if self.rows.contains_key(&key) {
            self.counters.replaced.add(1);
            if self.dice.roll().is_multiple_of(OVERWRITES) {
                self.rows.invalidate(&key);
            }
        } else {
            self.counters.created.add(1);
        }
        self.rows.insert(key, Entry { content, expires, epoch, weight });
        // A sweep that starts in between sees the entry, or this sees its mark: each writes before it looks.
        fence(Ordering::SeqCst);
        if expires < self.next_due.load(Ordering::Acquire) {
            self.next_due.fetch_min(expires, Ordering::AcqRel);
        }
        self.apply_at_times(u64::from(weight));
    }

    /// Forgets a key. The caller holds the key's lock.
    pub(crate) fn remove(&self, key: &K) {
        if self.rows.remove(key).is_some() {
            self.counters.invalidated.add(1);
        }
    }

    /// Says that something is outdated, though not expired.
    pub(crate) fn mark_due(&self) {
        self.next_due.store(0, Ordering::SeqCst);
    }

    /// Whether something may have expired by now.
    pub(crate) fn is_due(&self) -> bool {
        nanos(self.clock.monotonic()) >= self.next_due.load(Ordering::Acquire)
    }

    /// Takes out what is outdated; `exclusively` must hold the key's lock while it does what it is given.
    ///
    /// Returns how many entries that were, and how long it will be until a quarter of what is left has expired: sooner it
    /// is hardly worth looking again.
    pub(crate) fn sweep(
        &self,
        epoch: impl FnOnce() -> Epoch,
        exclusively: impl Fn(&K, &dyn Fn() -> bool) -> bool,
    ) -> (u64, Duration) {
        self.next_due.store(u64::MAX, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        // Only now: a clearing that is not seen yet leaves its mark after the one above.
        let moment = self.moment(epoch());
        let (mut removed, mut next, mut left, mut sample) = (0, u64::MAX, 0_u64, Vec::new());
        for (key, entry) in self.rows.iter() {
            if entry.outdated(moment).is_some() {
                drop(entry);
                removed += u64::from(exclusively(&key, &|| self.take_out(&key, moment)));
                continue;
            }
            next = next.min(entry.expires);
            if left.is_multiple_of(SAMPLED) {
                sample.push(entry.expires);
            }
            left += 1;
        }
        self.next_due.fetch_min(next, Ordering::AcqRel);
        (removed, self.until_a_quarter(sample))
    }

    /// How long it will be until a quarter of these deadlines has passed.
    fn until_a_quarter(&self, mut deadlines: Vec<u64>) -> Duration {
        if deadlines.is_empty() {
            return Duration::MAX;
        }
        let quarter = deadlines.len() / 4;
        let (_, due, _) = deadlines.select_nth_unstable(quarter);
        Duration::from_nanos(due.saturating_sub(nanos(self.clock.monotonic())))
    }

    /// Whether an entry was outdated and is out.
    fn take_out(&self, key: &K, moment: Moment) -> bool {
        let Some(entry) = self.rows.remove(key) else { return false };
        match entry.outdated(moment) {
            Some(Outdated::Expired) => self.counters.expired_out.add(1),
            Some(Outdated::Cleared) => self.counters.cleared_out.add(1),
            // Replaced between the look and the lock.
            None => {
                self.rows.insert(key.clone(), entry);
                return false;
            }
        }
        true
    }

    /// Has moka apply what was written. With all locks held, its counts are exact afterwards.
    pub(crate) fn settle(&self) {
        self.apply();
        let counters = &self.counters;
        let taken = counters.invalidated.get() + counters.expired_out.get() + counters.cleared_out.get();
        let gone = counters.created.get().saturating_sub(self.rows.entry_count());
        counters.evicted.raise_to(gone.saturating_sub(taken));
    }

    /// Has the memory of so many removed entries freed. moka reclaims it by epochs, a little with each bookkeeping.
    pub(crate) fn let_go(&self, removed: u64) {
        for _ in 0..removed / RECLAIMED + EPOCHS {
            self.rows.run_pending_tasks();
        }
    }

    /// The number of entries and their weight, without the writes that moka has not applied yet.
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.rows.entry_count(), self.rows.weighted_size())
    }

    fn apply_at_times(&self, weight: u64) {
        let unapplied = self.unapplied.fetch_add(weight, Ordering::Relaxed) + weight;
        if unapplied > self.bound.limit() / UNAPPLIED_SHARE {
            self.apply();
            // Nothing that was taken out is freed while another thread is suspended in the middle of a call: let it go on,
            // or what writers replace meanwhile piles up to many times the bound.
            thread::yield_now();
        }
    }

    fn apply(&self) {
        self.unapplied.store(0, Ordering::Relaxed);
        // The first does the work. Each of the others moves the epoch on, so that what was evicted is freed soon.
        for _ in 0..EPOCHS {
            self.rows.run_pending_tasks();
        }
    }

    fn moment(&self, epoch: Epoch) -> Moment {
        Moment { now: nanos(self.clock.monotonic()), epoch }
    }
}
