//! A server that keeps its promises, or breaks the one that it is told to break.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Forgets every seventh turn that it acknowledged.
    Drop,
    /// Stores every seventh turn twice.
    Duplicate,
    /// Answers with text of another project.
    CrossEcho,
    /// Answers every fifth turn with 500, having stored nothing.
    Errors,
    /// Ends every fifth turn as failed.
    FailedTurns,
    /// Skips an event number.
    EventGap,
    /// Makes a new turn of every repeated request.
    IgnoreKeys,
    /// Never finds facts.
    NoFacts,
    /// Takes the facts of every image in twice.
    FactsTwice,
    /// Takes an image turn 400 ms longer.
    SlowImageTurns,
    /// Cuts every fifth stream after the turn was accepted, and keeps the turn.
    CutStreams,
}

type Body = BoxBody<Bytes, Infallible>;

struct Stub {
    fault: Fault,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ids: u64,
    turns: u64,
    projects: HashMap<String, Project>,
    last_name: String,
}

#[derive(Default)]
struct Project {
    turns: Vec<Value>,
    keys: HashMap<String, Value>,
    events: Vec<Value>,
    seq: u64,
}

/// Starts a stub and tells where it listens.
#[expect(clippy::disallowed_methods, reason = "the stub lives as long as its test, which nobody supervises")]
pub(crate) async fn start(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stub = Arc::new(Stub { fault, state: Mutex::default() });
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let stub = Arc::clone(&stub);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(Arc::clone(&stub), request));
                let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    url
}

async fn answer(stub: Arc<Stub>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let path: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    Ok(match (&head.method, path.as_slice()) {
        (_, ["readyz"]) => document(StatusCode::OK, &json!({})),
        (&Method::POST, ["v1", "projects"]) => stub.create(&body),
        (&Method::POST, ["v1", "projects", project, "images"]) => stub.upload(project),
        (&Method::GET, ["v1", "projects", _, "images", _]) => stub.image(),
        (&Method::POST, ["v1", "projects", project, "turns"]) => {
            stub.turn(project, &body, &header("idempotency-key"), header("accept") == "text/event-stream").await
        }
        (&Method::GET, ["v1", "projects", project, "turns"]) => {
            stub.list(project, head.uri.query().unwrap_or_default())
        }
        (&Method::GET, ["v1", "projects", project, "events"]) => stub.events(project),
        (&Method::GET, ["v1", "projects", _, "scenes"]) => document(StatusCode::OK, &json!({ "items": [] })),
        _ => document(StatusCode::NOT_FOUND, &json!({})),
    })
}

impl Stub {
    fn create(&self, body: &[u8]) -> Response<Body> {
        let mut state = self.state.lock().unwrap();
        let id = state.id("p");
        state.projects.insert(id.clone(), Project::default());
        let name: Value = serde_json::from_slice(body).unwrap();
        state.last_name = name["name"].as_str().unwrap().to_owned();
        document(StatusCode::CREATED, &json!({ "id": id }))
    }

    fn upload(&self, project: &str) -> Response<Body> {
        let mut state = self.state.lock().unwrap();
        let id = state.id("i");
        let project = state.projects.get_mut(project).unwrap();
        project.tell("image.facts_ready", &Value::Null, &json!({ "image_id": id }));
        let processed = json!({ "image_id": id, "status": "ready", "scenes_enriched": [] });
        for _ in 0..if self.fault == Fault::FactsTwice { 2 } else { 1 } {
            project.tell("image.facts_processed", &Value::Null, &processed);
        }
        document(StatusCode::ACCEPTED, &json!({ "id": id, "status": "pending" }))
    }

    fn image(&self) -> Response<Body> {
        let state = match self.fault {
            Fault::NoFacts => json!({ "status": "pending" }),
            _ => json!({ "status": "ready", "facts": { "mood": "warm" } }),
        };
        document(StatusCode::OK, &state)
    }

