//! What a caller asks of the orchestrator, and what it gets at once.

use braincase_core::{ImageId, SceneId, Scope, TurnId, trace::TraceContext};

/// A request for a turn, as it came; [`crate::Orchestrator::submit`] validates it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The project to work on.
    pub scope: Scope,
    /// What the user says.
    pub prompt: String,
    /// What the user attached.
    pub image_ids: Vec<ImageId>,
    /// The scene that the user has selected.
    pub scene_id: Option<SceneId>,
    /// The model to use instead of the configured one.
    pub model: Option<String>,
    /// What to do if the project is busy with another turn.
    pub policy: Policy,
    /// The key with which the client may repeat the request.
    pub idempotency_key: Option<String>,
    /// The trace that the request belongs to; the model's provider is told.
    pub trace: Option<TraceContext>,
}

/// What to do if the project is busy with another turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// Wait for it.
    #[default]
    Enqueue,
    /// Refuse the new one.
    Reject,
    /// Cancel it, then go on.
    Interrupt,
}

/// A turn that is stored and being worked on, whether or not anyone waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// Which turn.
    pub turn_id: TurnId,
    /// Events of the turn have higher numbers than this.
    pub after: i64,
    /// Whether the request was a repetition of an earlier one.
    pub repeated: bool,
}
