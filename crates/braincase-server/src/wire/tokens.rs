//! Counting and fitting prompts, as clients ask for it and see it.

use std::fmt;

use braincase_tokens::{Account, ChatMessage, ChatTool, Exactness, Model, ToolChoice};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};

/// The most messages of one request; more are refused before anything is counted.
const MAX_MESSAGES: usize = 10_000;

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
    #[serde(default, deserialize_with = "optional_messages")]
    #[schemars(schema_with = "chat_messages")]
    pub messages: Option<Vec<ChatMessage>>,
    /// Tools in the form of chat completions.
    #[serde(default)]
    #[schemars(schema_with = "chat_tools")]
    pub tools: Vec<ChatTool>,
    /// Whether a tool is called, in the form of chat completions: `auto`, `none`, `required` or a tool by its name.
    #[serde(default)]
    #[schemars(schema_with = "tool_choice")]
    pub tool_choice: Option<ToolChoice>,
}

/// What to make fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitTokens {
    /// For which model, as in `gpt-4o` or `openai/gpt-4o`.
    pub model: String,
    /// Messages in the form of chat completions. Leading system messages stay, and so does all from the last message of a
    /// user on; what is between gives way, the oldest exchange first.
    #[serde(deserialize_with = "messages")]
    #[schemars(schema_with = "chat_messages")]
    pub messages: Vec<ChatMessage>,
    /// Tools in the form of chat completions.
    #[serde(default)]
    #[schemars(schema_with = "chat_tools")]
    pub tools: Vec<ChatTool>,
    /// Whether a tool is called, in the form of chat completions: `auto`, `none`, `required` or a tool by its name.
    #[serde(default)]
    #[schemars(schema_with = "tool_choice")]
    pub tool_choice: Option<ToolChoice>,
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
    /// How the count was made: `exact` or `estimate`. What is learnt from a provider in turns is not used here, so that the
    /// same request always has the same count; the `calibrated` of turns does not occur.
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

/// Reads messages, up to as many as are allowed.
struct Messages(Vec<ChatMessage>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(MessagesVisitor).map(Self)
    }
}

struct MessagesVisitor;

impl<'de> Visitor<'de> for MessagesVisitor {
    type Value = Vec<ChatMessage>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut messages = Vec::new();
        while messages.len() < MAX_MESSAGES {
            let Some(message) = sequence.next_element()? else { return Ok(messages) };
            messages.push(message);
        }
        match sequence.next_element::<IgnoredAny>()? {
            Some(IgnoredAny) => {
                Err(A::Error::custom(format!("more than the {MAX_MESSAGES} messages that are allowed")))
            }
            None => Ok(messages),
        }
    }
}

fn messages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ChatMessage>, D::Error> {
    Messages::deserialize(deserializer).map(|Messages(messages)| messages)
}

fn optional_messages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<ChatMessage>>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(|Messages(messages)| messages))
}

fn chat_messages(_: &mut SchemaGenerator) -> Schema {
    let message = json_schema!({"type": "object", "required": ["role"], "properties": {"role": {"type": "string"}}});
    json_schema!({"type": "array", "maxItems": MAX_MESSAGES, "items": message})
}

fn chat_tools(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "object", "required": ["type", "function"]}})
}

fn tool_choice(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": "string", "enum": ["auto", "none", "required"]},
        {"type": "object", "required": ["type", "function"]},
    ]})
}