    async fn turn(&self, project: &str, body: &[u8], key: &str, is_stream: bool) -> Response<Body> {
        let ask: Value = serde_json::from_slice(body).unwrap();
        let has_images = ask.get("image_ids").is_some();
        let pause = if has_images && self.fault == Fault::SlowImageTurns { 420 } else { 20 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let mut state = self.state.lock().unwrap();
        if let Some(known) = state.projects[project].keys.get(key).filter(|_| self.fault != Fault::IgnoreKeys) {
            return document(StatusCode::OK, known);
        }
        state.turns += 1;
        let (nth, id, foreign) = (state.turns, state.id("t"), state.last_name.clone());
        if self.fault == Fault::Errors && nth.is_multiple_of(5) {
            return document(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "code": "oops" }));
        }
        let is_failed = self.fault == Fault::FailedTurns && nth.is_multiple_of(5);
        let status = if is_failed { "failed" } else { "completed" };
        let reply = if self.fault == Fault::CrossEcho { foreign } else { "done".to_owned() };
        let turn = json!({ "id": id, "status": status, "prompt": ask["prompt"], "reply": reply, "timing_ms": { "overhead": 1.5 } });
        let state = state.projects.get_mut(project).unwrap();
        state.keys.insert(key.to_owned(), turn.clone());
        let copies = match (self.fault, nth.is_multiple_of(7)) {
            (Fault::Drop, true) => 0,
            (Fault::Duplicate, true) => 2,
            _ => 1,
        };
        state.turns.extend(std::iter::repeat_n(turn.clone(), copies));
        state.seq += u64::from(self.fault == Fault::EventGap && nth.is_multiple_of(7));
        let first = state.tell("turn.accepted", &json!(id), &json!({}));
        let last = state.tell(&format!("turn.{status}"), &json!(id), &json!({ "reply": reply }));
        let is_cut = self.fault == Fault::CutStreams && nth.is_multiple_of(5);
        match (is_stream, is_cut) {
            (true, true) => stream(&[first]),
            (true, false) => stream(&[first, last]),
            (false, _) => document(StatusCode::OK, &turn),
        }
    }

    fn list(&self, project: &str, query: &str) -> Response<Body> {
        const PAGE: usize = 2;
        let state = self.state.lock().unwrap();
        let from =
            query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map_or(0, |cursor| cursor.parse().unwrap());
        let turns = &state.projects[project].turns;
        let items: Vec<_> = turns.iter().rev().skip(from).take(PAGE).collect();
        let next = (from + PAGE < turns.len()).then(|| (from + PAGE).to_string());
        document(StatusCode::OK, &json!({ "items": items, "next_cursor": next }))
    }

    /// Stays open like the real one.
    fn events(&self, project: &str) -> Response<Body> {
        let text = frames(&self.state.lock().unwrap().projects[project].events);
        let told = futures_util::stream::once(async move { Ok(Frame::data(Bytes::from(text))) });
        let silence = futures_util::stream::pending();
        let body = BodyExt::boxed(StreamBody::new(futures_util::StreamExt::chain(told, silence)));
        Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
    }
}

impl State {
    fn id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}{}", self.ids)
    }
}

impl Project {
    fn tell(&mut self, kind: &str, turn: &Value, data: &Value) -> Value {
        self.seq += 1;
        let event = json!({ "seq": self.seq, "kind": kind, "turn_id": turn, "data": data });
        self.events.push(event.clone());
        event
    }
}

fn frames(events: &[Value]) -> String {
    let frame =
        |event: &Value| format!("id: {}\nevent: {}\ndata: {event}\n\n", event["seq"], event["kind"].as_str().unwrap());
    events.iter().map(frame).collect()
}

fn document(status: StatusCode, value: &Value) -> Response<Body> {
    let body = Full::new(Bytes::from(value.to_string())).boxed();
    Response::builder().status(status).header("content-type", "application/json").body(body).unwrap()
}

fn stream(events: &[Value]) -> Response<Body> {
    let body = Full::new(Bytes::from(frames(events))).boxed();
    Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
}
