//! Remembers the counts of texts, so that a conversation is not counted again at every turn.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    encoding::{Encoding, count},
    text::Text,
};

/// The most counts that each of the two generations holds.
const GENERATION: usize = 8_192;
/// Shorter texts are counted faster than they are looked up.
const WORTH_IT: usize = 64;

/// Two hashes with keys that nobody outside knows, and the length: no text can be made to pass for another.
type Fingerprint = (Encoding, u64, u64, usize);

#[derive(Debug, Default)]
pub(crate) struct Memo {
    first: RandomState,
    second: RandomState,
    counts: Mutex<Counts>,
}

/// What is asked for moves to `recent`; when that is full, `older` is forgotten. So what is in use stays.
#[derive(Debug, Default)]
struct Counts {
    recent: HashMap<Fingerprint, usize>,
    older: HashMap<Fingerprint, usize>,
}

impl Memo {
    pub(crate) fn count(&self, encoding: Encoding, text: &str) -> usize {
        if text.len() < WORTH_IT {
            return count(encoding, text);
        }
        let fingerprint = (encoding, self.first.hash_one(text), self.second.hash_one(text), text.len());
        let known = self.counts().get(&fingerprint);
        let tokens = known.unwrap_or_else(|| count(encoding, text));
        if known.is_none() {
            self.counts().insert(fingerprint, tokens);
        }
        tokens
    }

    /// Like [`Self::count`], but what the text knows itself is not looked up.
    pub(crate) fn count_text(&self, encoding: Encoding, text: &Text) -> usize {
        text.count_with(encoding, |encoding, text| self.count(encoding, text))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn get(&mut self, fingerprint: &Fingerprint) -> Option<usize> {
        if let Some(tokens) = self.recent.get(fingerprint) {
            return Some(*tokens);
        }
        let tokens = self.older.remove(fingerprint)?;
        self.insert(*fingerprint, tokens);
        Some(tokens)
    }

    fn insert(&mut self, fingerprint: Fingerprint, tokens: usize) {
        if self.recent.len() >= GENERATION {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(fingerprint, tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_count_is_the_count() {
        let memo = Memo::default();
        for round in 0..3 {
            for n in 0..100 {
                let text = format!("scene {n}: {}", "a sunset over the sea, ".repeat(5));
                let counted = memo.count(Encoding::O200kBase, &text);
                assert_eq!(counted, count(Encoding::O200kBase, &text), "round {round}");
            }
        }
        assert_eq!(memo.counts().recent.len(), 100);
    }

    #[test]
    fn it_stays_bounded_and_keeps_what_is_in_use() {
        let mut counts = Counts::default();
        let print = |n: usize| (Encoding::Cl100kBase, n as u64, 0, n);
        counts.insert(print(0), 7);
        for n in 1..10 * GENERATION {
            counts.insert(print(n), n);
            assert_eq!(counts.get(&print(0)), Some(7));
        }
        assert!(counts.recent.len() + counts.older.len() <= 2 * GENERATION);
        assert_eq!(counts.get(&print(1)), None);
    }
}
