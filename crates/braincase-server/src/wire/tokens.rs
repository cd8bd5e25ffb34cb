//! Counting and fitting prompts, as clients ask for it and see it.

use braincase_tokens::{Account, ChatMessage, ChatTool, Exactness, Model};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What to count: a text as it stands, or the messages of a chat request with all that frames them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountTokens {
    /// For which model, as in `gpt-4o` or `openai/gpt-4o`.
    pub model: String,
    /// A text; give this or `messages`.
    #[serde(default)]
    pub text: Option<String>,
    /// Messages in the form of chat completions; give this or `text`.
    #[serde(default)]
    #[schemars(schema_with = "chat_messages")]
    pub messages: Option<Vec<ChatMessage>>,
    /// Tools in the form of chat completions.
    #[serde(default)]
    #[schemars(schema_with = "chat_tools")]
    pub tools: Vec<ChatTool>,
}

/// What to make fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitTokens {
    /// For which model, as in `gpt-4o` or `openai/gpt-4o`.
    pub model: String,
    /// Messages in the form of chat completions. Leading system messages stay, and so does all from the last message of a
    /// user on; what is between gives way, the oldest exchange first.
    #[schemars(schema_with = "chat_messages")]
    pub messages: Vec<ChatMessage>,
    /// Tools in the form of chat completions.
    #[serde(default)]
    #[schemars(schema_with = "chat_tools")]
    pub tools: Vec<ChatTool>,
    /// How many tokens to keep free for the answer; 8,000 unless said otherwise, less for small models.
    #[serde(default)]
    pub reserve_output: Option<usize>,
}

/// How many tokens there are.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TokenCount {
    /// The model, by its name in the registry.
    pub model: String,
    /// How its text is cut into tokens.
    pub encoding: &'static str,
    /// The tokens.
    pub tokens: usize,
    /// How the count was made: `exact`, `calibrated` or `estimate`.
    #[schemars(with = "String")]
    pub exactness: Exactness,
    /// The most tokens of prompt and answer together.
    pub context: usize,
    /// The most tokens of a prompt that leaves the usual room for the answer.
    pub limit: usize,
    /// Whether it is within that limit.
    pub fits: bool,
}

/// A prompt that fits.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FittedPrompt {
    /// What is left, in the form in which it came.
    #[schemars(schema_with = "chat_messages")]
    pub messages: Vec<ChatMessage>,
    /// What was kept and cut, and why.
    #[schemars(with = "serde_json::Value")]
    pub account: Account,
}

impl TokenCount {
    pub(crate) fn of(model: &Model, tokens: usize, exactness: Exactness) -> Self {
        let limit = model.budget(None).input;
        Self {
            model: model.name.to_string(),
            encoding: model.encoding.as_str(),
            tokens,
            exactness,
            context: model.context,
            limit,
            fits: tokens <= limit,
        }
    }
}

fn chat_messages(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "object", "required": ["role"], "properties": {"role": {"type": "string"}}}})
}

fn chat_tools(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "object", "required": ["type", "function"]}})
}
