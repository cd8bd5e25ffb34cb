//! Messages and tools as chat completions have them.

use serde_json::{Value, json};

use super::{ChatMessage, ChatTool, InvalidChat};
use crate::{
    Exactness, Registry,
    account::{Detail, Image, Role, ToolChoice, ToolSet},
};

fn read(json: &Value) -> ChatMessage {
    let message = ChatMessage::try_from(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&message).unwrap(), *json, "it is written back as it came");
    message
}

fn refused(json: Value) -> String {
    ChatMessage::try_from(json).unwrap_err().to_string()
}

fn parts() -> Value {
    json!({"role": "user", "name": "eve", "content": [
        {"type": "text", "text": "What is"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "text", "text": "this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "width": 640, "height": 480}},
    ]})
}

#[test]
fn a_message_of_words_is_read() {
    let message = read(&json!({"role": "developer", "content": "Be brief."}));
    assert_eq!((message.message().role, message.message().text.as_str()), (Role::Developer, "Be brief."));
    assert!(message.message().name.is_none() && message.message().images.is_empty());
}

#[test]
fn parts_become_one_text_and_images() {
    let message = read(&parts());
    assert_eq!(message.message().text.as_str(), "What is\nthis?");
    assert_eq!(message.message().name.as_deref(), Some("eve"));
    let known = Image { width: 640, height: 480, detail: Detail::Auto };
    assert_eq!(message.message().images, [Image::of_unknown_size(Detail::Low), known]);
}

#[test]
fn words_in_several_parts_are_charged_joined_or_apart_and_are_an_estimate() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let cost = |texts: &[&str]| {
        let parts: Vec<_> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
        model.message_cost(read(&json!({"role": "user", "content": parts})).message())
    };
    let frame = cost(&[""]).tokens;
    for (texts, joined, apart) in [(["hello", "hello"], 3, 2), ([".", "\n"], 1, 2)] {
        assert_eq!((model.count(&texts.join("\n")), model.count(texts[0]) + model.count(texts[1])), (joined, apart));
        let cost = cost(&texts);
        assert_eq!((cost.tokens, cost.exactness), (frame + joined.max(apart), Exactness::Estimate));
    }
    assert_eq!((cost(&["hello"]).tokens, cost(&["hello"]).exactness), (frame + 1, Exactness::Exact));
    let refusal = json!({"role": "assistant", "content": "hello", "refusal": "no"});
    assert_eq!(model.message_cost(read(&refusal).message()).exactness, Exactness::Estimate);
}

#[test]
fn what_a_part_says_of_caching_is_not_read() {
    let part = json!({"type": "text", "text": "Long.", "cache_control": {"type": "ephemeral"}, "image_url": null});
    assert_eq!(read(&json!({"role": "user", "content": [part]})).message().text.as_str(), "Long.");
}

#[test]
fn calls_and_results_are_read() {
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "draw", "arguments": "{\"x\": 1}"}});
    let message =
        read(&json!({"role": "assistant", "content": null, "tool_calls": [call], "refusal": null, "annotations": []}));
    let [call] = &message.message().calls[..] else { panic!("there is one call") };
    assert_eq!((&*call.id, &*call.name, call.arguments.as_str()), ("call_1", "draw", "{\"x\": 1}"));
    let result = read(&json!({"role": "tool", "tool_call_id": "call_1", "content": "done"}));
    assert_eq!(result.message().answers.as_deref(), Some("call_1"));
    let refusal = read(&json!({"role": "assistant", "refusal": "No."}));
    assert_eq!(refusal.message().text.as_str(), "No.");
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    for (json, error) in [
        (json!("hello"), "the message must be an object"),
        (json!({"content": "x"}), "role is missing"),
        (
            json!({"role": "robot", "content": "x"}),
            "role is \"robot\", which is not known; use one of system, developer, user, assistant, tool",
        ),
        (json!({"role": "user"}), "content is missing"),
        (json!({"role": "user", "content": 5}), "content must be a text or a list of parts"),
        (json!({"role": "user", "content": ["x"]}), "content[0] must be an object"),
        (
            json!({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "input_audio"}]}),
            "content[1].type is \"input_audio\", which is not known; use one of text, image_url, refusal",
        ),
        (json!({"role": "user", "content": [{"type": "text"}]}), "content[0].text is missing"),
        (
            json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "width": -1}}]}),
            "content[0].image_url.width must be a whole number of pixels",
        ),
        (
            json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "detail": "best"}}]}),
            "content[0].image_url.detail is \"best\", which is not known; use one of auto, low, high, original",
        ),
        (
            json!({"role": "user", "content": [{"type": "text", "text": "a", "input_audio": {"data": "AAAA"}}]}),
            "content[0].input_audio is not known; take it out",
        ),
        (
            json!({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "b", "text": "c"}]}),
            "content[1].text is not known; take it out",
        ),
        (
            json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}, "text": "x"}]}),
            "content[0].text is not known; take it out",
        ),
        (json!({"role": "tool", "content": "x"}), "tool_call_id is missing"),
        (
            json!({"role": "assistant", "content": "x", "reasoning_content": "y"}),
            "reasoning_content is not known; take it out",
        ),
        (
            json!({"role": "assistant", "tool_calls": [{"id": "1", "type": "custom"}]}),
            "tool_calls[0].type is \"custom\", which is not known; use one of function",
        ),
        (
            json!({"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {}}}]}),
            "tool_calls[0].function.arguments must be a text",
        ),
    ] {
        assert_eq!(refused(json), error);
    }
}

