//! The events of a project as they happen.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    api::Answered,
    app::App,
    error::Problem,
    extract::{Asked, InProject, Known},
    sse::{self, Watch},
};

/// Where to go on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Resume {
    /// Only events with higher numbers; all of them unless told.
    pub(crate) after: Option<i64>,
}

pub(crate) async fn watch(
    State(app): State<App>,
    known: Known<InProject>,
    Asked(resume): Asked<Resume>,
    headers: HeaderMap,
) -> Answered<Response> {
    let after = last_event_id(&headers)?.or(resume.after).unwrap_or(0);
    sse::respond(app, known.scope, after, Watch::Project)
}

/// Wins over the query: a browser that reconnects repeats its first query and adds this header.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| Problem::invalid("Last-Event-ID", "expected the number of an event"))
}
