//! Counting and fitting over HTTP and on the command line, also with texts that have stopped other counters.

use std::{num::NonZero, sync::mpsc, thread::available_parallelism, time::Duration};

use braincase_core::{Clock as _, SystemClock, background::Task};
use braincase_server::app::HttpLimits;
use futures_util::poll;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, ok, refusal, refused},
    binary::Binary,
};

const COUNT: &str = "/v1/tokens/count";
const FIT: &str = "/v1/tokens/fit";
/// Far more than it takes, so that a busy machine does not matter; what is not linear would need hours.
const SOON: Duration = Duration::from_secs(25);

#[tokio::test]
async fn a_text_is_counted_as_it_stands_and_a_request_with_what_frames_it() {
    let app = TestApp::start().await;
    let text = ok(app.post(COUNT, json!({"model": "openai/gpt-4o", "text": "Hello, world!"})).await).await;
    insta::assert_json_snapshot!(text, @r#"
    {
      "context": 128000,
      "encoding": "o200k_base",
      "exactness": "exact",
      "fits": true,
      "limit": 120000,
      "model": "gpt-4o",
      "tokens": 4
    }
    "#);
    let messages = json!([{"role": "user", "content": "Hello, world!"}]);
    let request = ok(app.post(COUNT, json!({"model": "gpt-4o", "messages": messages})).await).await;
    assert_eq!(request["tokens"], 4 + 3 + 1 + 3, "frame, role, what opens the answer");
    let special = ok(app.post(COUNT, json!({"model": "gpt-4o", "text": "<|endoftext|>".repeat(1_000)})).await).await;
    assert_eq!(special["tokens"], 6_001, "what a user writes is ordinary text");
}

#[tokio::test]
async fn images_of_absurd_sizes_are_cut_and_not_miscounted() {
    let app = TestApp::start().await;
    let url = json!({"url": "https://example.com/a.png", "width": u32::MAX, "height": u32::MAX});
    let image = json!({"role": "user", "content": [{"type": "image_url", "image_url": url}]});
    let mut messages = vec![image; 2_400];
    messages.push(json!({"role": "user", "content": "hi"}));
    let fitted = ok(app.post(FIT, json!({"model": "gemini-2.5-pro", "messages": messages})).await).await;
    let (input, limit) = (fitted["account"]["input"].as_u64(), fitted["account"]["limit"].as_u64());
    assert!(input.is_some() && input <= limit, "{}", fitted["account"]);
}

#[tokio::test]
async fn tools_and_calls_are_counted() {
    let app = TestApp::start().await;
    let tool = json!({"type": "function", "function": {"name": "look", "description": "Looks.", "parameters":
        {"type": "object", "properties": {"where": {"type": "string", "description": "At what."}}}}});
    let call =
        json!({"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"where\":\"here\"}"}});
    let messages = json!([
        {"role": "user", "content": "Look here."},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "a cup"},
    ]);
    let bare = ok(app.post(COUNT, json!({"model": "gpt-4o", "messages": messages})).await).await;
    let whole = ok(app.post(COUNT, json!({"model": "gpt-4o", "messages": messages, "tools": [tool]})).await).await;
    assert!(whole["tokens"].as_u64() > bare["tokens"].as_u64().map(|tokens| tokens + 20), "{bare} {whole}");
    assert_eq!(whole["exactness"], "estimate");
}

