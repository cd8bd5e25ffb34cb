//! Accounts of chat requests, against the cookbook's own figures.

use serde_json::json;

use super::{Message, Role, ToolSchema, ToolSet};
use crate::{Exactness, Registry};

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
fn an_estimate_is_on_the_safe_side() {
    let exact = Registry::embedded().get("gpt-4o").unwrap().cost(&messages(), &ToolSet::default());
    let estimate = Registry::embedded().get("claude-sonnet-5").unwrap().cost(&messages(), &ToolSet::default());
    assert!(estimate.tokens * 10 >= exact.tokens * 18);
    assert_eq!(estimate.exactness, Exactness::Estimate);
}
