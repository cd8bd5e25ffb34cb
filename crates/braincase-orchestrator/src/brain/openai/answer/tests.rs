//! How pieces become an answer, and which do not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn options() -> OpenAiOptions {
    OpenAiOptions::at("http://127.0.0.1:1/v1")
}

fn answer_of(pieces: &[Value]) -> Result<Answer, BrainError> {
    let options = options();
    let mut draft = Draft::new(&options);
    for piece in pieces {
        draft.add(&piece.to_string())?;
    }
    draft.complete()
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta}]})
}

fn call(index: Option<usize>, id: Option<&str>, name: Option<&str>, arguments: &str) -> Value {
    delta(&json!({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]}))
}

#[test]
fn calls_are_put_together_by_their_index() {
    let answer = answer_of(&[
        call(Some(1), Some("b"), Some("second"), "{\"x\""),
        call(Some(0), Some("a"), Some("first"), ""),
        call(Some(1), None, None, ":2}"),
        json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
    ])
    .unwrap();
    let expected = [
        ToolCall { name: "first".into(), arguments: json!({}) },
        ToolCall { name: "second".into(), arguments: json!({"x": 2}) },
    ];
    assert_eq!(answer.calls, expected);
    assert_eq!(answer.usage, Some(Usage { input_tokens: 3, output_tokens: 4 }));
}

#[test]
fn calls_without_index_are_told_apart_by_their_id() {
    let answer = answer_of(&[
        call(None, Some("a"), Some("first"), "{"),
        call(None, None, None, "}"),
        call(None, Some("b"), Some("second"), "{}"),
    ])
    .unwrap();
    let names: Vec<_> = answer.calls.iter().map(|call| call.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
}

#[test]
fn content_and_reasoning_are_kept_apart() {
    let answer = answer_of(&[
        delta(&json!({"role": "assistant", "content": ""})),
        delta(&json!({"reasoning_content": "since "})),
        delta(&json!({"reasoning_content": "so"})),
        delta(&json!({"content": "Hällo "})),
        delta(&json!({"content": "👋"})),
    ])
    .unwrap();
    assert_eq!((answer.content.as_str(), answer.reasoning.as_str()), ("Hällo 👋", "since so"));
}

#[test]
fn empty_pieces_are_no_progress() {
    let options = options();
    let mut draft = Draft::new(&options);
    let role = delta(&json!({"role": "assistant", "content": ""})).to_string();
    assert_eq!(draft.add(&role), Ok(Progress::Nothing));
    assert!(!draft.is_touched());
    assert_eq!(draft.add(&delta(&json!({"content": "x"})).to_string()), Ok(Progress::Content));
    assert!(draft.is_touched() && !draft.is_finished());
}

#[test]
fn what_makes_no_sense_is_garbled() {
    let long = "x".repeat(70 << 10);
    let cases = [
        vec![json!("text")],
        vec![json!({"foo": 1})],
        vec![json!({"choices": "none"})],
        vec![delta(&json!({"content": 7}))],
        vec![delta(&json!({"content": ""}))],
        vec![call(Some(0), Some("a"), Some("t"), "{\"x\":")],
        vec![call(Some(0), Some("a"), None, "{}")],
        vec![call(Some(32), Some("a"), Some("t"), "{}")],
        vec![call(Some(0), Some("a"), Some("t"), &long)],
    ];
    for pieces in cases {
        let result = answer_of(&pieces);
        assert!(matches!(result, Err(BrainError::Garbled(_))), "{pieces:?} gave {result:?}");
    }
}

#[test]
fn an_error_in_the_stream_is_the_providers() {
    let overloaded = answer_of(&[json!({"error": {"message": "slow down", "code": 429}})]);
    assert!(matches!(overloaded, Err(BrainError::Overloaded { status: 429, .. })));
    let down = answer_of(&[json!({"error": {"message": "engine died", "code": "server_error"}})]);
    assert!(matches!(down, Err(BrainError::Unavailable(message)) if message == "engine died"));
}

#[test]
fn a_filtered_answer_is_refused() {
    let result = answer_of(&[json!({"choices": [{"delta": {"content": "par"}, "finish_reason": "content_filter"}]})]);
    assert!(matches!(result, Err(BrainError::Refused { status: 200, .. })));
}

proptest! {
    #[test]
    fn any_way_to_cut_arguments_gives_the_same_call(text in "\\PC{0,60}", cuts in prop::collection::vec(0usize..80, 0..6)) {
        let arguments = json!({ "text": text });
        let written = arguments.to_string();
        let mut ends: Vec<_> = cuts.into_iter().filter(|at| written.is_char_boundary(*at)).collect();
        ends.push(written.len());
        ends.sort_unstable();
        let mut pieces = vec![call(Some(0), Some("a"), Some("t"), "")];
        let mut start = 0;
        for end in ends {
            pieces.push(call(Some(0), None, None, &written[start..end]));
            start = end;
        }
        prop_assert_eq!(&answer_of(&pieces).unwrap().calls[0].arguments, &arguments);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let options = options();
        let mut draft = Draft::new(&options);
        let _ = draft.add(&text);
        let _ = draft.complete();
    }
}