#[tokio::test]
async fn a_choice_of_tools_is_counted() {
    let app = TestApp::start().await;
    let tool = json!({"type": "function", "function": {"name": "look", "description": "Looks."}});
    let choice = json!({"type": "function", "function": {"name": "look"}});
    let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Look."}], "tools": [tool]});
    let mut chosen = body.clone();
    chosen["tool_choice"] = choice;
    for (path, tokens) in [(COUNT, "/tokens"), (FIT, "/account/input")] {
        let tokens = async |body: &Value| {
            let answer = ok(app.post(path, body.clone()).await).await;
            answer.pointer(tokens).and_then(Value::as_u64).expect("a count")
        };
        assert_eq!(tokens(&chosen).await, tokens(&body).await + 8, "{path}");
        for wrong in [json!("any"), json!({"type": "function", "function": {"name": "look", "why": "words"}})] {
            let mut body = body.clone();
            body["tool_choice"] = wrong;
            assert_eq!(refusal(app.post(path, body).await).await, "422 invalid_field tool_choice");
        }
    }
    let body = json!({"model": "gpt-4o", "text": "x", "tool_choice": "required"});
    assert_eq!(refusal(app.post(COUNT, body).await).await, "422 invalid_field tools");
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let refused_with = async |path: &str, body: Value| refusal(app.post(path, body).await).await;
    let hello = json!([{"role": "user", "content": "hello"}]);
    let no_model = refused(app.post(COUNT, json!({"model": "gtp-4o", "text": "x"})).await).await;
    assert_eq!((&no_model["status"], &no_model["field"]), (&json!(422), &json!("model")));
    assert!(no_model["detail"].as_str().unwrap().contains("gpt-4o"), "{no_model}");
    for body in [json!({"model": "gpt-4o"}), json!({"model": "gpt-4o", "text": "x", "messages": hello})] {
        assert_eq!(refused_with(COUNT, body).await, "422 invalid_field messages");
    }
    let tool = json!({"type": "function", "function": {"name": "look"}});
    let body = json!({"model": "gpt-4o", "text": "x", "tools": [tool]});
    let tools_with_text = refused(app.post(COUNT, body).await).await;
    assert_eq!((&tools_with_text["status"], &tools_with_text["field"]), (&json!(422), &json!("tools")));
    assert_eq!(tools_with_text["detail"], "tools are counted with `messages`, not with `text`");
    let unknown_part = json!([{"role": "user", "content": [{"type": "video", "url": "x"}]}]);
    let body = json!({"model": "gpt-4o", "messages": unknown_part});
    assert_eq!(refused_with(COUNT, body).await, "422 invalid_field messages[0]");
    let body = json!({"model": "gpt-4o", "messages": hello, "temperature": 1});
    assert_eq!(refused_with(COUNT, body).await, "422 invalid_field temperature");
    let greedy = json!({"model": "gpt-4o", "messages": hello, "reserve_output": 100_000});
    assert_eq!(refused_with(FIT, greedy).await, "422 invalid_field reserve_output");
    let huge = json!([{"role": "user", "content": "word ".repeat(130_000)}]);
    let too_long = refused(app.post(FIT, json!({"model": "gpt-4o", "messages": huge})).await).await;
    assert_eq!((&too_long["status"], &too_long["field"]), (&json!(422), &json!("messages")));
    assert!(too_long["detail"].as_str().unwrap().contains("there are 120000"), "{too_long}");
}

#[tokio::test]
async fn more_messages_than_are_allowed_are_refused_before_anything_is_counted() {
    let app = TestApp::start().await;
    let messages = |count: usize| vec![json!({"role": "user", "content": "hi"}); count];
    for path in [COUNT, FIT] {
        let body = json!({"model": "no-such-model", "messages": messages(10_001)});
        let problem = refused(app.post(path, body).await).await;
        assert_eq!((&problem["status"], &problem["field"]), (&json!(422), &json!("messages")), "{path}");
        assert_eq!(problem["detail"], "more than the 10000 messages that are allowed");
        let most = ok(app.post(path, json!({"model": "gpt-4o", "messages": messages(10_000)})).await).await;
        assert!(most.is_object(), "{path}");
    }
    let nothing = json!({"model": "gpt-4o", "text": "word", "messages": null});
    assert_eq!(ok(app.post(COUNT, nothing).await).await["tokens"], 1);
}

#[tokio::test]
async fn a_request_that_fits_comes_back_as_it_was() {
    let app = TestApp::start().await;
    let messages = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
    ]);
    let fitted = ok(app.post(FIT, json!({"model": "gpt-4o", "messages": messages})).await).await;
    assert_eq!(fitted["messages"], messages);
    assert_eq!(fitted["account"]["parts"][0]["fate"], "kept");
}

#[tokio::test]
async fn the_oldest_exchanges_give_way_and_the_account_says_so() {
    // Given a conversation that is longer than the window.
    let app = TestApp::start().await;
    let mut messages = vec![json!({"role": "system", "content": "Be brief."})];
    for number in 0..40 {
        let words = "word ".repeat(300);
        messages.push(json!({"role": "user", "content": format!("question {number} {words}")}));
        messages.push(json!({"role": "assistant", "content": format!("answer {number}")}));
    }
    messages.push(json!({"role": "user", "content": "And now?"}));

    // When it is made to fit.
    let fitted = ok(app.post(FIT, json!({"model": "gpt-4", "messages": messages})).await).await;

    // Then the rules and the end are there, the rest is whole exchanges, and the counts agree with a count.
    let (kept, account) = (fitted["messages"].as_array().unwrap(), &fitted["account"]);
    assert_eq!((kept.first(), kept.last()), (messages.first(), messages.last()));
    assert!(kept.len() < messages.len() && kept[1..] == messages[messages.len() - kept.len() + 1..]);
    assert_eq!(kept[1]["role"], "user");
    assert!(account["wanted"].as_u64() > account["limit"].as_u64());
    assert!(
        account["parts"].as_array().unwrap().iter().any(|part| part["fate"] == "dropped" && part["why"].is_string())
    );
    let recounted = ok(app.post(COUNT, json!({"model": "gpt-4", "messages": kept})).await).await;
    assert_eq!(recounted["tokens"], account["input"]);
    assert_eq!(recounted["fits"], true);
}

