//! Turns with the local brain.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{Stream, TestApp, ok, refusal, text, untimed};

#[tokio::test]
async fn a_turn_adds_a_scene_and_is_stored() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let response = app.post(&format!("{project}/turns"), json!({ "prompt": "Add a scene with the text Hello" })).await;
    let overhead = response.headers()["x-braincase-overhead-ms"].to_str().expect("plain text");
    assert!(overhead.parse::<f64>().expect("a number") > 0.0);
    let turn = ok(response).await;
    assert_eq!(turn["status"], "completed", "{turn}");
    assert_eq!(turn["decision"]["tools"][0]["name"], "add_scene");
    let scenes = ok(app.get(&format!("{project}/scenes")).await).await;
    assert_eq!(scenes["items"][0]["id"], turn["scenes_changed"][0]);

    let shown = ok(app.get(&format!("{project}/turns/{}", text(&turn, "id"))).await).await;
    let listed = ok(app.get(&format!("{project}/turns")).await).await;
    assert_eq!(listed["items"], json!([shown]));
    assert_eq!(untimed(shown), untimed(turn));
}

#[tokio::test]
async fn a_streamed_turn_shows_its_steps_in_order_and_ends() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let request = app.request(Method::POST, &format!("{project}/turns")).header("accept", "text/event-stream");
    let response =
        request.json(&json!({ "prompt": "Add a scene with the text Hello" })).send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(response.headers().contains_key("x-braincase-overhead-ms"));

    let events = Stream::of(response).rest().await;
    let kinds: Vec<_> = events.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"turn.accepted"));
    assert_eq!(kinds.last(), Some(&"turn.completed"));
    assert!(kinds.contains(&"scene.changed"), "{kinds:?}");
    let ids: Vec<i64> = events.iter().map(|event| event.id.parse().expect("a number")).collect();
    assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    let last = events.last().expect("events");
    assert_eq!((&last.data["kind"], &last.data["seq"]), (&json!("turn.completed"), &json!(ids.last())));
}

#[tokio::test]
async fn a_turn_that_has_ended_stays_as_it_is_when_cancelled() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let turn = app.turn(&project, "Add a scene with the text Hello").await;
    let path = format!("{project}/turns/{}/cancel", text(&turn, "id"));
    assert_eq!(untimed(ok(app.post(&path, json!({})).await).await), untimed(turn));
    let unknown = format!("{project}/turns/0190a0a0-0000-7000-8000-000000000000/cancel");
    assert_eq!(refusal(app.post(&unknown, json!({})).await).await, "404 not_found turn_id");
}

#[tokio::test]
async fn a_request_keeps_the_id_that_the_client_gave_if_it_is_sane() {
    let app = TestApp::start().await;
    let with = |id: &'static str| app.request(Method::GET, "/livez").header("x-request-id", id).send();
    let kept = with("client-7.a:b").await.expect("an answer");
    assert_eq!(kept.headers()["x-request-id"], "client-7.a:b");
    let replaced = with("two words").await.expect("an answer");
    assert_ne!(replaced.headers()["x-request-id"], "two words");
    assert_eq!(replaced.status(), StatusCode::OK);
}
