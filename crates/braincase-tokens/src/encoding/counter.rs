//! Counts the pieces of one text, with whatever helps: the vocabulary, and counts of pieces that were seen before.

use std::sync::{Mutex, MutexGuard, TryLockError};

use super::{
    Encoding,
    cache::{Cache, LONGEST},
    classes::Classes,
    layout::{KEY, key},
    merge,
    scan::end_of_piece,
    vocabulary::Vocabulary,
};

/// How many texts can be counted at once with a cache each. More are counted without: a program may have hundreds of
/// threads that count now and then, and none of them is to keep half a megabyte for that.
const CACHES: usize = 8;

type Pool = [Mutex<Option<Cache>>; CACHES];

static POOLS: [Pool; Encoding::VOCABULARIES] = [const { [const { Mutex::new(None) }; CACHES] }; Encoding::VOCABULARIES];

/// Counts one text, piece after piece.
pub(super) struct Counter<'t> {
    vocabulary: &'static Vocabulary,
    classes: &'static Classes,
    text: &'t [u8],
    at: usize,
    cache: Lease,
}

/// A cache is taken when it is first needed, which for most short texts is never.
struct Lease {
    pool: &'static Pool,
    taken: Option<MutexGuard<'static, Option<Cache>>>,
    asked: bool,
}

impl<'t> Counter<'t> {
    pub(super) fn new(encoding: Encoding, text: &'t str) -> Self {
        Self {
            vocabulary: Vocabulary::of(encoding),
            classes: Classes::get(),
            text: text.as_bytes(),
            at: 0,
            cache: Lease { pool: &POOLS[encoding.vocabulary()], taken: None, asked: false },
        }
    }

    /// How many bytes are left.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    /// The length and the tokens of the next piece. If these are more than `limit`, only so many are promised.
    #[inline]
    pub(super) fn next(&mut self, limit: usize) -> Option<(usize, usize)> {
        if self.at == self.text.len() {
            return None;
        }
        let start = self.at;
        self.at = end_of_piece(self.vocabulary.rules, self.classes, self.text, start);
        let len = self.at - start;
        let tokens = if len == 1 || len <= KEY && self.vocabulary.is_word(key(self.text, start, len)) {
            1
        } else {
            self.count_unusual(start, len, limit)
        };
        Some((len, tokens))
    }

    /// A piece that is more than one token, or a long one.
    #[inline(never)]
    fn count_unusual(&mut self, start: usize, len: usize, limit: usize) -> usize {
        let piece = &self.text[start..start + len];
        let compute = || merge::count(self.vocabulary, piece, limit);
        if len > LONGEST {
            return compute();
        }
        match self.cache.get() {
            Some(cache) => cache.get_or_compute(self.text, start, len, compute),
            None => compute(),
        }
    }
}

impl Lease {
    #[inline]
    fn get(&mut self) -> Option<&mut Cache> {
        if !self.asked {
            self.asked = true;
            self.taken = self.pool.iter().find_map(|cache| match cache.try_lock() {
                Ok(cache) => Some(cache),
                // A cache holds only what is right, whatever happened to whom had it.
                Err(TryLockError::Poisoned(cache)) => Some(cache.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            });
        }
        self.taken.as_deref_mut().map(|cache| cache.get_or_insert_with(Cache::new))
    }
}
