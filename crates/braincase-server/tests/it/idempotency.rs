//! Requests that are repeated.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::app::{Stream, TestApp, ok, refusal, refused, untimed};

async fn ask(app: &TestApp, project: &str, key: &str, prompt: &str, accept: &str) -> Response {
    let request = app.request(Method::POST, &format!("{project}/turns")).header("idempotency-key", key);
    request.header("accept", accept).json(&json!({ "prompt": prompt })).send().await.expect("an answer")
}

async fn scenes(app: &TestApp, project: &str) -> usize {
    ok(app.get(&format!("{project}/scenes")).await).await["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn the_same_request_has_the_same_answer_and_one_effect() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let first: Value = ok(ask(&app, &project, "k1", "Add a scene with the text Hello", "application/json").await).await;
    let second: Value =
        ok(ask(&app, &project, "k1", "Add a scene with the text Hello", "application/json").await).await;
    assert_eq!(untimed(first), untimed(second));
    assert_eq!(scenes(&app, &project).await, 1);
}

#[tokio::test]
async fn another_request_with_the_same_key_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    ok(ask(&app, &project, "k1", "Add a scene with the text Hello", "application/json").await).await;
    let other = ask(&app, &project, "k1", "Add a scene with the text Bye", "application/json").await;
    assert_eq!(refusal(other).await, "422 idempotency_key_reused Idempotency-Key");
    assert_eq!(scenes(&app, &project).await, 1);
}

#[tokio::test]
async fn a_repeated_stream_shows_the_turn_from_its_beginning() {
    let app = TestApp::start().await;
    let project = app.project().await;
    app.turn(&project, "Add a scene with the text First").await;
    let prompt = "Add a scene with the text Hello";
    let first = Stream::of(ask(&app, &project, "k1", prompt, "text/event-stream").await).rest().await;
    app.turn(&project, "Add a scene with the text Last").await;
    let again = Stream::of(ask(&app, &project, "k1", prompt, "text/event-stream").await).rest().await;
    let ids = |events: &[crate::app::Seen]| events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&first));
}

#[tokio::test]
async fn a_key_that_is_too_long_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let response = ask(&app, &project, &"k".repeat(256), "Add a scene", "application/json").await;
    assert_eq!(refusal(response).await, "422 invalid_field Idempotency-Key");
}

#[tokio::test]
async fn a_key_is_forgotten_with_its_project() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let prompt = "Add a scene with the text Hello";
    for _ in 0..2 {
        ok(ask(&app, &project, "k1", prompt, "application/json").await).await;
    }
    assert_eq!(app.delete(&project).await.status(), 204);
    for accept in ["application/json", "text/event-stream"] {
        for prompt in [prompt, "Add a scene with the text Bye"] {
            let problem = refused(ask(&app, &project, "k1", prompt, accept).await).await;
            assert_eq!((&problem["status"], &problem["code"]), (&json!(404), &json!("not_found")), "{accept}");
            assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("project")), "{problem}");
        }
    }
}
