//! Parsing at the edge: what handlers receive is already of the right type.

mod json;
mod wording;

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, Query, RawPathParams};
use braincase_core::{ImageId, ProjectId, SceneId, Scope, TurnId};
use http::{HeaderMap, header, request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

pub(crate) use self::json::{Json, JsonBytes, field_error, parse};
use crate::{app::App, error::Problem};

/// The longest idempotency key, in characters.
const MAX_KEY_CHARS: usize = 255;

/// A project named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InProject {
    project_id: ProjectId,
}

/// A scene named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InScene {
    project_id: ProjectId,
    pub(crate) scene_id: SceneId,
}

/// An image named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InImage {
    project_id: ProjectId,
    pub(crate) image_id: ImageId,
}

/// A turn named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InTurn {
    project_id: ProjectId,
    pub(crate) turn_id: TurnId,
}

/// An issue named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InIssue {
    pub(crate) fingerprint: String,
}

/// A preference named in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct InPreference {
    project_id: ProjectId,
    pub(crate) key: crate::wire::memory::PreferenceKey,
}

/// A path that names a project.
pub(crate) trait Scoped {
    fn project(&self) -> ProjectId;

    fn scope(&self, app: &App) -> Scope {
        Scope { tenant: app.tenant(), project: self.project() }
    }
}

impl Scoped for InProject {
    fn project(&self) -> ProjectId {
        self.project_id
    }
}
impl Scoped for InScene {
    fn project(&self) -> ProjectId {
        self.project_id
    }
}
impl Scoped for InImage {
    fn project(&self) -> ProjectId {
        self.project_id
    }
}
impl Scoped for InTurn {
    fn project(&self) -> ProjectId {
        self.project_id
    }
}
impl Scoped for InPreference {
    fn project(&self) -> ProjectId {
        self.project_id
    }
}

/// Something named in the path. An id that is no UUID names nothing that exists.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(path_problem(parts, app, &rejection.body_text()).await),
        }
    }
}

/// The scope of a project that exists.
#[derive(Debug)]
pub(crate) struct Known<T> {
    pub(crate) scope: Scope,
    pub(crate) path: T,
}

impl<T: DeserializeOwned + Scoped + Send> FromRequestParts<App> for Known<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Named(path) = Named::<T>::from_request_parts(parts, app).await?;
        let scope = path.scope(app);
        app.require_project(scope).await?;
        Ok(Self { scope, path })
    }
}

/// The query string.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, app).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(query_problem(&rejection.body_text())),
        }
    }
}

/// The key with which the client may repeat the request.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        if key.is_empty() || key.chars().count() > MAX_KEY_CHARS {
            let problem = format!("expected 1 to {MAX_KEY_CHARS} visible ASCII characters");
            return Err(Problem::invalid("Idempotency-Key", problem));
        }
        Ok(Self(Some(key.to_owned())))
    }
}

/// How the client wants to be told of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Once, when it has ended.
    Json,
    /// Step by step.
    Events,
}

impl<S: Sync> FromRequestParts<S> for Answer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let events = accepted.into_iter().any(|value| value.contains("text/event-stream"));
        Ok(if events { Self::Events } else { Self::Json })
    }
}

/// The media type of a request without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Which part of the path is to blame: the rejection itself does not always know.
async fn path_problem(parts: &mut Parts, app: &App, text: &str) -> Problem {
    let raw = match RawPathParams::from_request_parts(parts, app).await {
        Ok(raw) => raw,
        Err(rejection) => return undecodable(&rejection.body_text()),
    };
    let wrong_id = raw.iter().find_map(|(name, value)| {
        let what = name.strip_suffix("_id")?;
        value.parse::<Uuid>().is_err().then(|| Problem::not_found(what, value))
    });
    let text = text.strip_prefix("Invalid URL: ").unwrap_or(text);
    wrong_id.unwrap_or_else(|| Problem::invalid("key", text))
}

/// The rejection reads ``Invalid UTF-8 in `key` ``.
fn undecodable(text: &str) -> Problem {
    let part = text.split('`').nth(1).unwrap_or("path");
    Problem::invalid(part, "expected UTF-8 where the URL has percent signs")
}

/// Query errors read `Failed to deserialize query string: limit: invalid digit found in string`.
fn query_problem(text: &str) -> Problem {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    let named = ["unknown field ", "duplicate field "].iter().find_map(|start| wording::quoted_after(text, start));
    match (named, text.split_once(": ")) {
        (Some(field), _) => Problem::invalid(field, wording::misfit(text)),
        (None, Some((field, problem))) => Problem::invalid(field, wording::misfit(problem)),
        (None, None) => Problem::invalid("query", wording::misfit(text)),
    }
}
