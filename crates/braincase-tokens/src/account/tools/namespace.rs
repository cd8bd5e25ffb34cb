//! Writes tools in the namespace form, in which models are thought to read them.
//!
//! It looks like TypeScript: each tool a type in a namespace, each argument a field, each remark a comment. Whatever a
//! schema says that has no place there becomes a comment, too, so that nothing of it goes uncounted.

use std::{collections::HashSet, fmt::Write as _};

use serde_json::{Map, Value};

use super::{ToolSchema, formula::are_properties};

/// Schemas below this depth are written as JSON.
const MAX_DEPTH: usize = 32;
/// How many references are written out. Schemas that refer to each other could go on for ever.
const MAX_REFERENCES: usize = 100;
/// References are only named once the text has this many bytes.
const MAX_TEXT: usize = 1 << 20;
/// How many times the size of its JSON a schema may take to write. Without references none comes near.
const MAX_WORK: usize = 8;
/// Where definitions are; they are written where something refers to them.
const DEFINITIONS: &[&str] = &["$defs", "definitions"];

/// The tools as text.
pub(super) fn render(tools: &[ToolSchema]) -> String {
    let mut text = "namespace functions {\n\n".to_owned();
    for tool in tools {
        let json = tool.parameters.to_string();
        let work = MAX_WORK * json.len();
        let mut renderer = Renderer { root: &tool.parameters, references: MAX_REFERENCES, work, text: &mut text };
        renderer.tool(tool);
        if renderer.work == 0 {
            // Where it stopped is not known here, so that what it had not come to is charged with all the rest.
            renderer.text.push_str(&json);
        }
        text.push_str("\n\n");
    }
    text.push_str("} // namespace functions");
    text
}

struct Renderer<'a> {
    /// What references refer to.
    root: &'a Value,
    /// How many more references may be written out.
    references: usize,
    /// How many more bytes may be written and fields be looked at; nothing more is written once there is none.
    work: usize,
    text: &'a mut String,
}

impl<'a> Renderer<'a> {
    fn tool(&mut self, tool: &'a ToolSchema) {
        for line in tool.description.lines() {
            self.text.extend(["// ", line, "\n"]);
        }
        self.text.extend(["type ", &tool.name, " = ("]);
        let has_arguments = match &tool.parameters {
            Value::Object(fields) => {
                fields.get("properties").is_none_or(|p| p.as_object().is_none_or(|p| !p.is_empty()))
            }
            Value::Null => false,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => true,
        };
        if has_arguments {
            self.text.push_str("_: ");
            self.schema(&tool.parameters, 0);
        }
        self.text.push_str(") => any;");
    }

    /// A schema as a type, after comments for what a type cannot say.
    fn schema(&mut self, schema: &'a Value, depth: usize) {
        let Value::Object(fields) = schema else {
            return self.json(schema);
        };
        if depth >= MAX_DEPTH {
            return self.json(schema);
        }
        if self.may_go_on(1) {
            self.remarks(fields);
            self.kind(fields, depth);
        }
    }

    fn kind(&mut self, fields: &'a Map<String, Value>, depth: usize) {
        if !self.may_go_on(fields.len()) {
            return;
        }
        if let Some(Value::String(reference)) = fields.get("$ref") {
            return self.reference(reference, depth);
        }
        for (key, separator) in [("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")] {
            if let Some(Value::Array(schemas)) = fields.get(key) {
                self.joined(schemas, separator, |this, schema| this.schema(schema, depth + 1));
                // What stands beside the alternatives holds for each of them.
                if !fields.contains_key("properties") {
                    return;
                }
                self.push(" & ");
            }
        }
        if let Some(Value::Array(choices)) = fields.get("enum") {
            return self.joined(choices, " | ", |this, choice| this.json(choice));
        }
        if let Some(only) = fields.get("const") {
            return self.json(only);
        }
        match fields.get("type") {
            Some(Value::String(kind)) => self.plain(kind, fields, depth),
            Some(Value::Array(kinds)) => self.kinds(kinds, fields, depth),
            _ if fields.contains_key("properties") => self.object(fields, depth),
            _ if fields.contains_key("items") => self.array(fields, depth),
            Some(other) => self.json(other),
            None => self.push("any"),
        }
    }

