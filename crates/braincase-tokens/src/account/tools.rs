//! What the schemas of tools cost.
//!
//! The cookbook's formula covers flat arguments with a type, a description and perhaps a list of choices. Everything
//! beyond that is charged as the JSON it is written in, which is more than any known rendering of it takes.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::{
    encoding::{Encoding, count},
    model::Exactness,
};

const PER_LIST: usize = 12;
const PER_OBJECT: usize = 3;
const PER_PROPERTY: usize = 3;
const PER_CHOICE: usize = 3;

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSchema {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// The tools that a model may choose from. Clones share the tools and what they cost, which is worked out once.
#[derive(Debug, Clone)]
pub struct ToolSet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tools: Vec<ToolSchema>,
    costs: [OnceLock<(usize, Exactness)>; Encoding::VOCABULARIES],
}

impl ToolSet {
    /// These tools.
    pub fn new(tools: impl Into<Vec<ToolSchema>>) -> Self {
        Self(Arc::new(Inner { tools: tools.into(), costs: [const { OnceLock::new() }; Encoding::VOCABULARIES] }))
    }

    /// The tools.
    #[must_use]
    pub fn tools(&self) -> &[ToolSchema] {
        &self.0.tools
    }

    pub(super) fn cost(&self, encoding: Encoding) -> (usize, Exactness) {
        *self.0.costs[encoding.vocabulary()].get_or_init(|| cost(encoding, &self.0.tools))
    }
}

impl Default for ToolSet {
    fn default() -> Self {
        Self::new([])
    }
}

impl PartialEq for ToolSet {
    fn eq(&self, other: &Self) -> bool {
        self.tools() == other.tools()
    }
}

fn cost(encoding: Encoding, tools: &[ToolSchema]) -> (usize, Exactness) {
    if tools.is_empty() {
        return (0, Exactness::Exact);
    }
    let exact = tools.iter().all(|tool| is_flat(&tool.parameters));
    let tokens = PER_LIST + tools.iter().map(|tool| tool_cost(encoding, tool)).sum::<usize>();
    (tokens, if exact { Exactness::Exact } else { Exactness::Estimate })
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
    let rest = fields.iter().filter(|(key, _)| !is_plain_field(key));
    rest.map(|(key, value)| count(encoding, key) + count(encoding, &value.to_string())).sum()
}

fn is_flat(parameters: &Value) -> bool {
    let plain = match parameters {
        Value::Object(fields) => fields.keys().all(|key| is_plain_field(key)),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    };
    plain && properties(parameters).is_none_or(|properties| properties.values().all(is_flat_property))
}

/// Fields that a rendered schema does not show.
fn is_plain_field(key: &str) -> bool {
    matches!(key, "type" | "properties" | "required" | "additionalProperties" | "$schema" | "title")
}

fn is_flat_property(schema: &Value) -> bool {
    let Value::Object(fields) = schema else { return false };
    let known = fields.keys().all(|key| matches!(key.as_str(), "type" | "description" | "enum"));
    known
        && fields.get("type").is_some_and(|kind| kind.as_str().is_some_and(|kind| !matches!(kind, "object" | "array")))
}

fn properties(parameters: &Value) -> Option<&Map<String, Value>> {
    parameters.get("properties").and_then(Value::as_object)
}

fn without_dot(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}
