//! Counts the tokens of a text: exactly, in linear time, and without panicking on any text.
//!
//! `scan` cuts a text into pieces, by the `classes` of its characters; `counter` counts these one by one. Most are words of
//! the `vocabulary`, which the build script laid out; others were seen before, and are in the `cache`; what is left,
//! `merge` cuts into tokens.

pub(crate) mod cut;

mod cache;
mod classes;
mod counter;
mod layout;
mod merge;
mod pieces;
mod pool;
mod scan;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::ops::RangeInclusive;

use counter::Counter;
use serde::{Deserialize, Serialize};

pub use cut::truncate;
pub(crate) use pieces::{Piece, pieces};

/// Texts that are longer than this, in bytes, take a millisecond or more to count. That does not belong on a thread that
/// serves other tasks, too.
pub const LONG_TEXT: usize = 64 * 1_024;

/// No token of any encoding has more bytes.
const LONGEST_TOKEN: usize = 128;

/// How a model cuts text into tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// GPT-4o and later.
    O200kBase,
    /// gpt-oss: the same words as [`Self::O200kBase`], other special tokens.
    O200kHarmony,
    /// GPT-4 and GPT-3.5.
    Cl100kBase,
}

/// How many tokens a text has. Special tokens in it are ordinary text.
///
/// What is longer than [`LONG_TEXT`] is better counted off the threads of an async runtime.
#[must_use]
pub fn count(encoding: Encoding, text: &str) -> usize {
    pieces(encoding, text).map(|piece| piece.tokens).sum()
}

/// How many tokens a text has if these are no more than `limit`; stops reading soon after the limit, and does not even
/// begin when the text is too long for it anyway.
#[must_use]
pub fn count_till_limit(encoding: Encoding, text: &str, limit: usize) -> Option<usize> {
    let mut counter = Counter::new(encoding, text);
    let mut left = limit;
    while *bounds(encoding, counter.left()).start() <= left {
        let Some((_, tokens)) = counter.next(left) else { return Some(limit - left) };
        left = left.checked_sub(tokens)?;
    }
    None
}

/// Between how many tokens every text of so many bytes has: enough to accept a short one or refuse a very long one at once.
#[must_use]
pub const fn bounds(_encoding: Encoding, bytes: usize) -> RangeInclusive<usize> {
    bytes.div_ceil(LONGEST_TOKEN)..=bytes
}

impl Encoding {
    /// Its name as others write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::Cl100kBase => "cl100k_base",
        }
    }

    /// The encoding of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::O200kBase, Self::O200kHarmony, Self::Cl100kBase].into_iter().find(|encoding| encoding.as_str() == name)
    }

    /// How many vocabularies there are.
    pub(crate) const VOCABULARIES: usize = 2;

    /// Which vocabulary it has, since two encodings share one.
    pub(crate) const fn vocabulary(self) -> usize {
        match self {
            Self::O200kBase | Self::O200kHarmony => 0,
            Self::Cl100kBase => 1,
        }
    }
}
