//! The namespace form, by example and on schemas that mean harm.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ToolChoice, ToolSchema, ToolSet, namespace};
use crate::account::tests::properties::schemas;

fn tool(parameters: Value) -> ToolSchema {
    ToolSchema { name: "draw".to_owned(), description: "Draws.\nIn colour.".to_owned(), parameters }
}

fn rendered(parameters: Value) -> String {
    namespace::render(&[tool(parameters)])
}

#[test]
fn a_tool_looks_like_a_type() {
    let parameters = json!({
        "type": "object",
        "properties": {
            "colour": {"type": "string", "enum": ["red", "blue"], "description": "Which one", "default": "red"},
            "points": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}},
            "to": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["colour"],
    });
    let expected = "\
namespace functions {

// Draws.
// In colour.
type draw = (_: {
// default: \"red\"
// Which one
colour: \"red\" | \"blue\",
points?: {
x: number,
}[],
to?: string | null,
}) => any;

} // namespace functions";
    assert_eq!(rendered(parameters), expected);
}

#[test]
fn what_has_no_place_is_a_remark() {
    let parameters = json!({
        "$schema": "a", "title": "b", "type": "object", "required": ["c", "x"], "additionalProperties": "d",
        "properties": {"x": {"type": "string", "enum": "e", "anyOf": "f", "$ref": 5}}, "oneOf": {},
    });
    let text = rendered(parameters);
    for remark in [
        "$schema: \"a\"",
        "title: \"b\"",
        "required: [\"c\",\"x\"]",
        "additionalProperties: \"d\"",
        "enum: \"e\"",
        "anyOf: \"f\"",
        "$ref: 5",
        "oneOf: {}",
    ] {
        assert!(text.contains(&format!("// {remark}\n")), "{remark} is not in {text}");
    }
    let plain = json!({"type": "object", "properties": {"x": {}}, "required": ["x"], "additionalProperties": false});
    assert!(
        !rendered(plain).contains("// required") && !rendered(json!({"additionalProperties": true})).contains("// add")
    );
}

#[test]
fn a_tool_without_arguments_has_none() {
    for parameters in [Value::Null, json!({"type": "object", "properties": {}})] {
        assert!(rendered(parameters).contains("type draw = () => any;"));
    }
}

#[test]
fn references_are_written_out_where_they_stand() {
    let parameters = json!({
        "type": "object",
        "properties": {"to": {"$ref": "#/$defs/Point"}, "away": {"$ref": "other.json"}},
        "$defs": {"Point": {"type": "object", "properties": {"x": {"type": "number"}}}},
    });
    let text = rendered(parameters);
    assert!(text.contains("to?: {\nx?: number,\n}") && text.contains("away?: any // other.json"), "{text}");
}

#[test]
fn schemas_that_refer_to_themselves_come_to_an_end() {
    let twice = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}]});
    assert!(rendered(twice).len() < 10_000);
    let long = "x".repeat(100_000);
    let heavy = json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "title": long});
    assert!(rendered(heavy).len() < 2_000_000);
    let deep = (0..100).fold(json!({"type": "string"}), |inner, _| json!({"type": "array", "items": inner}));
    assert!(rendered(deep).ends_with("} // namespace functions"));
}

/// Far more than a schema takes without references, and as much as it may take with them.
fn most_bytes(parameters: &Value) -> usize {
    200 + 10 * parameters.to_string().len()
}

#[test]
fn kinds_that_are_said_again_are_written_once() {
    let said = json!({"type": ["object", "null", "object", "array", "array"], "items": {"type": ["string", "string"]}});
    assert!(rendered(said).contains("type draw = (_: {\n} | null | string[]) => any;"));
}

/// Schemas in which each level holds the next one more than once, if each way to say so counts.
fn nested(depth: usize) -> impl Iterator<Item = Value> {
    let levels: [fn(Value) -> Value; 5] = [
        |inner| json!({"type": ["object", "object"], "properties": {"a": inner}}),
        |inner| json!({"type": ["array", "array", "object", "object"], "items": inner, "additionalProperties": {}}),
        |inner| json!({"anyOf": [inner], "oneOf": [{"$ref": "#/anyOf/0"}], "properties": {}}),
        |inner| json!({"allOf": [inner, {"$ref": "#"}, {"$ref": "#"}], "type": ["object", "array", "object"]}),
        |inner| json!({"type": "object", "properties": {"a": inner, "b": {"$ref": "#/properties/a"}}}),
    ];
    levels.into_iter().map(move |level| (0..depth).fold(json!({"type": "string"}), |inner, _| level(inner)))
}

#[test]
fn no_nesting_is_written_more_often_than_there_is_work() {
    for depth in [12, 32, 60] {
        for parameters in nested(depth) {
            let (bytes, most) = (rendered(parameters.clone()).len(), most_bytes(&parameters));
            assert!(bytes <= most, "{bytes} bytes at depth {depth}, at most {most} may be: {parameters}");
        }
    }
}

#[test]
fn what_there_is_no_work_for_is_charged_as_json() {
    let parameters = nested(32).nth(4).unwrap();
    assert!(rendered(parameters.clone()).contains(&parameters.to_string()));
}

#[test]
fn required_names_are_found_at_once() {
    let names: Vec<_> = (0..20_000).map(|n| format!("property_{n:05}")).collect();
    let properties: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), json!({"type": "null"}))).collect();
    let asked: Vec<_> = names.iter().rev().step_by(2).collect();
    let text = rendered(json!({"type": "object", "properties": properties, "required": asked}));
    assert_eq!((text.matches("?: null").count(), text.matches(": null").count()), (10_000, 20_000));
    assert!(text.contains("\nproperty_00000?: null") && text.contains("\nproperty_19999: null"));
}

proptest! {
    #[test]
    fn what_is_written_is_bounded_by_what_is_said(parameters in schemas()) {
        let bytes = rendered(parameters.clone()).len();
        prop_assert!(bytes <= most_bytes(&parameters), "{} bytes", bytes);
    }
}

#[test]
fn an_id_says_which_tools_and_which_choice() {
    let tools = ToolSet::new([tool(Value::Null)]);
    assert_eq!(tools.id(), ToolSet::new([tool(Value::Null)]).id());
    assert_eq!(
        tools.id().to_string(),
        "3c440c2c96ece3679ae19665a14589cf",
        "it is the same in every process and every release"
    );
    let ids = [
        tools.clone(),
        ToolSet::default(),
        ToolSet::new([tool(Value::Null), tool(Value::Null)]),
        tools.clone().with_choice(ToolChoice::None),
        tools.clone().with_choice(ToolChoice::Named("auto".to_owned())),
    ]
    .map(|tools| tools.id());
    for (place, id) in ids.iter().enumerate() {
        assert!(!ids[place + 1..].contains(id));
    }
}