#[test]
fn a_shortened_message_keeps_what_is_not_text() {
    let message = read(&parts());
    assert_eq!(message.clone().with_text("What is\nthis?"), message, "nothing changes that is the same");
    let shorter = message.with_text("What […]");
    assert!(shorter.message().pieces.is_empty(), "it is one text now");
    let json = serde_json::to_value(&shorter).unwrap();
    assert_eq!(json["content"][0], json!({"type": "text", "text": "What […]"}));
    assert_eq!(json["content"].as_array().map(Vec::len), Some(3));
    assert_eq!(ChatMessage::try_from(json).unwrap(), shorter, "what is written is read as the same");
    let plain = read(&json!({"role": "user", "content": "long"})).with_text("l");
    assert_eq!(Value::from(plain), json!({"role": "user", "content": "l"}));
}

#[test]
fn tools_are_read_and_counted() {
    let json = json!({"type": "function", "function": {
        "name": "get_current_weather", "description": "Get the weather",
        "parameters": {"type": "object", "properties": {"place": {"type": "string", "description": "Where"}}},
    }});
    let tool: ChatTool = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&tool).unwrap(), json);
    assert_eq!(tool.schema().description, "Get the weather");
    let tools: ToolSet = [&tool].into_iter().collect();
    assert!(Registry::embedded().get("gpt-4o").unwrap().frame_cost(&tools).tokens > 20);
    let custom = ChatTool::try_from(json!({"type": "custom", "custom": {"name": "x"}})).unwrap_err();
    assert!(matches!(custom, InvalidChat::UnknownKind { ref kind, .. } if kind == "custom"));
    let nameless = ChatTool::try_from(json!({"type": "function", "function": {}})).unwrap_err();
    assert_eq!(nameless.to_string(), "function.name is missing");
    let strict = |strict| ChatTool::try_from(json!({"type": "function", "function": {"name": "x", "strict": strict}}));
    assert!(strict(json!(true)).is_ok() && strict(Value::Null).is_ok());
    assert_eq!(strict(json!("words")).unwrap_err().to_string(), "function.strict must be true or false");
}

#[test]
fn a_choice_is_read_as_it_is_written() {
    for choice in [ToolChoice::Auto, ToolChoice::None, ToolChoice::Required, ToolChoice::Named("draw".to_owned())] {
        let json = serde_json::to_value(&choice).unwrap();
        assert_eq!(serde_json::from_value::<ToolChoice>(json).unwrap(), choice);
    }
    assert!(serde_json::from_value::<ToolChoice>(json!("any")).is_err());
    assert!(serde_json::from_value::<ToolChoice>(json!({"type": "custom"})).is_err());
    let more = json!({"type": "function", "function": {"name": "draw", "why": "nobody counts this"}});
    assert!(serde_json::from_value::<ToolChoice>(more).is_err());
}
