//! Turns as clients see them.

use braincase_core::{ImageId, ProjectId, SceneId, TurnId, prompt, turn};
use braincase_orchestrator as orchestrator;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a user asks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTurn {
    /// What the user says, at most 1 MiB.
    pub prompt: String,
    /// Images of the project that belong to it.
    #[serde(default)]
    pub image_ids: Vec<ImageId>,
    /// The scene that the user has selected.
    #[serde(default)]
    pub scene_id: Option<SceneId>,
    /// The model to use instead of the configured one.
    #[serde(default)]
    pub model: Option<String>,
    /// What to do if the project is busy with another turn.
    #[serde(default)]
    pub policy: Policy,
}

/// What to do if the project is busy with another turn: wait for it, refuse the new one, or cancel it and go on.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Policy {
    #[default]
    Enqueue,
    Reject,
    Interrupt,
}

impl From<Policy> for orchestrator::Policy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Enqueue => Self::Enqueue,
            Policy::Reject => Self::Reject,
            Policy::Interrupt => Self::Interrupt,
        }
    }
}

/// One request of a user and all that came of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The project it worked on.
    pub project_id: ProjectId,
    /// `accepted`, `completed`, `clarification`, `failed`, `cancelled` or `interrupted`.
    pub status: &'static str,
    /// What the user said.
    pub prompt: String,
    /// What the user attached.
    pub image_ids: Vec<ImageId>,
    /// The scene that the user had selected.
    pub scene_id: Option<SceneId>,
    /// Which tools the brain chose, and why.
    pub decision: Option<Decision>,
    /// What is said to the user.
    pub reply: Option<String>,
    /// Scenes that are not as before.
    pub scenes_changed: Vec<SceneId>,
    /// How the prompt was made to fit.
    pub tokens: Option<Tokens>,
    /// Where the time went.
    pub timing_ms: Timing,
    /// Which images had facts in time, and which did not.
    pub images: Images,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
    /// When it was accepted, RFC 3339.
    pub created_at: String,
    /// When it ended, RFC 3339.
    pub finished_at: Option<String>,
}

impl From<turn::Turn> for Turn {
    fn from(turn: turn::Turn) -> Self {
        let outcome = turn.outcome;
        Self {
            id: turn.id,
            project_id: turn.project_id,
            status: turn.status.as_str(),
            prompt: turn.prompt,
            image_ids: turn.image_ids,
            scene_id: turn.scene_id,
            decision: outcome.decision.map(Decision::from),
            reply: outcome.reply,
            scenes_changed: outcome.scenes_changed,
            tokens: outcome.tokens.map(Tokens::from),
            timing_ms: outcome.timing_ms.into(),
            images: Images { used: outcome.images.used, pending: outcome.images.pending },
            error: outcome.error.map(|error| TurnError { code: error.code, message: error.message }),
            created_at: turn.created_at.to_string(),
            finished_at: turn.finished_at.map(|at| at.to_string()),
        }
    }
}

/// The brain's choice as it was carried out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Decision {
    /// The tools, in the order in which they ran.
    pub tools: Vec<ToolCall>,
    /// Why, in the brain's words.
    pub reasoning: String,
}

impl From<turn::Decided> for Decision {
    fn from(decided: turn::Decided) -> Self {
        Self { tools: decided.tools.into_iter().map(ToolCall::from).collect(), reasoning: decided.reasoning }
    }
}

/// A tool with its arguments.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ToolCall {
    /// Which tool.
    pub name: String,
    /// With what.
    pub arguments: Value,
}

impl From<prompt::ToolCall> for ToolCall {
    fn from(call: prompt::ToolCall) -> Self {
        Self { name: call.name, arguments: call.arguments }
    }
}

/// How the prompt was made to fit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tokens {
    /// The model that the prompt was made for.
    pub model: String,
    /// Tokens of the prompt.
    pub input: usize,
    /// Tokens kept free for the answer.
    pub reserved_output: usize,
    /// The most that the prompt may have.
    pub limit: usize,
    /// `exact`, `calibrated` or `estimate`.
    pub exactness: String,
    /// What had to be shortened or left out.
    pub cut: Vec<Cut>,
}

impl From<turn::TokenAccount> for Tokens {
    fn from(account: turn::TokenAccount) -> Self {
        let turn::TokenAccount { model, input, reserved_output, limit, exactness, cut } = account;
        let cut = cut.into_iter().map(|turn::Cut { part, how, tokens, why }| Cut { part, how, tokens, why }).collect();
        Self { model, input, reserved_output, limit, exactness, cut }
    }
}

/// Something that did not fit the prompt.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cut {
    /// Which part of the prompt.
    pub part: String,
    /// `shrunk` or `dropped`.
    pub how: String,
    /// Tokens that were left out.
    pub tokens: usize,
    /// Why, as a sentence.
    pub why: String,
}

/// Where the time of a turn went, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
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
    /// What Braincase itself cost.
    pub overhead: f64,
}

impl From<turn::Timing> for Timing {
    fn from(timing: turn::Timing) -> Self {
        let turn::Timing { total, queue, context, compose, decide, act, remember, upstream, overhead } = timing;
        Self { total, queue, context, compose, decide, act, remember, upstream, overhead }
    }
}

/// Which images had facts in time, and which did not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Images {
    /// Their facts were in the prompt.
    pub used: Vec<ImageId>,
    /// Their facts came, or will come, later.
    pub pending: Vec<ImageId>,
}

/// Why a turn did not do what was asked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TurnError {
    /// A stable word for the kind of failure.
    pub code: String,
    /// What happened and what can be done.
    pub message: String,
}
