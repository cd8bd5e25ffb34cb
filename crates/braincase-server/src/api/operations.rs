//! What operators and tools ask: liveness, readiness, metrics, documents.

use std::{sync::LazyLock, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::{Value, json};
use tokio::{sync::Semaphore, time::timeout};

use crate::{api::Answered, app::App, error::Problem, heap, openapi, wire::shown::Shown};

const CHECK_DEADLINE: Duration = Duration::from_secs(2);

static SCENE_SCHEMA: LazyLock<Value> = LazyLock::new(braincase_core::scene::schema);
static OPENAPI: LazyLock<Value> = LazyLock::new(openapi::document);

pub(crate) async fn live() -> Shown<Value> {
    Shown(json!({ "status": "live" }))
}

pub(crate) async fn ready(State(app): State<App>) -> Answered<Shown<Value>> {
    if app.stopping.has_begun() {
        return Err(Problem::busy("the server is stopping"));
    }
    match timeout(CHECK_DEADLINE, app.store.check()).await {
        Ok(Ok(())) => Ok(Shown(json!({ "status": "ready" }))),
        Ok(Err(error)) => Err(Problem::busy(format!("the store cannot be written to ({})", error.code()))),
        Err(_) => Err(Problem::busy(format!("the store did not answer within {CHECK_DEADLINE:?}"))),
    }
}

pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let used = |most: usize, places: &Semaphore| most.saturating_sub(places.available_permits()) as f64;
    metrics::gauge!("braincase_http_requests_running").set(used(app.http.max_requests, &app.load.requests));
    metrics::gauge!("braincase_event_streams_open").set(used(app.http.max_streams, &app.load.streams));
    metrics::gauge!("braincase_tasks_running").set(app.supervisor.running() as f64);
    metrics::gauge!("braincase_analyses_running").set(app.orchestrator.analyses_running() as f64);
    braincase_cache::registry::publish();
    heap::publish();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render()).into_response()
}

pub(crate) async fn openapi() -> Shown<Value> {
    Shown(OPENAPI.clone())
}

pub(crate) async fn scene_schema() -> Shown<Value> {
    Shown(SCENE_SCHEMA.clone())
}
