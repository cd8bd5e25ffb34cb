//! What a prompt is made of: a stable prefix, sections, the history, the current turn.

use super::{
    part::{Need, Part},
    policy::Policy,
};
use crate::account::{Message, ToolSet};

/// A prompt before it is packed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sections {
    /// Its parts, in the order in which the model reads them; each becomes a message.
    pub parts: Vec<Part>,
    /// The tools that the model may choose from.
    pub tools: ToolSet,
    /// How many tokens to keep free for the answer; see [`crate::Model::budget`].
    pub reserve_output: Option<usize>,
    /// How many tokens of the prompt to leave free, as the model counts them, for messages that are put in after it is
    /// packed; see [`crate::Model::message_bound`].
    pub headroom: usize,
    /// When to warn, and how much to cut at once.
    pub policy: Policy,
}

/// What the messages of the past are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// How many of the newest exchanges stay longer than the others.
    pub recent_exchanges: usize,
    /// The priority of these.
    pub recent: u8,
    /// The priority of all that is older.
    pub older: u8,
}

impl Sections {
    /// A prompt of parts, without tools, with the usual room for the answer.
    #[must_use]
    pub fn new(parts: impl Into<Vec<Part>>) -> Self {
        Self { parts: parts.into(), ..Self::default() }
    }

    /// With one more part at the end of the stable prefix.
    #[must_use]
    pub fn pin(mut self, name: impl Into<String>, message: Message) -> Self {
        let end = self.parts.iter().take_while(|part| part.need == Need::Pinned).count();
        self.parts.insert(end, Part::pinned(name, message));
        self
    }

    /// With one more part.
    #[must_use]
    pub fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// With the past, oldest first, which gives way oldest first. The messages of one exchange go together, so that no
    /// answer stays without its question.
    #[must_use]
    pub fn history(mut self, exchanges: impl IntoIterator<Item = Vec<Message>>, worth: History) -> Self {
        let exchanges: Vec<_> = exchanges.into_iter().collect();
        let older = exchanges.len().saturating_sub(worth.recent_exchanges);
        let group = self.parts.iter().filter_map(|part| part.group).max().map_or(0, |group| group.saturating_add(1));
        for ((index, messages), group) in exchanges.into_iter().enumerate().zip(group..) {
            let (name, priority) = if index < older { ("older", worth.older) } else { ("recent", worth.recent) };
            let part = |message| Part::optional(format!("{name} {}", index + 1), message, priority).in_group(group);
            self.parts.extend(messages.into_iter().map(part));
        }
        self
    }

    /// With one more message of the current turn, which must be there.
    #[must_use]
    pub fn turn(self, name: impl Into<String>, message: Message) -> Self {
        self.with(Part::required(name, message))
    }
}
