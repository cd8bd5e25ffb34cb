//! Counts the tokens of a text: exactly, in linear time, and without panicking on any text.

pub(crate) mod cut;
mod pieces;

use bpe_openai::Tokenizer;
use serde::{Deserialize, Serialize};

pub use cut::truncate;
pub(crate) use pieces::{Piece, pieces};

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
#[must_use]
pub fn count(encoding: Encoding, text: &str) -> usize {
    encoding.tokenizer().count(text)
}

/// How many tokens a text has if these are no more than `limit`; stops reading soon after the limit.
#[must_use]
pub fn count_till_limit(encoding: Encoding, text: &str, limit: usize) -> Option<usize> {
    let tokenizer = encoding.tokenizer();
    tokenizer.count_till_limit(&tokenizer.normalize(text), limit)
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

    /// How many vocabularies there are.
    pub(crate) const VOCABULARIES: usize = 2;

    /// Which vocabulary it has, since two encodings share one.
    pub(crate) const fn vocabulary(self) -> usize {
        match self {
            Self::O200kBase | Self::O200kHarmony => 0,
            Self::Cl100kBase => 1,
        }
    }

    fn tokenizer(self) -> &'static Tokenizer {
        match self {
            // Harmony differs in its special tokens only, and those never come from a text.
            Self::O200kBase | Self::O200kHarmony => bpe_openai::o200k_base(),
            Self::Cl100kBase => bpe_openai::cl100k_base(),
        }
    }
}
