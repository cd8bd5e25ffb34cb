//! When to warn that a prompt is nearly full, and how much to cut at once.

use serde::{Deserialize, Serialize};

use super::account::Account;
use crate::model::Model;

/// When to warn, and how much to cut at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How many percent of the limit are nearly all of it.
    pub warn_percent: usize,
    /// What is cut is cut by so many tokens at once, so that the next turns find the same prompt before their own words and
    /// providers can cache it; with 1, only what has to go goes. Unless given, a quarter of what the model takes.
    ///
    /// The low-water mark of a cut is what was wanted less the fewest whole steps that bring it within the limit: less than
    /// one step below the limit. A cut goes on to it only among parts of the priority with which the prompt begins to fit,
    /// and leaves to these half of the room that they have beside what is more important. So one very long message takes
    /// from what is more important no more than it has to. What is to go together in a deep cut is given one priority.
    pub step: Option<usize>,
}

/// Warns once when prompts become nearly full, and again only after they were clearly smaller. One for each conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    warned: bool,
    rearm_percent: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self { warn_percent: 90, step: None }
    }
}

impl Policy {
    /// Cuts no more than it has to, at the price of another prefix at every turn of a full conversation.
    #[must_use]
    pub fn exact() -> Self {
        Self { step: Some(1), ..Self::default() }
    }

    /// What a prompt that wants more than the limit is cut down to, if `staying` of it is more important than all that has
    /// to go. Never falls when the limit rises: then less has to go, and no less is more important.
    pub(super) fn target(self, model: &Model, wanted: usize, limit: usize, staying: usize) -> usize {
        let over = wanted.saturating_sub(limit);
        // The model's own limit and not this prompt's: with a step that depended on it, more room could mean a deeper cut.
        let step = self.step.unwrap_or_else(|| model.budget(None).input / 4).max(1);
        let cut = over.div_ceil(step).saturating_mul(step);
        wanted.saturating_sub(cut).max(staying.midpoint(limit))
    }

    pub(super) const fn is_nearly_full(self, wanted: usize, limit: usize) -> bool {
        wanted.saturating_mul(100) >= limit.saturating_mul(self.warn_percent)
    }
}

impl Default for Watermark {
    fn default() -> Self {
        Self::rearmed_below(80)
    }
}

impl Watermark {
    /// Warns again only after a prompt wanted less than so many percent of its limit.
    #[must_use]
    pub const fn rearmed_below(percent: usize) -> Self {
        Self { warned: false, rearm_percent: percent }
    }

    /// Whether it is time to warn.
    pub const fn rises_over(&mut self, account: &Account) -> bool {
        let is_low = account.wanted.saturating_mul(100) < account.limit.saturating_mul(self.rearm_percent);
        let warns = account.nearly_full && !self.warned;
        self.warned = account.nearly_full || (self.warned && !is_low);
        warns
    }
}
