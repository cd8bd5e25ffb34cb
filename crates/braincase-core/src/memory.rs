//! What a project remembers beyond its messages.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What kind of thing is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// A wish that the user stated; kept for ever.
    UserPreference,
    /// What the conversation was about before the recent messages.
    Summary,
    /// Something learnt of an image.
    ImageFact,
}

impl MemoryKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::UserPreference, Self::Summary, Self::ImageFact];

    /// The word for it in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserPreference => "user_preference",
            Self::Summary => "summary",
            Self::ImageFact => "image_fact",
        }
    }
}

/// One remembered thing; unique by kind and key within a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// What kind of thing.
    pub kind: MemoryKind,
    /// Its name.
    pub key: String,
    /// What is remembered.
    pub value: String,
    /// How sure we are, 0–1.
    pub confidence: f64,
    /// Where it comes from, as in `user`, `turn:<id>` or `image:<id>`.
    pub provenance: String,
    /// When it was last learnt.
    pub updated_at: Timestamp,
}
