//! Lends out caches: as many as are worth their memory, however many threads there are.

use std::{
    cell::Cell,
    sync::{
        Mutex, MutexGuard, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{Encoding, cache::Cache};

/// How many texts can be counted at once with a cache each. More are counted without: a program may have hundreds of
/// threads that count now and then, and none of them is to keep half a megabyte for that.
const CACHES: usize = 8;

static POOLS: [[Mutex<Option<Cache>>; CACHES]; Encoding::VOCABULARIES] =
    [const { [const { Mutex::new(None) }; CACHES] }; Encoding::VOCABULARIES];

/// A cache, for as long as a text is counted.
pub(super) struct Lease(MutexGuard<'static, Option<Cache>>);

impl Lease {
    /// A cache that nobody else has now, if there is one.
    pub(super) fn take(encoding: Encoding) -> Option<Self> {
        let pool = &POOLS[encoding.vocabulary()];
        let first = favourite();
        let mut guard = (0..CACHES).find_map(|step| match pool[(first + step) % CACHES].try_lock() {
            Ok(cache) => Some(cache),
            // A cache holds only what is right, whatever happened to whom had it.
            Err(TryLockError::Poisoned(cache)) => Some(cache.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        })?;
        guard.get_or_insert_with(Cache::new);
        Some(Self(guard))
    }

    #[inline]
    pub(super) fn cache(&mut self) -> Option<&mut Cache> {
        self.0.as_mut()
    }
}

/// Where a thread looks first, so that threads do not meet, and each finds what it left there.
fn favourite() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static FAVOURITE: Cell<Option<usize>> = const { Cell::new(None) };
    }
    FAVOURITE.get().unwrap_or_else(|| {
        let favourite = NEXT.fetch_add(1, Ordering::Relaxed) % CACHES;
        FAVOURITE.set(Some(favourite));
        favourite
    })
}
