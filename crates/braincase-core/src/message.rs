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
    /// When it was said.
    pub created_at: Timestamp,
}
