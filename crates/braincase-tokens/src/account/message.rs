//! A message of a chat request: words, and what may come with them.

use braincase_core::message;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// One message of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub text: Text,
    /// The same words in the texts in which they came, if these were several: nobody has said how a provider joins them.
    pub pieces: Vec<Text>,
    /// The speaker's name, where it is given.
    pub name: Option<String>,
    /// Images that are shown with the words.
    pub images: Vec<Image>,
    /// Tools that are called; of an assistant.
    pub calls: Vec<ToolCall>,
    /// The id of the call that this is the result of; of a tool.
    pub answers: Option<String>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are what chat requests call them")]
pub enum Role {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

/// An image in a message, as far as its cost goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Image {
    /// In pixels; 0 if it is not known.
    pub width: u32,
    /// In pixels; 0 if it is not known.
    pub height: u32,
    /// How closely the model is to look.
    pub detail: Detail,
}

/// How closely a model is to look at an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are what chat requests call them")]
pub enum Detail {
    Low,
    High,
    Original,
    #[default]
    Auto,
}

/// A tool that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// What its result will refer to.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// Its arguments, as JSON.
    pub arguments: Text,
}

impl Image {
    /// An image whose size is not known; it costs as much as the largest.
    #[must_use]
    pub const fn of_unknown_size(detail: Detail) -> Self {
        Self { width: 0, height: 0, detail }
    }

    /// Its width and height, if both are known.
    #[must_use]
    pub const fn size(&self) -> Option<(u32, u32)> {
        if self.width == 0 || self.height == 0 { None } else { Some((self.width, self.height)) }
    }
}

impl Message {
    /// A message of words only.
    pub fn new(role: Role, text: impl Into<Text>) -> Self {
        Self {
            role,
            text: text.into(),
            pieces: Vec::new(),
            name: None,
            images: Vec::new(),
            calls: Vec::new(),
            answers: None,
        }
    }
}

impl Role {
    /// What its word costs in every vocabulary, which need not be counted for each message of each prompt.
    pub(super) const TOKENS: usize = 1;

    /// The word that stands for it in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

impl From<message::Role> for Role {
    fn from(role: message::Role) -> Self {
        match role {
            message::Role::System => Self::System,
            message::Role::User => Self::User,
            message::Role::Assistant => Self::Assistant,
            message::Role::Tool => Self::Tool,
        }
    }
}
