//! A part of a prompt: a message, with what it is worth when not everything fits.

use crate::account::Message;

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What the account calls it.
    pub name: String,
    /// The message that it becomes.
    pub message: Message,
    /// Whether it may give way.
    pub need: Need,
    /// Parts of one group, such as the messages of one exchange, are there together or not at all. A tool's call and its
    /// results are a group without being told.
    pub group: Option<u32>,
}

/// Whether a part may give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be there, byte for byte, at the start, where it is the same in every prompt and providers can cache it.
    Pinned,
    /// It must be there, byte for byte.
    Required,
    /// It may.
    Optional {
        /// Parts with lower priority give way first; of equals, the one that comes first.
        priority: u8,
        /// The fewest tokens of its text that are worth keeping; rather than less, nothing of it is kept.
        floor: usize,
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

impl Part {
    /// A part of the stable prefix.
    pub fn pinned(name: impl Into<String>, message: Message) -> Self {
        Self { name: name.into(), message, need: Need::Pinned, group: None }
    }

    /// A part that must be there.
    pub fn required(name: impl Into<String>, message: Message) -> Self {
        Self { need: Need::Required, ..Self::pinned(name, message) }
    }

    /// A part that is dropped as a whole when it has to give way.
    pub fn optional(name: impl Into<String>, message: Message, priority: u8) -> Self {
        let need = Need::Optional { priority, floor: 0, shrink: Shrink::DropOnly };
        Self { need, ..Self::pinned(name, message) }
    }

    /// The same part, which shrinks as long as `floor` tokens of its text are left. Without effect on what must be there.
    #[must_use]
    pub fn shrinking(mut self, how: Shrink, least: usize) -> Self {
        if let Need::Optional { shrink, floor, .. } = &mut self.need {
            (*shrink, *floor) = (how, least);
        }
        self
    }

    /// The same part as one of a group.
    #[must_use]
    pub fn in_group(self, group: u32) -> Self {
        Self { group: Some(group), ..self }
    }
}

impl Need {
    /// Its priority, if it may give way.
    pub(super) const fn priority(self) -> Option<u8> {
        match self {
            Self::Pinned | Self::Required => None,
            Self::Optional { priority, .. } => Some(priority),
        }
    }
}
