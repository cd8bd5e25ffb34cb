//! What is asked: a prompt in the words of the chat completions API.

use braincase_core::{
    brain::BrainError,
    message::Role,
    prompt::{Prompt, PromptMessage, ToolSpec},
};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

/// The body of the request for a prompt.
pub(super) fn body(prompt: &Prompt) -> Result<Bytes, BrainError> {
    let request = Request {
        model: &prompt.model,
        messages: prompt.messages.iter().map(Message::from).collect(),
        tools: prompt.tools.iter().map(Tool::from).collect(),
        tool_choice: if prompt.tools.is_empty() { None } else { Some("auto") },
        max_completion_tokens: prompt.max_output_tokens,
        stream: true,
        stream_options: StreamOptions { include_usage: true },
    };
    let body = serde_json::to_vec(&request).map_err(|error| BrainError::Refused {
        status: 0,
        message: format!("the prompt cannot be written: {error}"),
    })?;
    Ok(body.into())
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
    max_completion_tokens: usize,
    stream: bool,
    stream_options: StreamOptions,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> From<&'a PromptMessage> for Message<'a> {
    fn from(message: &'a PromptMessage) -> Self {
        // A message of the role `tool` must name the call that it answers, which a memory of past turns does not keep;
        // it is told as what the assistant reported.
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant | Role::Tool => "assistant",
        };
        Self { role, content: &message.content }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

impl<'a> From<&'a ToolSpec> for Tool<'a> {
    fn from(spec: &'a ToolSpec) -> Self {
        let function = Function { name: spec.name, description: spec.description, parameters: &spec.parameters };
        Self { r#type: "function", function }
    }
}
