//! What holds for every request.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::model;
use crate::{
    Exactness,
    account::{Detail, Image, Message, Role, ToolCall, ToolSchema, ToolSet},
};

const MODELS: &[&str] =
    &["gpt-4o", "gpt-4", "gpt-4.1", "gpt-5", "gpt-oss-20b", "claude-sonnet-5", "gemini-2.5-pro", "qwen3-32b"];

fn images() -> impl Strategy<Value = Image> {
    (any::<u32>(), any::<u32>(), prop::bool::ANY).prop_map(|(width, height, low)| {
        let detail = if low { Detail::Low } else { Detail::Auto };
        Image { width, height, detail }
    })
}

fn calls() -> impl Strategy<Value = ToolCall> {
    ("[a-z_]{1,12}", ".{0,40}").prop_map(|(name, arguments)| ToolCall {
        id: "call_1".to_owned(),
        name,
        arguments: arguments.into(),
    })
}

fn messages() -> impl Strategy<Value = Message> {
    let roles = vec![Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool];
    let parts = (
        prop::sample::select(roles),
        ".{0,60}",
        prop::option::of("[a-z]{1,8}"),
        prop::collection::vec(images(), 0..3),
        prop::collection::vec(calls(), 0..3),
        prop::option::of("[a-z0-9]{1,8}"),
    );
    parts.prop_map(|(role, text, name, images, calls, answers)| Message {
        name,
        images,
        calls,
        answers,
        ..Message::new(role, text)
    })
}

/// Schemas of any depth, with words that the formula knows and words that it does not.
pub(crate) fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[ -~]{0,30}".prop_map(|text| json!({"type": "string", "description": text})),
        Just(json!({"type": "number", "minimum": 0})),
        Just(json!({"enum": ["a", 2, null]})),
        Just(json!({"$ref": "#"})),
        Just(json!(true)),
        Just(json!({})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::btree_map("[a-z]{1,6}", inner.clone(), 0..4)
                .prop_map(|properties| json!({"type": "object", "properties": properties, "required": ["a"]})),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "description": "some of them"})),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|any| json!({"anyOf": any, "title": "either"})),
            inner.clone().prop_map(|others| json!({"type": ["object", "null"], "additionalProperties": others})),
            (kinds(), inner.clone(), inner).prop_map(|(kinds, items, property)| {
                json!({"type": kinds, "items": items, "properties": {"a": property, "b": {"$ref": "#"}}})
            }),
        ]
    })
}

/// Kinds of which some may come again.
fn kinds() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec!["object", "array", "string", "integer"]), 0..6)
}

fn tools() -> impl Strategy<Value = ToolSchema> {
    let parts = ("[a-z_]{1,12}", "[ -~]{0,40}", schemas());
    parts.prop_map(|(name, description, parameters)| ToolSchema { name, description, parameters })
}

/// Tools that the cookbook's formula covers.
fn flat_tools() -> impl Strategy<Value = ToolSchema> {
    let property = ("[ -~]{1,30}", prop::collection::vec("[a-z]{1,8}", 0..3)).prop_map(|(description, choices)| {
        let mut property = json!({"type": "string", "description": description});
        if !choices.is_empty() {
            property["enum"] = json!(choices);
        }
        property
    });
    let properties = prop::collection::btree_map("[a-z]{1,6}", property, 0..4);
    ("[a-z_]{1,12}", "[ -~]{1,40}", properties).prop_map(|(name, description, properties)| ToolSchema {
        name,
        description,
        parameters: json!({"type": "object", "properties": properties}),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn costs_add_over_messages_and_never_lose_what_is_certain(
        messages in prop::collection::vec(messages(), 0..6),
        tools in prop::collection::vec(tools(), 0..3),
        name in prop::sample::select(MODELS),
    ) {
        let (model, tools) = (model(name), ToolSet::new(tools));
        let whole = model.cost(&messages, &tools);
        let mut sum = model.frame_cost(&tools);
        for message in &messages {
            let more = model.message_cost(message);
            prop_assert!(more.tokens > 0 && more.exact <= more.tokens);
            prop_assert!(more.exactness != Exactness::Exact || more.exact == more.tokens);
            sum = sum.plus(more);
        }
        prop_assert_eq!(whole, sum);
        prop_assert!(whole.exact + whole.images <= whole.tokens || whole.tokens == usize::MAX);
    }

    #[test]
    fn more_tools_names_images_and_calls_never_cost_less(
        message in messages(), image in images(), call in calls(),
        tools in prop::collection::vec(tools(), 0..3), tool in tools(),
        name in prop::sample::select(MODELS),
    ) {
        let model = model(name);
        let cost = model.message_cost(&message).tokens;
        let mut more = message.clone();
        more.images.push(image);
        prop_assert!(model.message_cost(&more).tokens >= cost);
        more.calls.push(call);
        more.name = more.name.or_else(|| Some("eve".to_owned()));
        prop_assert!(model.message_cost(&more).tokens >= cost);
        let one_more: Vec<_> = tools.iter().cloned().chain([tool]).collect();
        let (few, many) = (model.frame_cost(&ToolSet::new(tools)), model.frame_cost(&ToolSet::new(one_more)));
        prop_assert!(many.tokens >= few.tokens);
    }

    #[test]
    fn the_bound_of_flat_tools_covers_the_formula(tools in prop::collection::vec(flat_tools(), 1..4)) {
        let tools = ToolSet::new(tools);
        for (confirmed, another) in [("gpt-4o", "gpt-4.1"), ("gpt-4", "gpt-4-turbo")] {
            let (exact, bound) = (model(confirmed).frame_cost(&tools), model(another).frame_cost(&tools));
            prop_assert_eq!((exact.exactness, bound.exactness), (Exactness::Exact, Exactness::Estimate));
            prop_assert!(bound.tokens >= exact.tokens);
        }
    }

    #[test]
    fn equal_tools_have_equal_ids_and_costs(tools in prop::collection::vec(tools(), 0..3)) {
        let (one, other) = (ToolSet::new(tools.clone()), ToolSet::new(tools.clone()));
        prop_assert_eq!(one.id(), other.id());
        prop_assert_eq!(model("gpt-4o").frame_cost(&one), model("gpt-4o").frame_cost(&other));
        let another = ToolSchema { name: "another".to_owned(), description: String::new(), parameters: Value::Null };
        let more: Vec<_> = tools.into_iter().chain([another]).collect();
        prop_assert_ne!(ToolSet::new(more).id(), one.id());
    }

    #[test]
    fn no_percentage_overflows(tokens: usize, name in prop::sample::select(MODELS)) {
        let model = model(name);
        let product = model.with_percent(tokens);
        prop_assert!(product >= tokens);
        if let Some(exact) = tokens.checked_mul(model.percent) {
            prop_assert_eq!(product, exact.div_ceil(100));
        }
    }
}
