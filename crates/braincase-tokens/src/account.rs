//! Says what a chat request costs, by the formulas of OpenAI's cookbook.

mod image;
mod message;
pub mod openai;
#[cfg(test)]
mod tests;
mod tools;

use serde::Serialize;

use crate::{
    encoding::count,
    model::{Exactness, Model},
};

pub use image::{ImageRule, Limits, Patches};
pub use message::{Detail, Image, Message, Role, ToolCall};
pub use tools::{ToolChoice, ToolSchema, ToolSet, ToolSetId};

/// What frames every message, beside its role and content.
const PER_MESSAGE: usize = 3;
/// What comes with a name.
const PER_NAME: usize = 1;
/// What opens the answer.
const REPLY: usize = 3;
/// What frames a call in the harmony format, rounded up. Its id is not shown to the model.
const PER_CALL: usize = 12;
/// What the result of a call has in the harmony format more than another message, rounded up.
const PER_RESULT: usize = 12;

/// What a request or a part of it costs, and how far to trust it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The tokens.
    pub tokens: usize,
    /// How far to trust them.
    pub exactness: Exactness,
    /// How many of them are certain: text and frames that are counted as the provider does. No correction goes below.
    pub exact: usize,
    /// How many of them are what images are thought to cost.
    pub images: usize,
    /// What is counted beside images, before any correction.
    #[serde(skip)]
    pub(crate) counted: usize,
}

impl Model {
    /// What a whole request costs: its messages, its tools and what opens the answer.
    #[must_use]
    pub fn cost<'a>(&self, messages: impl IntoIterator<Item = &'a Message>, tools: &ToolSet) -> Cost {
        let frame = self.frame_cost(tools);
        messages.into_iter().map(|message| self.message_cost(message)).fold(frame, Cost::plus)
    }

    /// What one message adds to a request. Tokens never reach over the border of a message, so that these sums are exact
    /// where each of them is.
    #[must_use]
    pub fn message_cost(&self, message: &Message) -> Cost {
        let name = message.name.as_ref().map_or(0, |name| PER_NAME + count(self.encoding, name));
        let (text, seams) = self.text_cost(message);
        let call = |call: &message::ToolCall| {
            PER_CALL + count(self.encoding, &call.name) + self.memo.count_text(self.encoding, &call.arguments)
        };
        let calls = message.calls.iter().map(call).fold(0, usize::saturating_add);
        let result = if message.answers.is_some() { PER_RESULT } else { 0 };
        let images = message.images.iter().map(|image| self.images.tokens(*image)).fold(0, usize::saturating_add);
        let frame = PER_MESSAGE + Role::TOKENS + name;
        let cost = self.priced(text + frame, calls.saturating_add(result).saturating_add(seams), images);
        if message.pieces.is_empty() { cost } else { Cost { exactness: Exactness::Estimate, ..cost } }
    }

    /// The tokens of a message's words, and how many more they are if that is so because they came in several texts.
    fn text_cost(&self, message: &Message) -> (usize, usize) {
        let joined = self.memo.count_text(self.encoding, &message.text);
        if message.pieces.is_empty() {
            return (joined, 0);
        }
        let pieces = message.pieces.iter().map(|piece| self.memo.count_text(self.encoding, piece));
        let apart = pieces.fold(0, usize::saturating_add);
        (joined.min(apart), joined.abs_diff(apart))
    }

    /// The most that a message adds to a request if all that is known of it is how many bytes its text has: every token has
    /// at least one.
    #[must_use]
    pub fn message_bound(&self, bytes: usize) -> usize {
        self.priced(bytes.saturating_add(PER_MESSAGE + Role::TOKENS), 0, 0).tokens
    }

    /// What a request costs that has no message yet.
    #[must_use]
    pub fn frame_cost(&self, tools: &ToolSet) -> Cost {
        let ours = tools.cost(self.encoding);
        let (certain, thought) = match ours.exact.filter(|_| self.exactness == Exactness::Exact) {
            Some(exact) => (exact, 0),
            None => (0, ours.bound),
        };
        let thought = thought + tools.choice_cost(self.encoding) + self.frame;
        self.correction.of_frame(self.priced(REPLY + certain, thought, 0))
    }

    /// A cost of tokens that are certain, tokens that are thought to be there, and images.
    fn priced(&self, certain: usize, thought: usize, images: usize) -> Cost {
        let counted = certain.saturating_add(thought);
        let exactness = match self.exactness {
            Exactness::Exact if thought == 0 => Exactness::Exact,
            Exactness::Exact | Exactness::Calibrated | Exactness::Estimate => self.correction.exactness(),
        };
        Cost {
            tokens: self.with_percent(counted).saturating_add(images),
            exactness: if images == 0 { exactness } else { Exactness::Estimate },
            exact: if self.percent == 100 { certain } else { 0 },
            images,
            counted,
        }
    }
}

impl Cost {
    /// Both together; no more exact than the less exact of them.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            exactness: self.exactness.max(other.exactness),
            exact: self.exact.saturating_add(other.exact),
            images: self.images.saturating_add(other.images),
            counted: self.counted.saturating_add(other.counted),
        }
    }
}
