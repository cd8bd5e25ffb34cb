//! Accounts of chat requests, against the cookbook's own figures.

use serde_json::{Value, json};

mod images;
pub(super) mod properties;

use super::{Detail, Image, Message, Role, ToolCall, ToolChoice, ToolSchema, ToolSet};
use crate::{Encoding, Exactness, Model, Registry, count};

fn model(name: &str) -> Model {
    Registry::embedded().get(name).unwrap()
}

fn messages() -> Vec<Message> {
    // The example of OpenAI's cookbook, without its messages that carry a name.
    [
        (
            Role::System,
            "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
        ),
        (Role::User, "This late pivot means we don't have time to boil the ocean for the client deliverable."),
    ]
    .map(|(role, text)| Message::new(role, text))
    .into()
}

#[test]
fn every_role_is_one_token_in_every_vocabulary() {
    for role in [Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool] {
        for encoding in [Encoding::O200kBase, Encoding::O200kHarmony, Encoding::Cl100kBase] {
            assert_eq!(count(encoding, role.as_str()), Role::TOKENS, "{}", role.as_str());
        }
    }
}

#[test]
fn a_request_costs_its_messages_and_what_frames_them() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let texts: usize = messages().iter().map(|message| model.count(&message.text)).sum();
    let cost = model.cost(&messages(), &ToolSet::default());
    assert_eq!((cost.tokens, cost.exactness), (texts + 2 * (3 + 1) + 3, Exactness::Exact));
}

fn weather() -> ToolSchema {
    // The tool of OpenAI's cookbook, which its API counts as 101 tokens together with the messages below.
    let parameters = json!({
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["location"],
    });
    let description = "Get the current weather in a given location".to_owned();
    ToolSchema { name: "get_current_weather".to_owned(), description, parameters }
}

#[test]
fn a_flat_tool_costs_what_the_api_counts() {
    let messages = [
        (Role::System, "You are a helpful assistant that can answer to questions about the weather."),
        (Role::User, "What's the weather like in San Francisco?"),
    ]
    .map(|(role, text)| Message::new(role, text));
    for (name, counted) in [("gpt-4o", 101), ("gpt-4o-mini", 101), ("gpt-4", 105), ("gpt-3.5-turbo", 105)] {
        let cost = Registry::embedded().get(name).unwrap().cost(&messages, &ToolSet::new([weather()]));
        assert_eq!((cost.tokens, cost.exactness), (counted, Exactness::Exact), "{name}");
    }
}

#[test]
fn a_nested_tool_is_an_estimate_that_covers_its_whole_schema() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let nested = json!({"type": "object", "properties": {"colors": {"type": "array", "items": {"type": "string"}}}});
    let definitions = json!({"type": "object", "properties": {}, "$defs": {"Color": {"type": "string"}}});
    for parameters in [nested, definitions] {
        let fields = parameters["properties"]["colors"].to_string() + &parameters["$defs"].to_string();
        let cost = model.cost(&[], &ToolSet::new([ToolSchema { parameters, ..weather() }]));
        assert_eq!(cost.exactness, Exactness::Estimate);
        assert!(cost.tokens >= model.count(&fields));
    }
}

#[test]
fn messages_with_names_cost_what_the_api_counts() {
    // The example of OpenAI's cookbook, with the counts that it shows beside those of the API.
    let named = |name: &str, text: &str| Message { name: Some(name.to_owned()), ..Message::new(Role::System, text) };
    let [system, user] = <[Message; 2]>::try_from(messages()).unwrap();
    let messages = [
        system,
        named("example_user", "New synergies will help drive top-line growth."),
        named("example_assistant", "Things working well together will increase revenue."),
        named(
            "example_user",
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        ),
        named("example_assistant", "Let's talk later when we're less busy about how to do better."),
        user,
    ];
    for (name, counted) in [("gpt-4o", 124), ("gpt-4o-mini", 124), ("gpt-4", 129), ("gpt-3.5-turbo", 129)] {
        let cost = model(name).cost(&messages, &ToolSet::default());
        assert_eq!((cost.tokens, cost.exactness, cost.exact), (counted, Exactness::Exact, counted), "{name}");
    }
}

#[test]
fn calls_and_their_results_cost_their_words_but_not_their_ids() {
    let model = model("gpt-4o");
    let call = |id: &str, arguments: &str| Message {
        calls: vec![ToolCall { id: id.to_owned(), name: "move_camera".to_owned(), arguments: arguments.into() }],
        ..Message::new(Role::Assistant, "")
    };
    let short = model.message_cost(&call("1", "{}"));
    assert_eq!(short, model.message_cost(&call(&"9".repeat(1_000), "{}")));
    assert_eq!(short.exactness, Exactness::Estimate);
    let arguments = r#"{"x": 1, "y": 2, "speed": "slow"}"#;
    let longer = model.message_cost(&call("1", arguments));
    assert_eq!(longer.tokens - short.tokens, model.count(arguments) - model.count("{}"));
    let plain = Message::new(Role::Tool, "done");
    let result = Message { answers: Some("1".to_owned()), ..plain.clone() };
    assert!(model.message_cost(&result).tokens > model.message_cost(&plain).tokens);
}

