//! What a brain is asked, and what it answers.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{message::Role, trace::TraceContext};

/// A request to a brain. It fits the model's window.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// The model that it was made for.
    pub model: String,
    /// The words, in order; the last message is what the user says now.
    pub messages: Vec<PromptMessage>,
    /// The tools that the brain may choose from.
    pub tools: Arc<[ToolSpec]>,
    /// The most tokens that the answer may have.
    pub max_output_tokens: usize,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptMessage {
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub content: String,
}

/// A tool as a brain sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: &'static str,
    /// What it does, for the brain.
    pub description: &'static str,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// A tool with arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Which tool.
    pub name: String,
    /// With what.
    pub arguments: Value,
}

/// What a brain decided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// The tools to run. Later calls may name the scene of an earlier one as `new:1` (the scene made by the first call).
    pub calls: Vec<ToolCall>,
    /// What to say to the user.
    pub reply: String,
    /// Why.
    pub reasoning: String,
    /// What the provider says it counted.
    pub usage: Option<Usage>,
    /// Time spent waiting for the model's provider.
    pub upstream: Duration,
}

/// Tokens as a provider counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the prompt.
    pub input_tokens: u64,
    /// Of the answer.
    pub output_tokens: u64,
}
