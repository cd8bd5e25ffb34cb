//! What happens to one request: read it, draw its latency and fault, decide, record, answer.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use braincase_core::{Clock, Timestamp, brain::Brain, prompt::Decision, vision::Vision};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::{
    answer::Answer,
    ask::Ask,
    faults::{Fault, Faults},
    journal::{Entry, Journal, Tokens},
    latency::Latencies,
    picture,
    reply::{self, Body, Pace},
};

/// The largest body of a request.
const MAX_BODY: usize = 32 << 20;
/// How long a client may take to send one.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
const COMPLETIONS: &str = "/v1/chat/completions";
const MODELS: [&str; 4] = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "sim"];

/// Everything that answers are made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) brain: Arc<dyn Brain>,
    pub(crate) vision: Option<Arc<dyn Vision>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) latencies: Latencies,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) counts: Counts,
}

/// How many requests came.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) all: AtomicU64,
    pub(crate) chat: AtomicU64,
    pub(crate) vision: AtomicU64,
}

/// A request that was understood, with everything that was drawn for it.
#[derive(Debug)]
struct Taken {
    n: u64,
    at: Timestamp,
    ask: Ask,
    pace: Pace,
}

impl Service {
    /// Answers one request.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let start = Instant::now();
        Ok(match (request.method(), request.uri().path()) {
            (&Method::POST, COMPLETIONS) => match read(request.into_body()).await {
                Ok(body) => self.complete(&body, start).await,
                Err((status, problem)) => self.refuse(status, problem),
            },
            (&Method::GET, "/v1/models") => reply::json(StatusCode::OK, &models()),
            (&Method::GET, "/livez") => reply::json(StatusCode::OK, &json!({"status": "ok"})),
            (_, COMPLETIONS | "/v1/models" | "/livez") => {
                reply::error(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path knows another method")
            }
            (_, path) => reply::error(StatusCode::NOT_FOUND, "not_found", &format!("there is no {path}")),
        })
    }

    async fn complete(&self, body: &[u8], start: Instant) -> Response<Body> {
        let ask = match Ask::read(body) {
            Ok(ask) => ask,
            Err(problem) => return self.refuse(StatusCode::BAD_REQUEST, problem),
        };
        let taken = self.take(ask, start);
        if let Some(Fault::Status(code)) = taken.pace.fault {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return self.fail(taken, status, "sim_fault", "this failure was asked for".to_owned());
        }
        let decision = match self.decide(&taken.ask).await {
            Ok(decision) => decision,
            Err((status, problem)) => return self.fail(taken, status, "sim_failed", problem),
        };
        self.give(taken, &decision).await
    }

    /// Numbers the request and draws for it.
    fn take(&self, ask: Ask, start: Instant) -> Taken {
        let n = self.counts.all.fetch_add(1, Ordering::SeqCst);
        let (latency, fault) = if ask.is_vision() {
            let n = self.counts.vision.fetch_add(1, Ordering::SeqCst);
            (self.latencies.vision(self.seed, n), self.faults.vision(self.seed, n))
        } else {
            let n = self.counts.chat.fetch_add(1, Ordering::SeqCst);
            (self.latencies.chat(self.seed, n), self.faults.chat(self.seed, n))
        };
        let latency = if fault == Some(Fault::Slow) { latency * 5 } else { latency };
        Taken { n, at: self.clock.now(), ask, pace: Pace { start, latency, fault } }
    }

    async fn decide(&self, ask: &Ask) -> Result<Decision, (StatusCode, String)> {
        if !ask.is_vision() {
            let failed =
                |error: braincase_core::brain::BrainError| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
            return self.brain.decide(&ask.prompt()).await.map_err(failed);
        }
        let mut descriptions = Vec::with_capacity(ask.images.len());
        for image in &ask.images {
            let described = picture::describe(image, self.vision.as_deref()).await;
            descriptions.push(described.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?);
        }
        Ok(Decision { reply: descriptions.join(" "), ..Decision::default() })
    }

    async fn give(&self, taken: Taken, decision: &Decision) -> Response<Body> {
        let Taken { n, at, ask, pace } = taken;
        let answer = Answer { ask: &ask, n, created: at.as_micros() / 1_000_000, decision };
        let entry = entry(n, at, &ask, pace, StatusCode::OK, answer.output_tokens(), None);
        if let Err(failed) = self.journal.add(&entry) {
            return unrecorded(&failed);
        }
        if ask.stream { reply::events(&answer, pace) } else { reply::document(&answer, pace).await }
    }

    fn fail(&self, taken: Taken, status: StatusCode, code: &str, problem: String) -> Response<Body> {
        let Taken { n, at, ask, pace } = taken;
        let response = reply::error(status, code, &problem);
        match self.journal.add(&entry(n, at, &ask, pace, status, 0, Some(problem))) {
            Ok(()) => response,
            Err(failed) => unrecorded(&failed),
        }
    }

    /// Refuses what made no sense; it is recorded too.
    fn refuse(&self, status: StatusCode, problem: String) -> Response<Body> {
        let response = reply::error(status, "invalid_request", &problem);
        let entry = Entry {
            n: self.counts.all.fetch_add(1, Ordering::SeqCst),
            at: self.clock.now(),
            path: COMPLETIONS,
            kind: None,
            model: None,
            stream: false,
            latency_ms: 0,
            took_us: 0,
            fault: None,
            status: status.as_u16(),
            messages: Vec::new(),
            tools: [].into(),
            tokens: Tokens::default(),
            error: Some(problem),
        };
        match self.journal.add(&entry) {
            Ok(()) => response,
            Err(failed) => unrecorded(&failed),
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, (StatusCode, String)> {
    match timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {MAX_BODY} bytes")))
        }
        Ok(Err(error)) => Err((StatusCode::BAD_REQUEST, format!("the body cannot be read: {error}"))),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body took too long".to_owned())),
    }
}

fn entry(
    n: u64,
    at: Timestamp,
    ask: &Ask,
    pace: Pace,
    status: StatusCode,
    output: u64,
    error: Option<String>,
) -> Entry {
    Entry {
        n,
        at,
        path: COMPLETIONS,
        kind: Some(if ask.is_vision() { "vision" } else { "chat" }),
        model: Some(ask.model.clone()),
        stream: ask.stream,
        latency_ms: u64::try_from(pace.latency.as_millis()).unwrap_or(u64::MAX),
        took_us: u64::try_from(pace.latency.max(pace.start.elapsed()).as_micros()).unwrap_or(u64::MAX),
        fault: pace.fault.map(Fault::name),
        status: status.as_u16(),
        messages: ask.record.clone(),
        tools: ask.tools.clone(),
        tokens: Tokens { input: ask.cost.tokens as u64, output, exactness: ask.cost.exactness },
        error,
    }
}

/// A run whose journal has holes would be judged wrongly, so a request that cannot be recorded fails.
fn unrecorded(error: &std::io::Error) -> Response<Body> {
    let problem = format!("the request cannot be recorded: {error}");
    tracing::error!(%error, "the request cannot be recorded");
    reply::error(StatusCode::INTERNAL_SERVER_ERROR, "not_recorded", &problem)
}

fn models() -> serde_json::Value {
    let models = MODELS.map(|id| json!({"id": id, "object": "model", "created": 0, "owned_by": "braincase-sim"}));
    json!({"object": "list", "data": models})
}
