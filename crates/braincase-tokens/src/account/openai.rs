//! Reads messages and tools in the form of OpenAI's chat completions, and writes them back as they came.
//!
//! What is not understood is an error that names its place: a part that nobody counts would break every promise about the
//! window.

mod fields;
#[cfg(test)]
mod tests;
mod tool;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::message::{Image, Message, Role, ToolCall};
use crate::text::Text;
use fields::Fields;

pub use tool::ChatTool;

/// A message as it stands in a request, and as it is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct ChatMessage {
    json: Map<String, Value>,
    message: Message,
}

/// A message or a tool is not in the form of chat completions, or has something that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChat {
    /// A field is missing.
    #[error("{field} is missing")]
    Missing {
        /// Which one, as a path.
        field: String,
    },
    /// A field is not of the type that it has to be.
    #[error("{field} must be {expected}")]
    WrongType {
        /// Which one, as a path.
        field: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// Something is of a kind that is not known, such as a part of a message.
    #[error("{field} is {kind:?}, which is not known; use one of {known}")]
    UnknownKind {
        /// Where, as a path, as in `content[1].type`.
        field: String,
        /// What it says that it is.
        kind: String,
        /// What it could be.
        known: &'static str,
    },
    /// There is a field that is not known, and so not counted.
    #[error("{field} is not known; take it out")]
    UnknownField {
        /// Which one, as a path.
        field: String,
    },
}

/// Fields of a message that the model reads.
const COUNTED: &[&str] = &["role", "content", "name", "refusal", "tool_calls", "tool_call_id"];
/// Fields that answers carry and the model never sees again.
const NOT_READ: &[&str] = &["annotations"];
/// Fields of a part that only say how long the provider is to remember it.
const NOT_READ_OF_PARTS: &[&str] = &["cache_control"];
/// The kinds of parts.
const PARTS: &str = "text, image_url, refusal";

impl ChatMessage {
    /// The message as it is counted. Texts of several parts are one text of several lines, which may cost as much as they do
    /// apart.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The same message with a shorter text, as packing makes it: images, names and calls stay.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        if *self.message.text == *text {
            return self;
        }
        if let Some(Value::Array(parts)) = self.json.get_mut("content") {
            let images = parts.drain(..).filter(|part| part["type"] == "image_url");
            *parts = std::iter::once(json!({"type": "text", "text": text})).chain(images).collect();
        } else {
            self.json.insert("content".to_owned(), text.into());
        }
        self.json.remove("refusal");
        self.message.text = text.into();
        self.message.pieces = Vec::new();
        self
    }
}

impl TryFrom<Value> for ChatMessage {
    type Error = InvalidChat;

    fn try_from(json: Value) -> Result<Self, InvalidChat> {
        let Value::Object(json) = json else {
            return Err(InvalidChat::WrongType { field: "the message".to_owned(), expected: "an object" });
        };
        let fields = Fields::new("", &json);
        fields.only(COUNTED, NOT_READ)?;
        let mut message = Message::new(role(fields)?, "");
        let mut texts = content(fields, &mut message.images)?;
        texts.extend(fields.text("refusal")?);
        message.text = texts.join("\n").into();
        if texts.len() > 1 {
            message.pieces = texts.into_iter().map(Text::from).collect();
        }
        message.name = fields.text("name")?.map(str::to_owned);
        message.answers = fields.text("tool_call_id")?.map(str::to_owned);
        for (at, call) in fields.list("tool_calls")?.iter().enumerate() {
            message.calls.push(tool_call(&format!("tool_calls[{at}]"), call)?);
        }
        if message.role == Role::Tool && message.answers.is_none() {
            return Err(fields.missing("tool_call_id"));
        }
        Ok(Self { json, message })
    }
}

impl From<ChatMessage> for Value {
    fn from(message: ChatMessage) -> Self {
        Self::Object(message.json)
    }
}

fn role(fields: Fields<'_, '_>) -> Result<Role, InvalidChat> {
    let role = fields.required_text("role")?;
    let known = "system, developer, user, assistant, tool";
    Role::deserialize(json!(role)).map_err(|_| fields.unknown_kind("role", role, known))
}

/// The texts of a message; its images go to the list.
fn content<'a>(fields: Fields<'_, 'a>, images: &mut Vec<Image>) -> Result<Vec<&'a str>, InvalidChat> {
    let parts = match fields.get("content") {
        Some(Value::String(text)) => return Ok(vec![text]),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(fields.wrong_type("content", "a text or a list of parts")),
        // Only a message that calls tools, or that refuses, may have nothing to say.
        None if fields.get("tool_calls").is_some() || fields.get("refusal").is_some() => return Ok(Vec::new()),
        None => return Err(fields.missing("content")),
    };
    let mut texts = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let path = format!("content[{at}]");
        let part = Fields::of(&path, part)?;
        let kind = part.required_text("type")?;
        match kind {
            "text" | "refusal" => texts.push(part.required_text(kind)?),
            "image_url" => images.push(image(&path, part)?),
            other => return Err(part.unknown_kind("type", other, PARTS)),
        }
        part.only(&["type", kind], NOT_READ_OF_PARTS)?;
    }
    Ok(texts)
}

/// An image, of unknown size unless that is said beside its address.
fn image(path: &str, part: Fields<'_, '_>) -> Result<Image, InvalidChat> {
    let path = format!("{path}.image_url");
    let image = Fields::of(&path, part.get("image_url").ok_or_else(|| part.missing("image_url"))?)?;
    image.only(&["url", "detail", "width", "height"], &[])?;
    image.required_text("url")?;
    let detail = match image.text("detail")? {
        Some(word) => {
            let unknown = |_| image.unknown_kind("detail", word, "auto, low, high, original");
            serde_json::from_value(json!(word)).map_err(unknown)?
        }
        None => super::Detail::Auto,
    };
    let size = image.pixels("width")?.zip(image.pixels("height")?);
    Ok(size.map_or(Image::of_unknown_size(detail), |(width, height)| Image { width, height, detail }))
}

fn tool_call(path: &str, call: &Value) -> Result<ToolCall, InvalidChat> {
    let call = Fields::of(path, call)?;
    call.only(&["id", "type", "function", "index"], &[])?;
    match call.text("type")? {
        None | Some("function") => {}
        Some(other) => return Err(call.unknown_kind("type", other, "function")),
    }
    let path = format!("{path}.function");
    let function = Fields::of(&path, call.get("function").ok_or_else(|| call.missing("function"))?)?;
    function.only(&["name", "arguments"], &[])?;
    Ok(ToolCall {
        id: call.required_text("id")?.to_owned(),
        name: function.required_text("name")?.to_owned(),
        arguments: function.required_text("arguments")?.into(),
    })
}
