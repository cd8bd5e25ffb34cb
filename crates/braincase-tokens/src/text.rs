//! A text that remembers how many tokens it has, so that nobody counts it twice.

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::encoding::{Encoding, count};

/// A text with its token counts, each made when it is first asked for. Clones share the text and the counts.
///
/// A count that was stored beside the text comes back with [`Text::with_count`]; then even the first question is free.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

struct Inner {
    text: Box<str>,
    /// One for each vocabulary.
    counts: [OnceLock<usize>; Encoding::VOCABULARIES],
}

impl Text {
    /// A text that has not been counted yet.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Inner { text: text.into(), counts: [const { OnceLock::new() }; Encoding::VOCABULARIES] }))
    }

    /// A text that was counted before; the count is believed.
    pub fn with_count(text: impl Into<Box<str>>, encoding: Encoding, tokens: usize) -> Self {
        let text = Self::new(text);
        text.0.counts[encoding.vocabulary()].get_or_init(|| tokens);
        text
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// How many tokens it has. Counts only the first time.
    #[must_use]
    pub fn count(&self, encoding: Encoding) -> usize {
        self.count_with(encoding, count)
    }

    /// The count, if it is known already.
    #[must_use]
    pub fn known_count(&self, encoding: Encoding) -> Option<usize> {
        self.0.counts[encoding.vocabulary()].get().copied()
    }

    pub(crate) fn count_with(&self, encoding: Encoding, count: impl FnOnce(Encoding, &str) -> usize) -> usize {
        *self.0.counts[encoding.vocabulary()].get_or_init(|| count(encoding, &self.0.text))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<T: Into<Box<str>>> From<T> for Text {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
