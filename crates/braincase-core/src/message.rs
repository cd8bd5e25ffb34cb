//! Messages of a project's chat.

use serde::{Deserialize, Serialize};

use crate::{ImageId, MessageId, Timestamp, TurnId};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
}

impl Role {
    /// The word for it in SQL, JSON and prompts.
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

/// How many tokens a text has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// How it was cut into tokens, as in `o200k_base`.
    pub encoding: String,
    /// The tokens.
    pub count: usize,
}

/// One message of a project's chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The turn it belongs to.
    pub turn_id: TurnId,
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub content: String,
    /// Images that came with it.
    pub image_ids: Vec<ImageId>,
    /// How many tokens the words have, so that prompts need not count them again.
    pub tokens: Option<TokenCount>,
    /// When it was said.
    pub created_at: Timestamp,
}
