//! The layers around every route.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use braincase_core::{background::Task, id::Id, trace::TraceContext};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

use crate::{app::App, error::Problem, spans, wire::shown};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_REQUEST_ID: usize = 128;

/// Marks the id of a request.
enum RequestKind {}

/// The id of a request, for the layers further in.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

/// Gives every request an id and a trace, and every problem its body.
pub(crate) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let fresh = || Id::<RequestKind>::new(app.clock.now()).as_uuid();
    let id: Arc<str> = client_id(request.headers()).unwrap_or_else(|| fresh().to_string()).into();
    let span = spans::of_request(&request, &id);
    let trace = spans::join(&span, parent(request.headers()), fresh);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    request.extensions_mut().insert(trace);
    let mut response = next.run(request).instrument(span.clone()).await;
    spans::end(&span, response.status());
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        metrics::counter!("braincase_http_problems_total", "code" => problem.code()).increment(1);
        response = with_body(response, &problem, &id);
    }
    response.headers_mut().extend(HeaderValue::from_str(&id).ok().map(|id| (REQUEST_ID, id)));
    response
}

/// Sees a request to its end: what fails is recorded once, with the request and its trace, and a panic is an answer, too.
pub(crate) async fn supervise(
    State(app): State<App>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(trace): Extension<TraceContext>,
    request: Request,
    next: Next,
) -> Response {
    let task = Task { trace: Some(trace), ..Task::new("http_request") };
    let work = async move {
        let response = next.run(request).await;
        if let Some(problem) = response.extensions().get::<Problem>() {
            report(problem);
        }
        response
    };
    let answered = app.supervisor.request(task, id, work).await;
    answered.unwrap_or_else(|unfinished| Problem::internal(unfinished.to_string()).into_response())
}

/// Counts and times every request by route and status.
pub(crate) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let started = app.clock.monotonic();
    let response = next.run(request).await;
    let took = app.clock.monotonic().saturating_sub(started);
    let status = response.status().as_u16().to_string();
    let labels = [("method", method), ("route", route), ("status", status)];
    metrics::counter!("braincase_http_requests_total", &labels).increment(1);
    metrics::histogram!("braincase_http_request_seconds", &labels).record(took);
    response
}

/// Refuses what is more than the server can work on at once; questions about its health always get through.
pub(crate) async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(request.uri().path(), "/livez" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    let Ok(_permit) = app.load.requests.clone().try_acquire_owned() else {
        metrics::counter!("braincase_http_shed_total").increment(1);
        return Problem::busy("the server works on as many requests as it can; repeat later").into_response();
    };
    next.run(request).await
}

/// Keeps browsers from guessing what an answer is.
pub(crate) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What a path without a route answers.
pub(crate) async fn no_route(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    Problem::new(StatusCode::NOT_FOUND, "no_route", format!("there is nothing at {path}; see /openapi.json"))
}

/// What a route answers to a method that it does not have.
pub(crate) async fn no_method(request: Request) -> Problem {
    let detail = format!("{} is not possible here; see /openapi.json", request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no_method", detail)
}

/// Shed load and refusals are counted, not recorded; what is our fault is recorded once, here.
fn report(problem: &Problem) {
    if let Some(text) = problem.internal_text() {
        tracing::error!(code = problem.code(), error = text, "a request failed");
    }
}

fn with_body(response: Response, problem: &Problem, request_id: &str) -> Response {
    let (mut parts, _) = response.into_parts();
    // Nothing but texts and a number, so it can always be written.
    let body = shown::line(&problem.body(request_id)).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    Response::from_parts(parts, Body::from(body))
}

/// The id that the client gave, if it is harmless in logs and headers.
fn client_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = (1..=MAX_REQUEST_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    sane.then(|| id.to_owned())
}

/// The trace that the client says the request is part of.
fn parent(headers: &HeaderMap) -> Option<TraceContext> {
    headers.get("traceparent")?.to_str().ok()?.parse().ok()
}
