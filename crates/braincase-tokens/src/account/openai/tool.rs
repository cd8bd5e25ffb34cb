//! Tools, and the choice between them, as they stand in a request.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, json};

use super::{Fields, InvalidChat};
use crate::account::{ToolChoice, ToolSchema, ToolSet};

/// A tool as it stands in a request, and as it is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct ChatTool {
    json: Map<String, Value>,
    schema: ToolSchema,
}

impl ChatTool {
    /// The tool as it is counted.
    #[must_use]
    pub fn schema(&self) -> &ToolSchema {
        &self.schema
    }
}

impl TryFrom<Value> for ChatTool {
    type Error = InvalidChat;

    fn try_from(json: Value) -> Result<Self, InvalidChat> {
        let Value::Object(json) = json else {
            return Err(InvalidChat::WrongType { field: "the tool".to_owned(), expected: "an object" });
        };
        let fields = Fields::new("", &json);
        match fields.required_text("type")? {
            "function" => fields.only(&["type", "function"], &[])?,
            other => return Err(fields.unknown_kind("type", other, "function")),
        }
        let function = Fields::of("function", fields.get("function").ok_or_else(|| fields.missing("function"))?)?;
        function.only(&["name", "description", "parameters", "strict"], &[])?;
        // It is no words for the model, so that nothing is charged for it.
        if function.get("strict").is_some_and(|strict| !strict.is_boolean()) {
            return Err(function.wrong_type("strict", "true or false"));
        }
        let parameters = function.get("parameters").cloned().unwrap_or_default();
        if !parameters.is_object() && !parameters.is_null() {
            return Err(function.wrong_type("parameters", "a JSON schema"));
        }
        let schema = ToolSchema {
            name: function.required_text("name")?.to_owned(),
            description: function.text("description")?.unwrap_or_default().to_owned(),
            parameters,
        };
        Ok(Self { json, schema })
    }
}

impl From<ChatTool> for Value {
    fn from(tool: ChatTool) -> Self {
        Self::Object(tool.json)
    }
}

impl<'a> FromIterator<&'a ChatTool> for ToolSet {
    fn from_iter<I: IntoIterator<Item = &'a ChatTool>>(tools: I) -> Self {
        Self::new(tools.into_iter().map(|tool| tool.schema.clone()).collect::<Vec<_>>())
    }
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::None => serializer.serialize_str("none"),
            Self::Required => serializer.serialize_str("required"),
            Self::Named(name) => json!({"type": "function", "function": {"name": name}}).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::String(word) if word == "auto" => return Ok(Self::Auto),
            Value::String(word) if word == "none" => return Ok(Self::None),
            Value::String(word) if word == "required" => return Ok(Self::Required),
            _ => {}
        }
        let name = value.pointer("/function/name").and_then(Value::as_str);
        // It has nothing beside the name, which would not be counted.
        name.map(|name| Self::Named(name.to_owned())).filter(|named| json!(named) == value).ok_or_else(|| {
            D::Error::custom("tool_choice must be auto, none, required or {type: function, function: {name}}")
        })
    }
}
