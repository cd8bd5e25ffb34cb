//! What was kept and cut of a prompt, and why.

use std::fmt;

use serde::Serialize;

use crate::{account::Message, model::Exactness};

/// A prompt that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The messages, in the order of the parts that they were.
    pub messages: Vec<Message>,
    /// What was kept and cut.
    pub account: Account,
}

/// What was kept and cut of a prompt, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The model that it was made for.
    pub model: String,
    /// What the request costs.
    pub input: usize,
    /// What it would have cost uncut.
    pub wanted: usize,
    /// The most that it may cost.
    pub limit: usize,
    /// What is kept free for the answer.
    pub reserved_output: usize,
    /// What of it is the same in every prompt: the tools and the pinned parts.
    pub pinned: usize,
    /// How far to trust these numbers.
    pub exactness: Exactness,
    /// Whether what was wanted takes 90 % of the limit or more.
    pub nearly_full: bool,
    /// Each part, in order.
    pub parts: Vec<PartAccount>,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartAccount {
    /// Which part.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// What it costs now.
    pub tokens: usize,
    /// How much less that is than it would have been.
    pub cut: usize,
    /// Why it was cut, if it was.
    pub why: Option<Why>,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is there, byte for byte.
    Kept,
    /// Some of it is there.
    Shrunk,
    /// It is not there.
    Dropped,
}

/// Why a part was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The prompt was over the limit, and this part was next to give way.
    LowestPriority,
    /// The prompt was within the limit again, but a cut goes on to the low-water mark.
    LowWaterMark,
    /// Less than its floor would have been left.
    BelowFloor,
    /// Another part of its group gave way.
    WithItsGroup,
}

impl Fate {
    /// The word for it, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Shrunk => "shrunk",
            Self::Dropped => "dropped",
        }
    }
}

impl Why {
    /// The reason as a sentence for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowestPriority => "the prompt was too long, and this was the least important part of it",
            Self::LowWaterMark => {
                "the prompt is cut down to its low-water mark at once, so that it can stay the same for a while"
            }
            Self::BelowFloor => "so little of it would have been left that it is better left out",
            Self::WithItsGroup => "it means nothing without another part that gave way",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Fate;

    #[test]
    fn a_fate_has_the_same_word_everywhere() {
        for fate in [Fate::Kept, Fate::Shrunk, Fate::Dropped] {
            assert_eq!(serde_json::to_value(fate).unwrap(), fate.as_str());
        }
    }
}
