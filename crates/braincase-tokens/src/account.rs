//! Says what a chat request costs, by the formulas of OpenAI's cookbook.

#[cfg(test)]
mod tests;
mod tools;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    encoding::count_till_limit,
    model::{Exactness, Model},
};

/// What frames every message, beside its role and content.
const PER_MESSAGE: usize = 3;
/// What opens the answer.
const REPLY: usize = 3;

/// One message of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub text: String,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are what chat requests call them")]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSchema {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// What a request costs, and how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The tokens.
    pub tokens: usize,
    /// How far to trust them.
    pub exactness: Exactness,
}

impl Role {
    /// The word that stands for it in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

impl Model {
    /// What a whole request costs: its messages, its tools and what opens the answer.
    #[must_use]
    pub fn cost<'a>(&self, messages: impl IntoIterator<Item = &'a Message>, tools: &[ToolSchema]) -> Cost {
        let frame = self.frame_cost(tools);
        let messages = messages.into_iter().map(|message| self.message_cost(message.role, &message.text));
        Cost { tokens: messages.fold(frame.tokens, usize::saturating_add), exactness: frame.exactness }
    }

    /// What one message adds to a request. These sums are exact: tokens never reach over the border of a message.
    #[must_use]
    pub fn message_cost(&self, role: Role, text: &str) -> usize {
        let tokens = self.memo.count(self.encoding, text) + self.role_tokens(role);
        self.with_percent(tokens)
    }

    /// What a request costs that has no message yet.
    #[must_use]
    pub fn frame_cost(&self, tools: &[ToolSchema]) -> Cost {
        let (tokens, exactness) = tools::cost(self.encoding, tools);
        Cost { tokens: self.with_percent(tokens + REPLY), exactness: exactness.max(self.exactness) }
    }

    /// What one message adds to a request, if that is no more than `room`; stops counting soon after.
    pub(crate) fn message_cost_within(&self, role: Role, text: &str, room: usize) -> Option<usize> {
        let frame = self.role_tokens(role);
        let limit = (room.saturating_mul(100) / self.percent).checked_sub(frame)?;
        let tokens = count_till_limit(self.encoding, text, limit)?;
        Some(self.with_percent(tokens + frame))
    }

    fn role_tokens(&self, role: Role) -> usize {
        PER_MESSAGE + self.memo.count(self.encoding, role.as_str())
    }
}
