//! One model: its limits, and how its tokens are counted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{account::ImageRule, calibration::Correction, encoding::Encoding, memo::Memo};

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
    /// What every request has beside its messages, as far as it is published.
    pub frame: usize,
    /// How far its counts can be trusted before anything is learnt.
    pub exactness: Exactness,
    /// What an image costs.
    pub images: ImageRule,
    /// Where these facts come from, and of when they are.
    pub source: Arc<str>,
    pub(crate) correction: Correction,
    pub(crate) memo: Memo,
}

/// How far a count can be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exactness {
    /// What the provider counts, too.
    Exact,
    /// Corrected by what the provider counted before.
    Calibrated,
    /// Cautious, and possibly too high.
    #[default]
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

/// More is to be kept free for the answer than the model can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{asked} tokens cannot be reserved for the answer: the model writes at most {max}")]
pub struct ReserveTooLarge {
    /// What was to be kept free.
    pub asked: usize,
    /// The most that makes sense.
    pub max: usize,
}

impl Exactness {
    /// The word for it, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Calibrated => "calibrated",
            Self::Estimate => "estimate",
        }
    }
}

impl Model {
    /// How many tokens a text has for this model. Special tokens in it are ordinary text.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.with_percent(self.memo.count(self.encoding, text))
    }

    /// How much a prompt may have if `reserve_output` tokens are kept free for the answer; 8 000 unless said otherwise,
    /// less for small models. Both limits hold: that of the prompt, and that of prompt and answer together.
    ///
    /// Any reserve is taken as it is, even one that leaves no room for a prompt; see [`Self::checked_budget`].
    #[must_use]
    pub fn budget(&self, reserve_output: Option<usize>) -> Budget {
        let usual = || DEFAULT_RESERVE.min(self.max_output).min(self.context / 4);
        let reserved_output = reserve_output.unwrap_or_else(usual);
        let input = self.context.saturating_sub(reserved_output).min(self.max_input.unwrap_or(usize::MAX));
        Budget { input, reserved_output }
    }

    /// Like [`Self::budget`], for a reserve that somebody asks for.
    ///
    /// # Errors
    /// When the reserve is more than the model can answer: it would only take room from the prompt, and who asks for it
    /// expects an answer of that length.
    pub fn checked_budget(&self, reserve_output: Option<usize>) -> Result<Budget, ReserveTooLarge> {
        let max = self.max_output.min(self.context);
        match reserve_output {
            Some(asked) if asked > max => Err(ReserveTooLarge { asked, max }),
            Some(_) | None => Ok(self.budget(reserve_output)),
        }
    }

    /// The same model as the registry knows it, without what was learnt of its provider.
    #[must_use]
    pub fn uncalibrated(&self) -> Self {
        Self { correction: Correction::default(), ..self.clone() }
    }

    /// The same model, which remembers counts in this memo.
    #[must_use]
    pub fn with_memo(&self, memo: &Memo) -> Self {
        Self { memo: memo.clone(), ..self.clone() }
    }

    pub(crate) fn with_percent(&self, tokens: usize) -> usize {
        // Dividing first keeps huge counts from overflowing, so that no product is ever too small.
        let (hundreds, rest) = (tokens / 100, tokens % 100);
        let percent = self.current_percent();
        hundreds.saturating_mul(percent).saturating_add((rest * percent).div_ceil(100))
    }

    /// What counts are multiplied by now: what was learnt, or else what the registry says.
    pub(crate) fn current_percent(&self) -> usize {
        self.correction.percent.unwrap_or(self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::Exactness;

    #[test]
    fn an_exactness_has_the_same_word_everywhere() {
        for exactness in [Exactness::Exact, Exactness::Calibrated, Exactness::Estimate] {
            assert_eq!(serde_json::to_value(exactness).unwrap(), exactness.as_str());
        }
    }
}
