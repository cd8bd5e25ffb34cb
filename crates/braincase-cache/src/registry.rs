//! The caches of this program: what each is called, what it may hold and what it did.
//!
//! A cache is listed from when it is built until it is dropped; the list holds no cache alive.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{builder::Unit, stats::Stats};

static CACHES: Mutex<Vec<Weak<dyn Listed>>> = Mutex::new(Vec::new());
/// What was published ever: a gauge keeps its last value, so it is set to nothing when its cache is gone.
static PUBLISHED: Mutex<BTreeSet<Published>> = Mutex::new(BTreeSet::new());

/// A name of caches, and what they are measured in. Names are constants, so there are only so many.
type Published = (&'static str, Unit);

/// A cache of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Its name. Several caches may have the same.
    pub name: &'static str,
    /// What its weight and its bound are counted in.
    pub unit: Unit,
    /// How much it may hold.
    pub bound: u64,
    /// What it did and what it holds.
    pub stats: Stats,
}

/// All caches that are in use, in the order in which they were built.
#[must_use]
pub fn list() -> Vec<Listing> {
    // Not under the lock: the last reference to a cache may be the one that is dropped here.
    let caches: Vec<_> = caches().iter().filter_map(Weak::upgrade).collect();
    caches.iter().map(|cache| cache.listing()).collect()
}

/// Hands the numbers of all caches to the metrics of the program, labelled with the cache's name.
///
/// Call it before metrics are rendered. Caches of one name are added up; of those that are gone nothing is left but what
/// they did.
pub fn publish() {
    let mut listings = list();
    listings.sort_by_key(|listing| (listing.name, listing.unit));
    for same in listings.chunk_by(|a, b| a.name == b.name && a.unit == b.unit) {
        publish_together(same);
    }
    let is_listed = |published: &Published| listings.iter().any(|listing| (listing.name, listing.unit) == *published);
    let mut published = PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, unit) in published.iter().filter(|published| !is_listed(published)) {
        publish_size(name, *unit, 0, 0, 0);
    }
    published.extend(listings.iter().map(|listing| (listing.name, listing.unit)));
}

/// What the list needs to know of a cache.
pub(crate) trait Listed: Send + Sync {
    fn listing(&self) -> Listing;
}

pub(crate) fn add(cache: Weak<dyn Listed>) {
    caches().push(cache);
}

/// A part of every listed cache. When it is dropped, nothing can reach the cache any more, and it is taken off the list.
pub(crate) struct Membership;

impl Drop for Membership {
    fn drop(&mut self) {
        caches().retain(|cache| cache.strong_count() > 0);
    }
}

fn caches() -> MutexGuard<'static, Vec<Weak<dyn Listed>>> {
    CACHES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn publish_together(same: &[Listing]) {
    let Some(&Listing { name, unit, .. }) = same.first() else { return };
    let total = |number: fn(&Stats) -> u64| same.iter().map(|listing| number(&listing.stats)).sum::<u64>();
    for (metric, label, value, number) in COUNTERS {
        metrics::counter!(*metric, "cache" => name, *label => *value).absolute(total(*number));
    }
    let bound = same.iter().map(|listing| listing.bound).sum();
    publish_size(name, unit, total(|stats| stats.entries), total(|stats| stats.weight), bound);
    if let Some(purge) = same.iter().filter_map(|listing| listing.stats.last_purge).max_by_key(|purge| purge.at) {
        metrics::gauge!("braincase_cache_last_purge_seconds", "cache" => name).set(purge.took.as_secs_f64());
        metrics::gauge!("braincase_cache_last_purge_entries", "cache" => name).set(purge.removed as f64);
    }
}

fn publish_size(name: &'static str, unit: Unit, entries: u64, weight: u64, bound: u64) {
    metrics::gauge!("braincase_cache_entries", "cache" => name).set(entries as f64);
    let unit = unit.as_str();
    metrics::gauge!("braincase_cache_weight", "cache" => name, "unit" => unit).set(weight as f64);
    metrics::gauge!("braincase_cache_bound", "cache" => name, "unit" => unit).set(bound as f64);
}

/// A metric, its label beside `cache`, the label's value, and the number.
type Counter = (&'static str, &'static str, &'static str, fn(&Stats) -> u64);

const COUNTERS: &[Counter] = &[
    ("braincase_cache_reads_total", "result", "hit", |stats| stats.hits),
    ("braincase_cache_reads_total", "result", "miss", |stats| stats.misses.saturating_sub(stats.expired)),
    ("braincase_cache_reads_total", "result", "expired", |stats| stats.expired),
    ("braincase_cache_reads_total", "result", "negative", |stats| stats.negative_hits),
    ("braincase_cache_writes_total", "result", "created", |stats| stats.created),
    ("braincase_cache_writes_total", "result", "replaced", |stats| stats.removals.replaced),
    ("braincase_cache_writes_total", "result", "refused", |stats| stats.refused),
    ("braincase_cache_loads_total", "outcome", "ok", |stats| stats.loads.ok),
    ("braincase_cache_loads_total", "outcome", "failed", |stats| stats.loads.failed),
    ("braincase_cache_loads_total", "outcome", "panicked", |stats| stats.loads.panicked),
    ("braincase_cache_loads_total", "outcome", "timed_out", |stats| stats.loads.timed_out),
    ("braincase_cache_loads_total", "outcome", "cancelled", |stats| stats.loads.cancelled),
    ("braincase_cache_loads_total", "outcome", "shed", |stats| stats.loads.shed),
    ("braincase_cache_loads_total", "outcome", "coalesced", |stats| stats.coalesced),
    ("braincase_cache_removals_total", "cause", "expired", |stats| stats.removals.expired),
    ("braincase_cache_removals_total", "cause", "evicted", |stats| stats.removals.evicted),
    ("braincase_cache_removals_total", "cause", "replaced", |stats| stats.removals.replaced),
    ("braincase_cache_removals_total", "cause", "invalidated", |stats| stats.removals.invalidated),
    ("braincase_cache_removals_total", "cause", "cleared", |stats| stats.removals.cleared),
];
