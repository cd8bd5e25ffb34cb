//! Reads a chat request from a file, and refuses what in it would cost tokens that nobody counts.

use std::collections::BTreeMap;

use braincase_tokens::{ChatMessage, ChatTool, ToolChoice};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

/// A request, of which only what has tokens is read, and what is to be kept free for the answer.
#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) messages: Vec<ChatMessage>,
    #[serde(default)]
    pub(super) tools: Vec<ChatTool>,
    pub(super) tool_choice: Option<ToolChoice>,
    max_completion_tokens: Option<usize>,
    /// What the former is called in older requests.
    max_tokens: Option<usize>,
}

/// Fields of [`Request`].
const READ: &[&str] = &["messages", "tools", "tool_choice", "max_completion_tokens", "max_tokens"];

/// Fields that say how to answer, and that the model never sees.
const NOT_SEEN: &[&str] = &[
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "metadata",
    "model",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
];

impl Request {
    /// How many tokens the answer may have, if the request says so.
    pub(super) fn answer(&self) -> Option<usize> {
        self.max_completion_tokens.or(self.max_tokens)
    }
}

/// Reads a list of messages, or an object that has one. The error says what is wrong and where.
pub(super) fn parse(text: &str) -> Result<Request, String> {
    if text.trim_start().starts_with('[') {
        let messages = parse_as(text)?;
        let (max_completion_tokens, max_tokens) = (None, None);
        return Ok(Request { messages, tools: Vec::new(), tool_choice: None, max_completion_tokens, max_tokens });
    }
    check_fields(text)?;
    parse_as(text)
}

/// A field that is null is one that is not there.
fn check_fields(text: &str) -> Result<(), String> {
    let fields: BTreeMap<String, Option<IgnoredAny>> = parse_as(text)?;
    let is_known = |field: &str| READ.contains(&field) || NOT_SEEN.contains(&field);
    match fields.iter().find(|(field, value)| value.is_some() && !is_known(field)) {
        Some((field, _)) => Err(format!("{field} may cost tokens that are not counted; take it out")),
        None => Ok(()),
    }
}

fn parse_as<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    Ok(parsed)
}
