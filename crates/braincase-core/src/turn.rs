//! A turn: one request of a user and all that came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ImageId, ProjectId, SceneId, Timestamp, TurnId, prompt::ToolCall};

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// Stored, and waiting or being worked on.
    Accepted,
    /// Ended: what was asked for was done.
    Completed,
    /// Ended: the brain asked back instead of changing anything.
    Clarification,
    /// Ended: it could not be done; the error says why.
    Failed,
    /// Ended: somebody stopped it.
    Cancelled,
    /// Ended: the server stopped in the middle of it.
    Interrupted,
}

impl TurnStatus {
    /// Every state, for tables and checks.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Completed, Self::Clarification, Self::Failed, Self::Cancelled, Self::Interrupted];

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Accepted)
    }

    /// The word for it in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Completed => "completed",
            Self::Clarification => "clarification",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One request of a user and all that came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The project it worked on.
    pub project_id: ProjectId,
    /// Where it stands.
    pub status: TurnStatus,
    /// What the user said.
    pub prompt: String,
    /// What the user attached.
    pub image_ids: Vec<ImageId>,
    /// The scene that the user had selected.
    pub scene_id: Option<SceneId>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a turn; empty until it has ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Which tools the brain chose, and why.
    pub decision: Option<Decided>,
    /// What is said to the user.
    pub reply: Option<String>,
    /// Scenes that are not as before.
    pub scenes_changed: Vec<SceneId>,
    /// The account of the prompt.
    pub tokens: Option<TokenAccount>,
    /// Where the time went.
    pub timing_ms: Timing,
    /// Which images had facts in time, and which did not.
    pub images: ImagesUsed,
    /// Why it failed.
    pub error: Option<TurnError>,
}

/// The brain's choice as it was carried out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The tools with their arguments, in the order in which they ran.
    pub tools: Vec<ToolCall>,
    /// Why, in the brain's words.
    pub reasoning: String,
}

/// How the prompt was made to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAccount {
    /// The model that the prompt was made for.
    pub model: String,
    /// Tokens of the prompt.
    pub input: usize,
    /// Tokens kept free for the answer.
    pub reserved_output: usize,
    /// The most that the prompt may have.
    pub limit: usize,
    /// How the count was made: `exact`, `calibrated` or `estimate`.
    pub exactness: String,
    /// What had to be shortened or left out.
    pub cut: Vec<Cut>,
}

/// Something that did not fit the prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Which part of the prompt.
    pub part: String,
    /// `shrunk` or `dropped`.
    pub how: String,
    /// Tokens that were left out.
    pub tokens: usize,
    /// Why, as a sentence.
    #[serde(default)]
    pub why: String,
}

/// Where the time of a turn went, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timing {
    /// From the request to the stored result.
    pub total: f64,
    /// Waiting for earlier turns of the project.
    pub queue: f64,
    /// Gathering what is remembered.
    pub context: f64,
    /// Making the prompt.
    pub compose: f64,
    /// Waiting for the brain, its model included.
    pub decide: f64,
    /// Running tools.
    pub act: f64,
    /// Storing the result.
    pub remember: f64,
    /// The part of it spent in the model's provider.
    pub upstream: f64,
    /// What Braincase itself cost: `total` without `queue` and `upstream`.
    pub overhead: f64,
}

/// Milliseconds of a duration, as timings are shown.
#[must_use]
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Which images had facts in time, and which did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImagesUsed {
    /// Their facts were in the prompt.
    pub used: Vec<ImageId>,
    /// Their facts came, or will come, later.
    pub pending: Vec<ImageId>,
}

/// Why a turn did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct TurnError {
    /// A stable word for the kind of failure.
    pub code: String,
    /// What happened and what can be done.
    pub message: String,
}
