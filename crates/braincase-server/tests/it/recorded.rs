//! What is our fault is recorded once, with the request that it happened in.

use std::{sync::Arc, time::Duration};

use braincase_errors::{Capture, MemorySink, Record, Recorder, RecorderOptions};
use braincase_orchestrator::brain::local::LocalBrain;
use braincase_sim::{Sim, SimOptions};
use serde_json::json;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

use crate::app::{PATIENCE, Stream, TestApp};

/// Records what is logged on this thread, on which the server of a test runs, too.
fn listen() -> (Arc<MemorySink>, DefaultGuard) {
    let records = Arc::new(MemorySink::new(100));
    let options = RecorderOptions { sinks: vec![records.clone()], ..RecorderOptions::default() };
    let capture = Capture::default();
    capture.connect(Recorder::new(options));
    (records, tracing::subscriber::set_default(tracing_subscriber::registry().with(capture)))
}

async fn recorded(sink: &MemorySink) -> Record {
    let first = async {
        while sink.records().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, first).await.expect("a record");
    let records = sink.records();
    assert_eq!(records.len(), 1, "{records:?}");
    records[0].clone()
}

#[tokio::test]
async fn a_store_that_fails_is_recorded_once_with_the_request_and_its_trace() {
    // Given
    let app = TestApp::start().await;
    let project = app.project().await;
    let (sink, _log) = listen();
    app.store.close().await;
    // When
    let request = app
        .request(reqwest::Method::GET, &project)
        .header("x-request-id", "r-7")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let answer = request.send().await.expect("an answer");
    // Then
    assert_eq!((answer.status().as_u16(), answer.headers()["x-request-id"].as_bytes()), (503, &b"r-7"[..]));
    let record = recorded(&sink).await;
    assert_eq!((&*record.code, &*record.operation), ("store_failed", "http_request"));
    assert_eq!(record.context.request_id.as_deref(), Some("r-7"));
    let trace = record.context.trace.map(|trace| trace.trace_id());
    assert_eq!(trace.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    assert_eq!(record.late, None);
}

#[tokio::test]
async fn an_event_stream_that_breaks_is_recorded_once() {
    // Given
    let limits = braincase_server::app::HttpLimits { heartbeat: Duration::from_millis(20), ..Default::default() };
    let app = TestApp::start_within(limits).await;
    let project = app.project().await;
    let mut watching = app.watch(&format!("{project}/events")).await;
    let (sink, _log) = listen();
    // When
    app.store.close().await;
    // Then
    assert!(watching.next().await.is_none(), "the stream ends");
    let record = recorded(&sink).await;
    assert_eq!((&*record.code, &*record.operation), ("event_stream_failed", "event_stream"));
    assert!(record.context.project.is_some_and(|id| project.ends_with(&id.to_string())), "{record:?}");
}

#[tokio::test]
async fn a_stream_of_a_turn_that_breaks_ends_and_is_recorded_once() {
    // Given a turn that waits for its provider, which takes longer than this test.
    let mut options = SimOptions::new(Arc::new(LocalBrain::default()));
    options.latencies = "chat=60s".parse().expect("a latency");
    let sim = Sim::start(options).await.expect("a provider");
    let limits = braincase_server::app::HttpLimits { heartbeat: Duration::from_millis(20), ..Default::default() };
    let app = TestApp::start_as(&["--brain", "openai", "--openai-base-url", &sim.base_url()], limits).await;
    let project = app.project().await;
    let asked = app.request(reqwest::Method::POST, &format!("{project}/turns")).header("accept", "text/event-stream");
    let answer = asked.json(&json!({"prompt": "Add a scene"})).send().await.expect("an answer");
    let mut watching = Stream::of(answer);
    watching.until("prompt.composed").await;
    let (sink, _log) = listen();
    // When
    app.store.close().await;
    // Then
    assert_eq!(watching.rest().await.len(), 0, "the stream ends");
    assert_eq!(recorded(&sink).await.code, "event_stream_failed");
}
