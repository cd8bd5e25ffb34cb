//! Says what a chat request costs, by the formulas of OpenAI's cookbook.

mod message;
#[cfg(test)]
mod tests;
mod tools;

use serde::Serialize;

use crate::model::{Exactness, Model};

pub use message::{Detail, Image, Message, Role, ToolCall};
pub use tools::{ToolSchema, ToolSet};

/// What frames every message, beside its role and content.
const PER_MESSAGE: usize = 3;
/// What opens the answer.
const REPLY: usize = 3;

/// What a request costs, and how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The tokens.
    pub tokens: usize,
    /// How far to trust them.
    pub exactness: Exactness,
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
        let tokens = self.memo.count_text(self.encoding, &message.text) + self.role_tokens(message.role);
        Cost { tokens: self.with_percent(tokens), exactness: self.exactness }
    }

    /// What a request costs that has no message yet.
    #[must_use]
    pub fn frame_cost(&self, tools: &ToolSet) -> Cost {
        let (tokens, exactness) = tools.cost(self.encoding);
        Cost { tokens: self.with_percent(tokens + REPLY), exactness: exactness.max(self.exactness) }
    }

    fn role_tokens(&self, role: Role) -> usize {
        PER_MESSAGE + self.memo.count(self.encoding, role.as_str())
    }
}

impl Cost {
    /// Both together; no more exact than the less exact of them.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), exactness: self.exactness.max(other.exactness) }
    }
}
