//! What was asked: a chat completions request, read tolerantly, with its images taken out.

use base64::{Engine, engine::general_purpose::STANDARD};
use braincase_core::{
    ContentHash,
    message::Role,
    prompt::{Prompt, PromptMessage},
};
use braincase_orchestrator::tools;
use braincase_tokens::Cost;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::usage;

/// What was asked.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The model by whose name we answer.
    pub(crate) model: String,
    /// Whether the answer is wanted piece by piece.
    pub(crate) stream: bool,
    /// Whether a stream ends with counts.
    pub(crate) include_usage: bool,
    /// The words.
    pub(crate) messages: Vec<PromptMessage>,
    /// The images, in order.
    pub(crate) images: Vec<Bytes>,
    /// The names of the tools that may be called.
    pub(crate) tools: Vec<String>,
    /// The messages as the journal keeps them: images are replaced by their hash.
    pub(crate) record: Vec<Value>,
    /// What it costs.
    pub(crate) cost: Cost,
    /// The most tokens that it may have.
    pub(crate) limit: usize,
    max_output_tokens: usize,
}

impl Ask {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// With a text for whoever sent it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let request: Request = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if request.messages.is_empty() {
            return Err("messages: expected at least one".to_owned());
        }
        let mut ask = Self {
            model: request.model,
            stream: request.stream,
            include_usage: request.stream_options.is_some_and(|options| options.include_usage),
            messages: Vec::new(),
            images: Vec::new(),
            tools: request
                .tools
                .iter()
                .filter_map(|tool| Some(tool["function"]["name"].as_str()?.to_owned()))
                .collect(),
            record: Vec::new(),
            cost: Cost::default(),
            limit: 0,
            max_output_tokens: request.max_completion_tokens.or(request.max_tokens).unwrap_or(8_000),
        };
        for (index, message) in request.messages.into_iter().enumerate() {
            ask.add(message).map_err(|problem| format!("messages[{index}]: {problem}"))?;
        }
        ask.cost = usage::of_request(&ask.model, &ask.messages, ask.images.len(), &request.tools);
        ask.limit = usage::limit(&ask.model, ask.max_output_tokens);
        Ok(ask)
    }

    /// Whether it is about images.
    pub(crate) const fn is_vision(&self) -> bool {
        !self.images.is_empty()
    }

    /// The prompt that it was made from. Tools that we do not know cannot be called by our brain and are left out.
    pub(crate) fn prompt(&self) -> Prompt {
        let specs = tools::specs();
        let known = specs.iter().filter(|spec| self.tools.iter().any(|name| name == spec.name));
        Prompt {
            model: self.model.clone(),
            messages: self.messages.clone(),
            tools: known.cloned().collect(),
            max_output_tokens: self.max_output_tokens,
            trace: None,
        }
    }

    fn add(&mut self, message: Message) -> Result<(), String> {
        let role = match message.role.as_str() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" => Role::Tool,
            other => return Err(format!("role: expected system, developer, user, assistant or tool, got {other:?}")),
        };
        let (mut texts, mut record) = (Vec::new(), Vec::new());
        match message.content {
            None => {}
            Some(Words::Text(text)) => {
                record.push(json!({"type": "text", "text": text}));
                texts.push(text);
            }
            Some(Words::Parts(parts)) => {
                for part in parts {
                    record.push(self.add_part(part, &mut texts)?);
                }
            }
        }
        let content = texts.join("\n");
        self.record.push(json!({"role": role.as_str(), "content": record}));
        self.messages.push(PromptMessage { role, content });
        Ok(())
    }

    fn add_part(&mut self, part: Part, texts: &mut Vec<String>) -> Result<Value, String> {
        match part {
            Part::Text { text } => {
                let record = json!({"type": "text", "text": text});
                texts.push(text);
                Ok(record)
            }
            Part::ImageUrl { image_url } => {
                let bytes = decode(&image_url.url)?;
                let record = json!({
                    "type": "image", "hash": ContentHash::of(&bytes).to_string(), "bytes": bytes.len(),
                });
                self.images.push(bytes);
                Ok(record)
            }
        }
    }
}

/// The bytes of a data URL. Other URLs are not fetched: a fake provider has no business on the net.
fn decode(url: &str) -> Result<Bytes, String> {
    let (kind, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or("image_url: expected data:image/...;base64,...")?;
    if !kind.starts_with("image/") {
        return Err(format!("image_url: expected an image, got {kind:?}"));
    }
    let bytes = STANDARD.decode(data).map_err(|error| format!("image_url: not base64: {error}"))?;
    Ok(bytes.into())
}

#[derive(Deserialize)]
struct Request {
    model: String,
    messages: Vec<Message>,
    #[serde(default)]
    tools: Vec<Value>,
    #[serde(default)]
    stream: bool,
    stream_options: Option<StreamOptions>,
    max_completion_tokens: Option<usize>,
    max_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<Words>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Deserialize)]
struct ImageUrl {
    url: String,
}
