//! One entry: a value or a failure, good until its deadline.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{flights::Epoch, load::LoadError};

/// A deadline must not overflow; nobody needs more than ten years.
const MAX_TTL: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What the table holds under a key.
#[derive(Debug)]
pub(crate) struct Entry<V> {
    pub(crate) content: Content<V>,
    /// By our clock, in nanoseconds.
    pub(crate) expires: u64,
    pub(crate) epoch: Epoch,
    pub(crate) weight: u32,
}

#[derive(Debug)]
pub(crate) enum Content<V> {
    Value(Arc<V>),
    /// A load failed, and is not tried again before the deadline.
    Failure(LoadError),
}

/// Why an entry is not good any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outdated {
    Expired,
    Cleared,
}

/// The moment at which entries are judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: u64,
    pub(crate) epoch: Epoch,
}

impl<V> Entry<V> {
    pub(crate) fn outdated(&self, moment: Moment) -> Option<Outdated> {
        // Not `!=`: who judges may have learnt of the epoch before a clearing, and the entry may be from after it.
        if self.epoch < moment.epoch {
            Some(Outdated::Cleared)
        } else if moment.now >= self.expires {
            Some(Outdated::Expired)
        } else {
            None
        }
    }
}

// By hand, because values need not be `Clone`.
impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        let Self { ref content, expires, epoch, weight } = *self;
        Self { content: content.clone(), expires, epoch, weight }
    }
}
impl<V> Clone for Content<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Value(value) => Self::Value(Arc::clone(value)),
            Self::Failure(error) => Self::Failure(error.clone()),
        }
    }
}

/// Nanoseconds, for at most ten years.
pub(crate) fn nanos(time: Duration) -> u64 {
    let time = time.min(MAX_TTL * 10);
    time.as_secs() * 1_000_000_000 + u64::from(time.subsec_nanos())
}

/// The deadline of an entry that is kept from now on.
pub(crate) fn deadline(now: u64, ttl: Duration) -> u64 {
    now + nanos(ttl.min(MAX_TTL))
}

/// Numbers that no caller can foresee, for what must not happen to all entries at once.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

impl Default for Dice {
    fn default() -> Self {
        Self(AtomicU64::new(RandomState::new().hash_one(0)))
    }
}

impl Dice {
    /// The next number of a SplitMix64 sequence.
    pub(crate) fn roll(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A time, shortened by up to a share of it.
    pub(crate) fn shorten(&self, ttl: Duration, share: f64) -> Duration {
        // 53 bits are what a float can hold exactly.
        let unit = (self.roll() >> 11) as f64 / (1_u64 << 53) as f64;
        ttl.mul_f64(1.0 - share * unit)
    }
}
