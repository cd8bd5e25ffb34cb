//! Plans: what is refused, and in which order the rest runs.

use serde_json::{Value, json};

use super::*;

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { name: name.to_owned(), arguments }
}

fn add() -> ToolCall {
    call("add_scene", json!({"spec": {"title": "Intro"}}))
}

fn lengthen(scene: &str) -> ToolCall {
    call("change_duration", json!({"scene_id": scene, "duration_ms": 5000}))
}

fn plan(calls: Vec<ToolCall>) -> Result<Plan, BadCall> {
    Plan::make(&Decision { calls, ..Decision::default() }, 4)
}

fn order(plan: &Plan) -> Vec<usize> {
    plan.calls.iter().map(|call| call.number).collect()
}

#[test]
fn a_call_runs_after_the_one_that_makes_its_scene() {
    let plan = plan(vec![lengthen("new:3"), add(), add(), lengthen("new:2")]).unwrap();
    assert_eq!(order(&plan), [2, 3, 1, 4]);
}

#[test]
fn independent_calls_keep_their_order() {
    let id = "0190b0a0-0000-7000-8000-000000000001";
    let plan = plan(vec![lengthen(id), add(), lengthen(id)]).unwrap();
    assert_eq!(order(&plan), [1, 2, 3]);
}

#[test]
fn a_reference_to_nothing_is_refused_with_its_path() {
    for reference in ["new:1", "new:3", "new:9"] {
        // Call 1 would refer to itself, call 3 makes no scene, call 9 is not there.
        let calls = vec![lengthen(reference), add(), lengthen("new:2")];
        let bad = plan(calls).unwrap_err();
        assert_eq!((bad.tool.as_str(), bad.path.as_str()), ("change_duration", "scene_id"), "{reference}");
    }
}

#[test]
fn a_question_stands_alone() {
    let ask = call("ask_clarification", json!({"question": "Which scene?"}));
    assert!(plan(vec![ask.clone()]).is_ok());
    assert_eq!(plan(vec![ask, add()]).unwrap_err().tool, "ask_clarification");
}

#[test]
fn more_calls_than_allowed_are_refused() {
    let bad = plan(vec![add(), add(), add(), add(), add()]).unwrap_err();
    assert_eq!(bad.problem, "5 calls were chosen, at most 4 are allowed");
}

#[test]
fn arguments_that_do_not_fit_are_refused_with_the_path_that_is_wrong() {
    let bad = |arguments| plan(vec![call("add_scene", arguments)]).unwrap_err().path;
    assert_eq!(bad(json!({"spec": {"title": ""}})), "spec.title");
    assert_eq!(bad(json!({"spec": {"title": "T", "duration_ms": 5}})), "spec.duration_ms");
    assert_eq!(bad(json!({"spec": {"title": "T", "sound": "loud"}})), "spec.sound");
    let element = json!({"id": "a", "content": {"text": {"text": "hi"}}, "color": "red"});
    assert_eq!(bad(json!({"spec": {"title": "T", "elements": [element]}})), "spec.elements[0].color");
    assert_eq!(plan(vec![call("fly", json!({}))]).unwrap_err().path, ".");
}