#[tokio::test]
async fn turns_do_not_wait_for_what_clients_want_counted_and_those_are_told_when_it_is_too_much() {
    // Given long requests that hold every place for counting.
    let app =
        TestApp::start_within(HttpLimits { count_deadline: Duration::from_millis(50), ..HttpLimits::default() }).await;
    let project = app.project().await;
    let mut held = Vec::new();
    for _ in 0..available_parallelism().map_or(1, NonZero::get) {
        let (release, released) = mpsc::channel::<()>();
        let mut wait = Box::pin(app.counting.run(Task::new("test"), move || released.recv()));
        assert!(poll!(&mut wait).is_pending());
        held.push((release, wait));
    }

    // When there is one more, then it is told to come again; a short one needs no place.
    let long = json!({"model": "gpt-4o", "text": "word ".repeat(20_000)});
    let refused = app.post(COUNT, long).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refusal(refused).await, "503 busy -");
    assert_eq!(ok(app.post(COUNT, json!({"model": "gpt-4o", "text": "word"})).await).await["tokens"], 1);

    // And a turn with as long a text takes its course.
    let turn = app.turn(&project, &format!("Add a scene with the text Hello {}", "word ".repeat(20_000))).await;
    assert_eq!(turn["status"], "completed", "{turn}");
}

/// A megabyte each of what has stopped other counters.
fn hostile() -> Vec<(&'static str, String)> {
    const MEGABYTE: usize = 1_000_000;
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let mut unicode = String::new();
    while unicode.len() < MEGABYTE - 4 {
        unicode.extend(char::from_u32((random() % 0x11_0000) as u32));
    }
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = (0..MEGABYTE).map(|_| char::from(digits[(random() % 64) as usize])).collect();
    vec![
        ("spaces", " ".repeat(MEGABYTE)),
        ("a", "a".repeat(MEGABYTE)),
        ("dashes", "-".repeat(MEGABYTE)),
        ("random Unicode", unicode),
        ("base64", base64),
    ]
}

#[tokio::test]
async fn a_megabyte_of_anything_is_counted_or_refused_soon_and_the_server_lives() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let clock = SystemClock::default();
    for (name, text) in hostile() {
        let start = clock.monotonic();
        let counted = ok(app.post(COUNT, json!({"model": "gpt-4o", "text": text})).await).await;
        let tokens = counted["tokens"].as_u64().unwrap() as usize;
        assert!((text.len().div_ceil(128)..=text.len()).contains(&tokens), "{name}: {tokens}");
        assert!(clock.monotonic() - start < SOON, "{name} was counted in {:?}", clock.monotonic() - start);

        let start = clock.monotonic();
        let turn = app.post(&format!("{project}/turns"), json!({"prompt": text})).await;
        let status = turn.status();
        assert!(status == StatusCode::OK || status.is_client_error(), "{name}: {status}");
        if status == StatusCode::OK {
            let turn = ok(turn).await;
            let why = turn["error"]["code"].as_str();
            assert!(why.is_none_or(|code| code == "prompt_too_long"), "{name}: {why:?}");
        }
        assert!(clock.monotonic() - start < SOON, "{name} was a turn of {:?}", clock.monotonic() - start);
    }
    assert_eq!(app.turn(&project, "add an intro").await["status"], "completed");
}

/// Counts and fits a request in a process of its own, since one that hangs would take the test with it; both are an answer
/// or a refusal soon, and the server goes on.
async fn answers_soon(name: &str, request: Value) {
    let server = Binary::start().await;
    let client = Client::builder().no_proxy().timeout(SOON).build().expect("a client");
    for path in [COUNT, FIT] {
        let response = client.post(format!("{}{path}", server.url)).json(&request).send().await;
        let status = response.unwrap_or_else(|error| panic!("{name} at {path}: {error}")).status();
        assert!(status == StatusCode::OK || status.is_client_error(), "{name} at {path}: {status}");
    }
    let text = json!({"model": "gpt-4o", "text": "Hello, world!"});
    let after = client.post(format!("{}{COUNT}", server.url)).json(&text).send().await.expect("it lives");
    assert_eq!(ok(after).await["tokens"], 4, "after {name}");
}

#[tokio::test]
async fn very_many_messages_are_answered_soon_and_the_server_lives() {
    let messages = vec![json!({"role": "user", "content": "hi"}); 100_000];
    answers_soon("100,000 messages", json!({"model": "gpt-4o", "messages": messages})).await;
}

/// A request with one tool that takes these parameters.
fn with_tool(parameters: &Value) -> Value {
    let tool = json!({"type": "function", "function": {"name": "look", "parameters": parameters}});
    json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "tools": [tool]})
}

#[tokio::test]
async fn a_schema_that_names_a_type_twice_at_every_depth_is_answered_soon_and_the_server_lives() {
    let around = |inner: Value, _| json!({"type": ["object", "object"], "properties": {"a": inner}});
    let schema = (0..32).fold(json!({"type": "string"}), around);
    answers_soon("a type named twice", with_tool(&schema)).await;
}

#[tokio::test]
async fn a_schema_with_very_many_required_properties_is_answered_soon_and_the_server_lives() {
    let names: Vec<_> = (0..20_000).map(|number| format!("property_{number}")).collect();
    let properties: serde_json::Map<_, _> =
        names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect();
    let schema = json!({"type": "object", "properties": properties, "required": names});
    answers_soon("20,000 properties", with_tool(&schema)).await;
}