    /// One of several kinds. Each is written once, however often it is said, since each holds all that is below.
    fn kinds(&mut self, kinds: &'a [Value], fields: &'a Map<String, Value>, depth: usize) {
        if !self.may_go_on(kinds.len()) {
            return;
        }
        let mut written = HashSet::new();
        let kinds = kinds.iter().filter(|kind| kind.as_str().is_none_or(|kind| written.insert(kind)));
        self.joined(kinds, " | ", |this, kind| match kind {
            Value::String(kind) => this.plain(kind, fields, depth),
            other => this.json(other),
        });
    }

    fn plain(&mut self, kind: &str, fields: &'a Map<String, Value>, depth: usize) {
        match kind {
            "object" => self.object(fields, depth),
            "array" => self.array(fields, depth),
            "integer" => self.push("number"),
            other => self.push(other),
        }
    }

    fn array(&mut self, fields: &'a Map<String, Value>, depth: usize) {
        match fields.get("items") {
            Some(items) => self.schema(items, depth + 1),
            None => self.push("any"),
        }
        self.push("[]");
    }

    fn object(&mut self, fields: &'a Map<String, Value>, depth: usize) {
        self.push("{\n");
        if let Some(Value::Object(properties)) = fields.get("properties") {
            let required = self.required(fields);
            for (key, schema) in properties {
                if self.work == 0 {
                    return;
                }
                let optional = !required.contains(&**key);
                if let Value::Object(fields) = schema {
                    self.remarks(fields);
                }
                self.write(format_args!("{key}{}: ", if optional { "?" } else { "" }));
                self.field(schema, depth + 1);
                self.push(",\n");
            }
        }
        if let Some(others @ Value::Object(_)) = fields.get("additionalProperties") {
            self.push("[key: string]: ");
            self.schema(others, depth + 1);
            self.push(",\n");
        }
        self.text.push('}');
    }

    fn required(&mut self, fields: &'a Map<String, Value>) -> HashSet<&'a str> {
        let names = fields.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if self.may_go_on(names.len()) { names.iter().filter_map(Value::as_str).collect() } else { HashSet::new() }
    }

    /// The type of a field, whose remarks stand above it already.
    fn field(&mut self, schema: &'a Value, depth: usize) {
        match schema {
            Value::Object(fields) if depth < MAX_DEPTH => self.kind(fields, depth),
            other => self.json(other),
        }
    }

    fn reference(&mut self, reference: &str, depth: usize) {
        let root = self.root;
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        match target {
            Some(target) if self.references > 0 && self.text.len() < MAX_TEXT => {
                self.references -= 1;
                self.schema(target, depth + 1);
            }
            Some(_) | None => self.write(format_args!("any // {reference}\n")),
        }
    }

    fn remarks(&mut self, fields: &Map<String, Value>) {
        for (key, value) in fields {
            match value {
                _ if self.work == 0 => return,
                Value::String(text) if key == "description" => self.comment(text),
                _ if DEFINITIONS.contains(&key.as_str()) || self.has_place(key, value, fields) => {}
                value => self.write(format_args!("// {key}: {value}\n")),
            }
        }
    }

    /// Whether a field is written as a part of the type, and not as a remark.
    fn has_place(&mut self, key: &str, value: &Value, fields: &Map<String, Value>) -> bool {
        match key {
            "$ref" => value.is_string(),
            "additionalProperties" => value.is_object() || value.is_boolean(),
            "allOf" | "anyOf" | "enum" | "oneOf" => value.is_array(),
            "properties" => value.is_object(),
            "required" => self.may_go_on(value.as_array().map_or(0, Vec::len)) && are_properties(value, fields),
            "type" => value.is_string() || value.is_array(),
            "const" | "items" => true,
            _ => false,
        }
    }

    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.write(format_args!("// {line}\n"));
        }
    }

    fn joined(
        &mut self,
        values: impl IntoIterator<Item = &'a Value>,
        separator: &str,
        mut write: impl FnMut(&mut Self, &'a Value),
    ) {
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.push(separator);
            }
            if self.work == 0 {
                return;
            }
            write(self, value);
        }
    }

    fn json(&mut self, value: &Value) {
        self.write(format_args!("{value}"));
    }

    fn push(&mut self, text: &str) {
        if self.may_go_on(text.len()) {
            self.text.push_str(text);
        }
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        if self.work > 0 {
            let before = self.text.len();
            // Writing to a string never fails.
            let _ = self.text.write_fmt(arguments);
            self.work = self.work.saturating_sub(self.text.len() - before);
        }
    }

    /// Whether there is work left, from which this much is taken.
    fn may_go_on(&mut self, work: usize) -> bool {
        let goes_on = self.work > 0;
        self.work = self.work.saturating_sub(work);
        goes_on
    }
}
