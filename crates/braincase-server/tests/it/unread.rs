//! Clients that ask and then take nothing: each is dropped in time, and what it held is free again.

use std::time::Duration;

use braincase_core::{
    ProjectId, Scope, TenantId, Timestamp,
    event::{EventKind, NewEvent},
};
use braincase_server::app::HttpLimits;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::app::{PATIENCE, TestApp};

/// More than all buffers between two sockets of one machine hold.
const MUCH: usize = 24 << 20;
/// As often as this, the longest document comes to [`MUCH`].
const QUESTIONS: usize = 1_000;

/// The header's deadline must not be what ends a connection here.
fn impatient() -> HttpLimits {
    let (write_idle, header_deadline) = (Duration::from_millis(200), Duration::from_secs(600));
    HttpLimits { write_idle, header_deadline, ..HttpLimits::default() }
}

/// A connection with little room for what it is sent, and a question.
async fn ask(app: &TestApp, question: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4 << 10).expect("a size that it takes");
    let mut stream = socket.connect(app.address).await.expect("a connection");
    stream.write_all(question.as_bytes()).await.expect("the question fits into the buffers");
    stream
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_whose_client_does_not_read_is_closed() {
    let app = TestApp::start_within(HttpLimits { max_connections: 1, ..impatient() }).await;
    let unread = ask(&app, &get("/openapi.json").repeat(QUESTIONS)).await;
    // There is room for one connection: this is answered only once the other is gone.
    assert_eq!(app.get("/livez").await.status(), 200);
    drop(unread);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_whose_client_does_not_read_gives_its_place_back() {
    let app = TestApp::start_within(HttpLimits { max_streams: 1, ..impatient() }).await;
    let project = app.project().await;
    tell_much(&app, &project).await;
    let mut unread = ask(&app, &get(&format!("{project}/events"))).await;
    unread.read_exact(&mut [0; 12]).await.expect("it begins");
    // There is room for one stream.
    assert_eq!(app.get(&format!("{project}/events")).await.status(), 503);
    let room = async { while app.get(&format!("{project}/events")).await.status() != 200 {} };
    timeout(PATIENCE, room).await.expect("room within the limit");
    drop(unread);
}

/// Gives a project a long history.
async fn tell_much(app: &TestApp, project: &str) {
    const PIECE: usize = 256 << 10;
    let id: ProjectId = project.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let scope = Scope { tenant: TenantId::DEFAULT, project: id };
    let data = json!({ "text": "x".repeat(PIECE) });
    let event = NewEvent { kind: EventKind::SceneChanged, turn_id: None, data };
    for _ in 0..MUCH / PIECE {
        let told = app.store.append_events(scope, std::slice::from_ref(&event), Timestamp::from_micros(1)).await;
        told.expect("it is stored");
    }
}
