//! The cookbook's formula for tools, extended to what it does not cover.
//!
//! It is exact for flat arguments with a type, a description and perhaps a list of choices. Everything beyond that is
//! charged as the JSON it is written in, so that no part of a schema is free.

use serde_json::{Map, Value};

use super::ToolSchema;
use crate::encoding::{Encoding, count};

const PER_LIST: usize = 12;
const PER_OBJECT: usize = 3;
const PER_PROPERTY: usize = 3;
const PER_CHOICE: usize = 3;

/// What the tools cost.
pub(super) fn cost(encoding: Encoding, tools: &[ToolSchema]) -> usize {
    PER_LIST + tools.iter().map(|tool| tool_cost(encoding, tool)).sum::<usize>()
}

/// Whether the formula says what the API counts. It was compared for tools and arguments that are described.
pub(super) fn covers(tools: &[ToolSchema]) -> bool {
    tools.iter().all(|tool| !tool.description.is_empty() && is_flat(&tool.parameters))
}

fn tool_cost(encoding: Encoding, tool: &ToolSchema) -> usize {
    let per_tool = match encoding {
        Encoding::O200kBase | Encoding::O200kHarmony => 7,
        Encoding::Cl100kBase => 10,
    };
    let head = count(encoding, &format!("{}:{}", tool.name, without_dot(&tool.description)));
    let properties = properties(&tool.parameters).filter(|properties| !properties.is_empty());
    let known = properties.map_or(0, |properties| {
        PER_OBJECT + properties.iter().map(|(key, schema)| property_cost(encoding, key, schema)).sum::<usize>()
    });
    per_tool + head + known + rest_cost(encoding, &tool.parameters)
}

fn property_cost(encoding: Encoding, key: &str, schema: &Value) -> usize {
    let text = |field: &str| schema.get(field).and_then(Value::as_str).unwrap_or_default();
    let line = format!("{key}:{}:{}", text("type"), without_dot(text("description")));
    let nested = if is_flat_property(schema) { 0 } else { count(encoding, &schema.to_string()) };
    PER_PROPERTY + count(encoding, &line) + choices_cost(encoding, schema) + nested
}

fn choices_cost(encoding: Encoding, schema: &Value) -> usize {
    let Some(choices) = schema.get("enum").and_then(Value::as_array) else { return 0 };
    let tokens =
        |choice: &Value| choice.as_str().map_or_else(|| count(encoding, &choice.to_string()), |c| count(encoding, c));
    let choices = choices.iter().map(|choice| PER_CHOICE + tokens(choice)).sum::<usize>();
    // The formula gives three back for the list, which an empty list does not have.
    choices.saturating_sub(3)
}

/// What the schema has beside its properties: definitions, combinations and the like.
fn rest_cost(encoding: Encoding, parameters: &Value) -> usize {
    let Value::Object(fields) = parameters else {
        return if parameters.is_null() { 0 } else { count(encoding, &parameters.to_string()) };
    };
    let rest = fields.iter().filter(|(key, value)| !is_framed(key, value, fields) && !is_closed(key, value));
    rest.map(|(key, value)| count(encoding, key) + count(encoding, &value.to_string())).sum()
}

fn is_flat(parameters: &Value) -> bool {
    match parameters {
        Value::Object(fields) => {
            let is_object = fields.get("type").is_some_and(|kind| kind == "object");
            is_object
                && fields.iter().all(|(key, value)| is_framed(key, value, fields))
                && properties(parameters).is_none_or(|properties| properties.values().all(is_described))
        }
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// Whether the formula's constants and properties stand for a field of the parameters, and for all that is in it.
fn is_framed(key: &str, value: &Value, fields: &Map<String, Value>) -> bool {
    match key {
        "type" => value == "object",
        "properties" => value.is_object(),
        "required" => are_properties(value, fields),
        _ => false,
    }
}

/// Whether a field says that there are no other properties, or that there may be, which no rendering shows.
fn is_closed(key: &str, value: &Value) -> bool {
    key == "additionalProperties" && value.is_boolean()
}

/// Whether everything that is required is a property, whose name is charged where it stands.
pub(super) fn are_properties(required: &Value, fields: &Map<String, Value>) -> bool {
    let properties = fields.get("properties").and_then(Value::as_object);
    let is_property = |name: &Value| {
        name.as_str().is_some_and(|name| properties.is_some_and(|properties| properties.contains_key(name)))
    };
    required.as_array().is_some_and(|names| names.iter().all(is_property))
}

/// Whether the formula charges everything that a property has.
fn is_flat_property(schema: &Value) -> bool {
    let Value::Object(fields) = schema else { return false };
    let is_charged = |(key, value): (&String, &Value)| match key.as_str() {
        "type" => value.as_str().is_some_and(|kind| !matches!(kind, "object" | "array")),
        "description" => value.is_string(),
        "enum" => value.is_array(),
        _ => false,
    };
    fields.contains_key("type") && fields.iter().all(is_charged)
}

fn is_described(schema: &Value) -> bool {
    let text = |field: &str| schema.get(field).and_then(Value::as_str);
    let choices = schema.get("enum").map(Value::as_array);
    let plain = choices.is_none_or(|choices| {
        choices.is_some_and(|choices| !choices.is_empty() && choices.iter().all(Value::is_string))
    });
    is_flat_property(schema) && text("description").is_some_and(|text| !text.is_empty()) && plain
}

fn properties(parameters: &Value) -> Option<&Map<String, Value>> {
    parameters.get("properties").and_then(Value::as_object)
}

fn without_dot(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}
