//! The layers around every route.

use std::any::Any;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use braincase_core::{background::Failure, id::Id};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

use crate::{app::App, error::Problem, wire::shown};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_REQUEST_ID: usize = 128;

/// Marks the id of a request.
enum RequestKind {}

/// Gives every request an id, every problem its body, and every 5xx one line in the log.
pub(crate) async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = client_id(request.headers()).unwrap_or_else(|| Id::<RequestKind>::new(app.clock.now()).to_string());
    let trace = trace_id(request.headers()).unwrap_or_default();
    let span = tracing::info_span!("request", request.id = %id, trace.id = trace, http.method = %request.method());
    async {
        let mut response = next.run(request).await;
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            report(&problem);
            response = with_body(response, &problem, &id);
        }
        response.headers_mut().extend(HeaderValue::from_str(&id).ok().map(|id| (REQUEST_ID, id)));
        response
    }
    .instrument(span)
    .await
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

/// What a panic in a handler answers.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::internal(format!("a handler panicked: {}", said.unwrap_or("no message"))).into_response()
}

/// Shed load and refusals are counted, not logged; what is our fault is logged once, here.
fn report(problem: &Problem) {
    metrics::counter!("braincase_http_problems_total", "code" => problem.code()).increment(1);
    if let Some(text) = problem.internal_text() {
        let failure = Failure::new(problem.code(), text);
        tracing::error!(code = problem.code(), error = %failure, "a request failed");
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

/// The trace that the client is part of: the second field of `traceparent`.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let parent = headers.get("traceparent")?.to_str().ok()?;
    let id = parent.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_owned())
}
