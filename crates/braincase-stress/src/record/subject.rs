//! What a row is about: one operation of one scenario on one server.

use std::time::Duration;

use serde::Serialize;

use super::failure::Failure;
use crate::{plan::Lane, preset::Scenario};

/// What a user does and waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Starts a project.
    Project,
    /// Uploads one image.
    Upload,
    /// Sends a prompt without images.
    Turn,
    /// Sends a prompt with images.
    ImageTurn,
    /// Sends the same request once more.
    Repeat,
}

impl Operation {
    /// The word for it in tables and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Upload => "upload",
            Self::Turn => "turn",
            Self::ImageTurn => "image_turn",
            Self::Repeat => "repeat",
        }
    }

    /// Whether the targets for turns hold for it.
    #[must_use]
    pub const fn is_turn(self) -> bool {
        matches!(self, Self::Turn | Self::ImageTurn)
    }
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Which server.
    pub lane: Lane,
    /// Which scenario.
    pub scenario: Scenario,
    /// Which operation.
    pub operation: Operation,
}

/// One finished operation.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it was.
    pub subject: Subject,
    /// How long it took, from the moment at which it was due.
    pub took: Duration,
    /// How much of that it waited for a user, in the open model.
    pub waited: Duration,
    /// Why it failed, if it did.
    pub error: Option<Failure>,
}
