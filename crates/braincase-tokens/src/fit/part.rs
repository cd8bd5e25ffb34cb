//! What a prompt is made of.

use crate::{
    account::{Message, Role, ToolSet},
    text::Text,
};

/// A prompt before it is packed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sections {
    /// Its parts, in the order in which the model reads them; each becomes a message.
    pub parts: Vec<Part>,
    /// The tools that the model may choose from.
    pub tools: ToolSet,
    /// How many tokens to keep free for the answer; see [`crate::Model::budget`].
    pub reserve_output: Option<usize>,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What the account calls it.
    pub name: String,
    /// The message that it becomes.
    pub message: Message,
    /// Whether it may give way.
    pub need: Need,
    /// Parts of one group, such as a tool's call and its result, are there together or not at all, and do not shrink.
    pub group: Option<u32>,
}

/// Whether a part may give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be there, byte for byte.
    Required,
    /// It may.
    Optional {
        /// Parts with lower priority give way first.
        priority: u8,
        /// How it gives way.
        shrink: Shrink,
    },
}

/// How a part gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrink {
    /// It is dropped as a whole.
    DropOnly,
    /// Its last lines go.
    TailOfLines {
        /// Lines at its start that stay whatever goes, such as a heading.
        heading: usize,
    },
    /// Its first lines go.
    HeadOfLines {
        /// Lines at its start that stay whatever goes, such as a heading.
        heading: usize,
    },
    /// Its middle goes, between whole characters as people see them.
    Middle,
}

impl Shrink {
    /// Its last lines go, but for `heading` lines at its start.
    #[must_use]
    pub const fn tail_of_lines(heading: usize) -> Self {
        Self::TailOfLines { heading }
    }

    /// Its first lines go, but for `heading` lines at its start.
    #[must_use]
    pub const fn head_of_lines(heading: usize) -> Self {
        Self::HeadOfLines { heading }
    }
}

impl Sections {
    /// A prompt of parts, without tools, with the usual room for the answer.
    #[must_use]
    pub fn new(parts: impl Into<Vec<Part>>) -> Self {
        Self { parts: parts.into(), ..Self::default() }
    }
}

impl Part {
    /// A part that must be there.
    pub fn required(name: impl Into<String>, role: Role, text: impl Into<Text>) -> Self {
        Self { name: name.into(), message: Message::new(role, text), need: Need::Required, group: None }
    }

    /// A part that may give way.
    pub fn optional(name: impl Into<String>, role: Role, text: impl Into<Text>, priority: u8, shrink: Shrink) -> Self {
        Self { need: Need::Optional { priority, shrink }, ..Self::required(name, role, text) }
    }

    /// The same part as one of a group.
    #[must_use]
    pub fn in_group(self, group: u32) -> Self {
        Self { group: Some(group), ..self }
    }

    pub(super) const fn priority(&self) -> u8 {
        match self.need {
            Need::Required => u8::MAX,
            Need::Optional { priority, .. } => priority,
        }
    }
}
