//! Events: what observers of a project can see, in one order per project.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, TurnId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`as_str` has the words")]
pub enum EventKind {
    TurnAccepted,
    ContextReady,
    PromptComposed,
    Decision,
    ToolStarted,
    ToolFinished,
    SceneChanged,
    ImageFactsReady,
    ImageFactsProcessed,
    SceneEnriched,
    TurnCompleted,
    TurnFailed,
    TurnCancelled,
    TurnInterrupted,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::TurnAccepted,
        Self::ContextReady,
        Self::PromptComposed,
        Self::Decision,
        Self::ToolStarted,
        Self::ToolFinished,
        Self::SceneChanged,
        Self::ImageFactsReady,
        Self::ImageFactsProcessed,
        Self::SceneEnriched,
        Self::TurnCompleted,
        Self::TurnFailed,
        Self::TurnCancelled,
        Self::TurnInterrupted,
    ];

    /// The word for it in SQL, JSON and event streams.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TurnAccepted => "turn.accepted",
            Self::ContextReady => "context.ready",
            Self::PromptComposed => "prompt.composed",
            Self::Decision => "decision",
            Self::ToolStarted => "tool.started",
            Self::ToolFinished => "tool.finished",
            Self::SceneChanged => "scene.changed",
            Self::ImageFactsReady => "image.facts_ready",
            Self::ImageFactsProcessed => "image.facts_processed",
            Self::SceneEnriched => "scene.enriched",
            Self::TurnCompleted => "turn.completed",
            Self::TurnFailed => "turn.failed",
            Self::TurnCancelled => "turn.cancelled",
            Self::TurnInterrupted => "turn.interrupted",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether it is the last event of a turn.
    #[must_use]
    pub const fn ends_turn(self) -> bool {
        matches!(self, Self::TurnCompleted | Self::TurnFailed | Self::TurnCancelled | Self::TurnInterrupted)
    }
}
impl Serialize for EventKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("unknown event {word:?}")))
    }
}

/// An event that is to be stored; the store gives it its number.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// The turn it belongs to, if it belongs to one.
    pub turn_id: Option<TurnId>,
    /// Particulars, different for each kind.
    pub data: Value,
}

/// An event as observers see it. It is stored before anyone sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number: rises by one from event to event within the project, starting at 1.
    pub seq: i64,
    /// What happened.
    pub kind: EventKind,
    /// The turn it belongs to, if it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// When.
    pub at: Timestamp,
    /// Particulars, different for each kind.
    pub data: Value,
}
