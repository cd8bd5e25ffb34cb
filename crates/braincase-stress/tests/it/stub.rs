//! A server that keeps its promises, or breaks the one that it is told to break.

mod fault;
mod record;
mod state;
mod wire;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use braincase_core::ContentHash;
use http_body_util::BodyExt;
use hyper::{Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) use self::fault::Fault;
use self::{
    record::Record,
    state::{Accepted, Keyed, State},
    wire::{Body, Frames, HungUp, document, problem, silent_stream, text},
};

/// How long a turn takes.
const PAUSE: Duration = Duration::from_millis(40);
/// Longer than 95 % of the turns may take.
const STALL: Duration = Duration::from_millis(3_700);

struct Stub {
    fault: Fault,
    state: Mutex<State>,
    /// A file that is there once the process that stands for the stub was started again.
    again: Option<PathBuf>,
}

/// Starts a stub and tells where it listens.
pub(crate) async fn start(fault: Fault) -> String {
    listen(fault, None, None).await
}

/// Starts a stub with a provider that writes its record to `sim.jsonl` in `out`; `again` is a file that is there once the
/// server was started again.
pub(crate) async fn start_with_provider(fault: Fault, out: &Path, again: PathBuf) -> String {
    listen(fault, Some(out.join("sim.jsonl")), Some(again)).await
}

#[expect(clippy::disallowed_methods, reason = "the stub lives as long as its test, which nobody supervises")]
async fn listen(fault: Fault, file: Option<PathBuf>, again: Option<PathBuf>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let state = Mutex::new(State::new(fault, Record { fault, file, count: 0 }));
    let stub = Arc::new(Stub { fault, state, again });
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let stub = Arc::clone(&stub);
            socket.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(Arc::clone(&stub), request));
                let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    url
}

async fn answer(stub: Arc<Stub>, request: Request<Incoming>) -> Result<Response<Body>, HungUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let path: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    Ok(match (&head.method, path.as_slice()) {
        (_, ["readyz"]) => document(StatusCode::OK, &json!({})),
        (_, ["metrics"]) => text(stub.state.lock().unwrap().metrics()),
        (&Method::POST, ["v1", "projects"]) => {
            let ask: Value = serde_json::from_slice(&body).unwrap();
            let id = stub.state.lock().unwrap().create(ask["name"].as_str().unwrap());
            document(StatusCode::CREATED, &json!({ "id": id }))
        }
        (&Method::POST, ["v1", "projects", project, "images"]) => {
            let id = stub.state.lock().unwrap().upload(project, &ContentHash::of(&body).to_string());
            document(StatusCode::ACCEPTED, &json!({ "id": id, "status": "pending" }))
        }
        (&Method::GET, ["v1", "projects", _, "images", _]) => stub.image(),
        (&Method::POST, ["v1", "projects", project, "turns"]) => {
            let ask = Ask {
                project: (*project).to_owned(),
                body: serde_json::from_slice(&body).unwrap(),
                key: header("idempotency-key"),
                trace: header("traceparent").split('-').nth(1).unwrap_or_default().to_owned(),
                is_stream: header("accept") == "text/event-stream",
            };
            stub.turn(ask).await?
        }
        (&Method::POST, ["v1", "projects", project, "turns", turn, "cancel"]) => {
            document(StatusCode::OK, &stub.state.lock().unwrap().cancel(project, turn))
        }
        (&Method::GET, ["v1", "projects", project, "turns"]) => {
            stub.list(project, head.uri.query().unwrap_or_default())
        }
        (&Method::GET, ["v1", "projects", project, "events"]) => {
            silent_stream(&stub.state.lock().unwrap().projects[*project].events)
        }
        (&Method::GET, ["v1", "projects", _, "scenes"]) => document(StatusCode::OK, &json!({ "items": [] })),
        _ => problem(StatusCode::NOT_FOUND),
    })
}

/// A request for a turn.
struct Ask {
    project: String,
    body: Value,
    key: String,
    trace: String,
    is_stream: bool,
}

impl Stub {
    fn image(&self) -> Response<Body> {
        let state = match self.fault {
            Fault::NoFacts => json!({ "status": "pending" }),
            _ => json!({ "status": "ready", "facts": { "mood": "warm" } }),
        };
        document(StatusCode::OK, &state)
    }