#[test]
fn a_choice_is_charged_and_no_longer_exact() {
    let model = model("gpt-4o");
    let tools = ToolSet::new([weather()]);
    let auto = model.frame_cost(&tools);
    for choice in [ToolChoice::None, ToolChoice::Required, ToolChoice::Named("get_current_weather".to_owned())] {
        let cost = model.frame_cost(&tools.clone().with_choice(choice));
        assert!(cost.tokens > auto.tokens);
        assert_eq!((auto.exactness, cost.exactness), (Exactness::Exact, Exactness::Estimate));
    }
}

#[test]
fn what_the_formula_was_not_compared_for_is_an_estimate() {
    let estimate = |tool: ToolSchema| model("gpt-4o").frame_cost(&ToolSet::new([tool])).exactness;
    assert_eq!(estimate(weather()), Exactness::Exact);
    assert_eq!(estimate(ToolSchema { description: String::new(), ..weather() }), Exactness::Estimate);
    let strict = json!({"type": "object", "properties": {}, "additionalProperties": false});
    assert_eq!(estimate(ToolSchema { parameters: strict, ..weather() }), Exactness::Estimate);
    let silent = json!({"type": "object", "properties": {"x": {"type": "number"}}});
    assert_eq!(estimate(ToolSchema { parameters: silent, ..weather() }), Exactness::Estimate);
    let [untyped, unknown] = ["type", "required"].map(|field| {
        let mut parameters = weather().parameters;
        parameters[field] = json!(["object"]);
        parameters
    });
    for parameters in [untyped, unknown, json!({}), json!({"type": "array", "properties": {}})] {
        assert_eq!(estimate(ToolSchema { parameters, ..weather() }), Exactness::Estimate);
    }
    assert_eq!(model("gpt-4.1").frame_cost(&ToolSet::new([weather()])).exactness, Exactness::Estimate);
}

/// A long text in each form in which a schema may have something.
fn burdens() -> [Value; 5] {
    let text = "nobody has counted this ".repeat(100);
    [
        json!(text),
        json!([text]),
        json!({ "x": text }),
        json!({"x": {"type": "string", "description": text}}),
        json!([{"description": text}]),
    ]
}

/// Wherever a schema of arguments may have something, and some places that nobody knows.
const PLACES: &[&str] = &[
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "definitions",
    "description",
    "enum",
    "format",
    "items",
    "oneOf",
    "properties",
    "required",
    "title",
    "type",
    "x-ours",
];

#[test]
fn no_part_of_a_schema_is_free() {
    for place in PLACES {
        for burden in burdens() {
            let mut property = json!({"type": "string", "description": "Where to."});
            property[*place] = burden.clone();
            let mut parameters =
                json!({"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]});
            let nested = json!({"type": "object", "properties": {"to": property}});
            parameters[*place] = burden.clone();
            for parameters in [parameters, nested] {
                let tool = ToolSchema { parameters, ..weather() };
                for name in ["gpt-4o", "gpt-4.1", "gpt-4"] {
                    let (model, tools) = (model(name), ToolSet::new([tool.clone()]));
                    let (cost, least) = (model.frame_cost(&tools).tokens, 100 * 4);
                    assert!(cost >= least, "{cost} for {name}: {}", tool.parameters);
                }
            }
        }
    }
}

#[test]
fn an_image_makes_a_message_an_estimate() {
    let image = Image { width: 1_024, height: 1_024, detail: Detail::High };
    let plain = Message::new(Role::User, "What is this?");
    let shown = Message { images: vec![image], ..plain.clone() };
    let (plain, shown) = (model("gpt-4o").message_cost(&plain), model("gpt-4o").message_cost(&shown));
    assert_eq!((shown.tokens - plain.tokens, shown.images, shown.exact), (765, 765, plain.exact));
    assert_eq!(shown.exactness, Exactness::Estimate);
}

#[test]
fn a_published_frame_is_charged_once() {
    let model = model("gpt-oss-20b");
    assert_eq!(model.frame_cost(&ToolSet::default()).tokens, 103);
}

#[test]
fn an_estimate_is_on_the_safe_side() {
    let exact = Registry::embedded().get("gpt-4o").unwrap().cost(&messages(), &ToolSet::default());
    let estimate = Registry::embedded().get("claude-sonnet-5").unwrap().cost(&messages(), &ToolSet::default());
    assert!(estimate.tokens * 10 >= exact.tokens * 18);
    assert_eq!(estimate.exactness, Exactness::Estimate);
}
