//! The namespace form, by example and on schemas that mean harm.

use serde_json::{Value, json};

use super::{ToolChoice, ToolSchema, ToolSet, namespace};

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
