//! One model: its limits, and how its tokens are counted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{encoding::Encoding, memo::Memo};

/// What is kept free for the answer unless the caller says otherwise.
const DEFAULT_RESERVE: usize = 8_000;

/// A model that is known to the registry. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its name in the registry.
    pub name: Arc<str>,
    /// The most tokens of prompt and answer together.
    pub context: usize,
    /// The most tokens of the prompt, where the provider has a limit of its own.
    pub max_input: Option<usize>,
    /// The most tokens of the answer.
    pub max_output: usize,
    /// How its text is cut into tokens.
    pub encoding: Encoding,
    /// What a count is multiplied by because the real tokenizer is another one; 100 if it is not.
    pub percent: usize,
    /// How far its counts can be trusted.
    pub exactness: Exactness,
    pub(crate) memo: Arc<Memo>,
}

/// How far a count can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exactness {
    /// What the provider counts, too.
    Exact,
    /// Corrected by what the provider counted before.
    Calibrated,
    /// Cautious, and possibly too high.
    Estimate,
}

/// How much a prompt may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most tokens of the prompt.
    pub input: usize,
    /// The tokens that are kept free for the answer.
    pub reserved_output: usize,
}

impl Model {
    /// How many tokens a text has for this model. Special tokens in it are ordinary text.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.with_percent(self.memo.count(self.encoding, text))
    }

    /// How much a prompt may have if `reserve_output` tokens are kept free for the answer; 8 000 unless said otherwise,
    /// less for small models. Both limits hold: that of the prompt, and that of prompt and answer together.
    #[must_use]
    pub fn budget(&self, reserve_output: Option<usize>) -> Budget {
        let usual = || DEFAULT_RESERVE.min(self.max_output).min(self.context / 4);
        let reserved_output = reserve_output.unwrap_or_else(usual);
        let input = self.context.saturating_sub(reserved_output).min(self.max_input.unwrap_or(usize::MAX));
        Budget { input, reserved_output }
    }

    pub(crate) fn with_percent(&self, tokens: usize) -> usize {
        tokens.saturating_mul(self.percent).div_ceil(100)
    }
}
