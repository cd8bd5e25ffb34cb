//! Remembers the counts of texts, so that a conversation is not counted again at every turn.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    encoding::{Encoding, count},
    text::Text,
};

/// The most counts that each of the two generations holds.
const GENERATION: usize = 8_192;
/// Shorter texts are counted faster than they are looked up.
const WORTH_IT: usize = 256;

/// Tells a text by two hashes with keys that nobody outside knows, and its length: no text can be made to pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    encoding: Encoding,
    first: u64,
    second: u64,
    bytes: usize,
}

/// Where counts are kept. It may forget any of them at any time.
pub trait Counts: fmt::Debug + Send + Sync {
    /// The count of a text, if it is still known.
    fn get(&self, fingerprint: &Fingerprint) -> Option<usize>;
    /// Keeps the count of a text.
    fn keep(&self, fingerprint: Fingerprint, tokens: usize);
}

/// Remembers the counts of texts for all models that share it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Memo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    first: RandomState,
    second: RandomState,
    counts: Box<dyn Counts>,
}

impl Default for Memo {
    fn default() -> Self {
        Self::over(Generations::default())
    }
}

impl Memo {
    /// A memo that keeps counts where the caller wants it; the default is a table of its own of at most 16 384 counts.
    pub fn over(counts: impl Counts + 'static) -> Self {
        let (first, second) = (RandomState::new(), RandomState::new());
        Self(Arc::new(Inner { first, second, counts: Box::new(counts) }))
    }

    pub(crate) fn count(&self, encoding: Encoding, text: &str) -> usize {
        if text.len() < WORTH_IT {
            return count(encoding, text);
        }
        let Inner { first, second, counts } = &*self.0;
        let (first, second) = (first.hash_one(text), second.hash_one(text));
        let fingerprint = Fingerprint { encoding, first, second, bytes: text.len() };
        if let Some(known) = counts.get(&fingerprint) {
            return known;
        }
        let tokens = count(encoding, text);
        counts.keep(fingerprint, tokens);
        tokens
    }

    /// Like [`Self::count`], but what the text knows itself is not looked up.
    pub(crate) fn count_text(&self, encoding: Encoding, text: &Text) -> usize {
        text.count_with(encoding, |encoding, text| self.count(encoding, text))
    }
}

/// What is asked for moves to `recent`; when that is full, `older` is forgotten. So what is in use stays.
#[derive(Debug, Default)]
struct Generations(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    recent: HashMap<Fingerprint, usize>,
    older: HashMap<Fingerprint, usize>,
}

impl Counts for Generations {
    fn get(&self, fingerprint: &Fingerprint) -> Option<usize> {
        self.tables().get(fingerprint)
    }

    fn keep(&self, fingerprint: Fingerprint, tokens: usize) {
        self.tables().insert(fingerprint, tokens);
    }
}

impl Generations {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
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

    /// Keeps counts and says how often it was asked in vain.
    #[derive(Debug, Default, Clone)]
    struct Shown(Arc<Mutex<(HashMap<Fingerprint, usize>, usize)>>);

    impl Counts for Shown {
        fn get(&self, fingerprint: &Fingerprint) -> Option<usize> {
            let mut shown = self.0.lock().unwrap();
            let known = shown.0.get(fingerprint).copied();
            shown.1 += usize::from(known.is_none());
            known
        }

        fn keep(&self, fingerprint: Fingerprint, tokens: usize) {
            self.0.lock().unwrap().0.insert(fingerprint, tokens);
        }
    }

    #[test]
    fn a_remembered_count_is_the_count_and_is_looked_up_where_the_caller_keeps_it() {
        let shown = Shown::default();
        let memo = Memo::over(shown.clone());
        for round in 0..3 {
            for n in 0..100 {
                let text = format!("scene {n}: {}", "a sunset over the sea, ".repeat(15));
                for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
                    assert_eq!(memo.count(encoding, &text), count(encoding, &text), "round {round}");
                }
            }
        }
        let shown = shown.0.lock().unwrap();
        assert_eq!((shown.0.len(), shown.1), (200, 200));
    }

    #[test]
    fn it_stays_bounded_and_keeps_what_is_in_use() {
        let counts = Generations::default();
        let print = |n: usize| Fingerprint { encoding: Encoding::Cl100kBase, first: n as u64, second: 0, bytes: n };
        counts.keep(print(0), 7);
        for n in 1..10 * GENERATION {
            counts.keep(print(n), n);
            assert_eq!(counts.get(&print(0)), Some(7));
        }
        let tables = counts.tables();
        assert!(tables.recent.len() + tables.older.len() <= 2 * GENERATION);
        drop(tables);
        assert_eq!(counts.get(&print(1)), None);
    }
}