    async fn turn(self: Arc<Self>, ask: Ask) -> Result<Response<Body>, HungUp> {
        let keyed = self.keyed(&ask);
        // A second request with this key waits here until the first has its answer.
        let mut answer = match self.fault {
            Fault::KeyRace => Keyed::default().lock_owned().await,
            _ => Arc::clone(&keyed).lock_owned().await,
        };
        let known = if self.fault == Fault::KeyRace { keyed.lock().await.clone() } else { answer.clone() };
        if let Some(mut known) = known {
            if self.fault == Fault::OtherAnswer {
                known["reply"] = json!("something else");
            }
            return Ok(document(StatusCode::OK, &known));
        }
        let accepted = {
            let mut state = self.state.lock().unwrap();
            state.turns += 1;
            if let Some(refusal) = refusal(self.fault, state.turns) {
                return Ok(refusal);
            }
            state.accept(&ask.project, &ask.body["prompt"], &ask.trace)
        };
        let Accepted { id, nth, event, end } = accepted;
        let (project, has_images) = (ask.project.clone(), ask.body.get("image_ids").is_some());
        let fault = self.fault;
        self.end_later(project, id, nth, has_images);
        let is_stream = ask.is_stream;
        let ended = async move {
            let end = end.await.map_err(|_| HungUp)?;
            *answer = Some(end.turn.clone());
            if fault == Fault::KeyRace {
                *keyed.lock().await = Some(end.turn.clone());
            }
            Ok(end)
        };
        if fault.hits(Fault::LateErrors, nth, 33) {
            spawned(ended).await.map_err(|_| HungUp)??;
            return Ok(problem(StatusCode::INTERNAL_SERVER_ERROR));
        }
        if is_stream {
            // The turn goes on whether somebody listens or not, and keeps its key until it has ended.
            return Ok(Frames { fault, nth, first: event }.respond(spawned(ended)));
        }
        let end = spawned(ended).await.map_err(|_| HungUp)??;
        if fault.hits(Fault::Panic, nth, 33) { Err(HungUp) } else { Ok(document(StatusCode::OK, &end.turn)) }
    }

    fn keyed(&self, ask: &Ask) -> Keyed {
        if self.fault == Fault::IgnoreKeys {
            return Keyed::default();
        }
        let mut state = self.state.lock().unwrap();
        let keys = &mut state.projects.get_mut(&ask.project).unwrap().keys;
        Arc::clone(keys.entry(ask.key.clone()).or_default())
    }

    fn end_later(self: Arc<Self>, project: String, id: String, nth: u64, has_images: bool) {
        let pause = match self.fault {
            Fault::SlowImageTurns if has_images => PAUSE * 20,
            Fault::Stall if nth.is_multiple_of(12) => STALL,
            _ => PAUSE,
        };
        let is_failed = self.fault.hits(Fault::FailedTurns, nth, 5) || self.fault.hits(Fault::FaultedTurns, nth, 5);
        let status = if is_failed { "failed" } else { "completed" };
        drop(spawned(async move {
            tokio::time::sleep(pause).await;
            self.state.lock().unwrap().end(&project, &id, status);
        }));
    }

    fn list(&self, project: &str, query: &str) -> Response<Body> {
        const PAGE: usize = 2;
        let state = self.state.lock().unwrap();
        let from =
            query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map_or(0, |cursor| cursor.parse().unwrap());
        let mut turns = state.projects[project].turns.clone();
        let is_settled = turns.iter().all(|turn| turn["status"] != "running");
        match self.fault {
            Fault::Unreadable if turns.len() > 2 => return problem(StatusCode::INTERNAL_SERVER_ERROR),
            Fault::Shuffle => turns.reverse(),
            Fault::Mirage if !is_settled || turns.len() == 2 => {
                turns.push(json!({ "id": "mirage", "status": "running", "prompt": "" }));
            }
            Fault::ForgetsWhenKilled if self.again.as_ref().is_some_and(|again| again.exists()) => drop(turns.pop()),
            _ => {}
        }
        let items: Vec<_> = turns.iter().rev().skip(from).take(PAGE).collect();
        let next = (from + PAGE < turns.len()).then(|| (from + PAGE).to_string());
        document(StatusCode::OK, &json!({ "items": items, "next_cursor": next }))
    }
}

/// What a turn is refused with, if it is; nothing of it is stored.
fn refusal(fault: Fault, nth: u64) -> Option<Response<Body>> {
    match fault {
        Fault::Errors if nth.is_multiple_of(33) => Some(problem(StatusCode::INTERNAL_SERVER_ERROR)),
        Fault::LateErrors if nth.is_multiple_of(66) => Some(problem(StatusCode::INTERNAL_SERVER_ERROR)),
        Fault::NoRetryAfter if nth.is_multiple_of(7) => Some(problem(StatusCode::SERVICE_UNAVAILABLE)),
        Fault::Untyped if nth.is_multiple_of(7) => {
            let mut page = text("<html>oops</html>".to_owned());
            *page.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Some(page)
        }
        _ => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "the stub lives as long as its test, which nobody supervises")]
fn spawned<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    tokio::spawn(work)
}
