//! Stopping: soon, and with everybody told.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;

use crate::app::{TestApp, ok};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_a_hundred_event_streams_at_once() {
    let mut app = TestApp::start().await;
    let events = format!("{}/events", app.project().await);
    let watching = join_all((0..100).map(|_| app.watch(&events))).await;
    let asked = Instant::now();
    app.ask_to_stop();
    for stream in join_all(watching.into_iter().map(crate::app::Stream::rest)).await {
        assert_eq!(stream.last().expect("a farewell").event, "shutdown");
    }
    app.ended().await;
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_that_were_accepted_before_the_stop_are_still_answered() {
    let mut app = TestApp::start().await;
    let project = app.project().await;
    let mut events = app.watch(&format!("{project}/events")).await;
    let request = app.request(Method::POST, &format!("{project}/turns"));
    let turn = request.json(&json!({ "prompt": "Add a scene with the text Hello" })).send();
    let stop = async {
        events.until("turn.accepted").await;
        app.ask_to_stop();
    };
    let (answer, ()) = tokio::join!(turn, stop);
    assert_eq!(ok(answer.expect("an answer")).await["status"], "completed");
    app.ended().await;
}
