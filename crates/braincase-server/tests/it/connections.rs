//! Connections that misbehave, and more of them than there is room for.

use std::time::Duration;

use braincase_server::app::HttpLimits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::app::{PATIENCE, TestApp, refusal};

/// Says something and then nothing; returns what came back until the server closed the connection.
async fn stall(app: &TestApp, said: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(app.address).await.expect("a connection");
    stream.write_all(said).await.expect("room in the buffer");
    let mut answer = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("closed within the limit");
    drop(closed);
    answer
}

#[tokio::test]
async fn a_client_that_never_ends_its_header_is_dropped() {
    let limits = HttpLimits { header_deadline: Duration::from_millis(200), ..HttpLimits::default() };
    let app = TestApp::start_within(limits).await;
    for said in [&b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "[..], b"", b"PRI * HT"] {
        let answer = String::from_utf8_lossy(&stall(&app, said).await).into_owned();
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(app.get("/livez").await.status(), 200);
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up() {
    let limits = HttpLimits { body_idle: Duration::from_millis(200), ..HttpLimits::default() };
    let app = TestApp::start_within(limits).await;
    let head = b"POST /v1/projects HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let answer = String::from_utf8_lossy(&stall(&app, head).await).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("body_timed_out"), "{answer}");
}

#[tokio::test]
async fn what_is_more_than_the_server_can_work_on_is_refused_but_health_is_answered() {
    let limits = HttpLimits { max_requests: 0, ..HttpLimits::default() };
    let app = TestApp::start_within(limits).await;
    let response = app.get("/v1/projects").await;
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(refusal(response).await, "503 busy -");
    assert_eq!(app.get("/livez").await.status(), 200);
}

#[tokio::test]
async fn more_event_streams_than_allowed_are_refused() {
    let limits = HttpLimits { max_streams: 1, ..HttpLimits::default() };
    let app = TestApp::start_within(limits).await;
    let events = format!("{}/events", app.project().await);
    let _open = app.watch(&events).await;
    assert_eq!(refusal(app.get(&events).await).await, "503 busy -");
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_is_alive() {
    let limits = HttpLimits { heartbeat: Duration::from_millis(50), ..HttpLimits::default() };
    let app = TestApp::start_within(limits).await;
    let mut response = app.get(&format!("{}/events", app.project().await)).await;
    let chunk = timeout(PATIENCE, response.chunk()).await.expect("within the limit").expect("an orderly stream");
    assert_eq!(chunk.as_deref(), Some(&b": keep-alive\n\n"[..]));
}
