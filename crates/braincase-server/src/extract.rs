//! Parsing at the edge: what handlers receive is already of the right type.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, RawPathParams, Request};
use braincase_core::{ImageId, ProjectId, SceneId, Scope, TurnId};
use http::{HeaderMap, header, request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    app::App,
    body::{self, Held},
    error::Problem,
};

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

/// A JSON body, at most [`crate::app::HttpLimits::max_json_bytes`] long.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let JsonBytes(held) = JsonBytes::from_request(request, app).await?;
        parse(held.bytes()).map(Self)
    }
}

/// The bytes of a JSON body, for those who parse it elsewhere with [`parse`].
#[derive(Debug)]
pub(crate) struct JsonBytes(pub(crate) Held);

impl FromRequest<App> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            body::discard(request.into_body(), app).await;
            return Err(Problem::wrong_content_type("application/json"));
        }
        body::read(request, app.http.max_json_bytes, "body", app).await.map(Self)
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

/// Parses JSON; the problem names the path that is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| match error.inner().classify() {
        serde_json::error::Category::Data => field_error(None, &error),
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            Problem::malformed(error.inner().to_string())
        }
    })?;
    json.end().map_err(|error| Problem::malformed(error.to_string()))?;
    Ok(value)
}

/// A value that does not fit its type, with the path of the field below `root`.
pub(crate) fn field_error(root: Option<&str>, error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let message = error.inner().to_string();
    let below = Some(error.path().to_string()).filter(|path| path != ".");
    // A field that is missing or unknown may have no path of its own: serde then reports it on the object around it.
    let starts = ["missing field `", "unknown field `"];
    let named = starts.iter().find_map(|start| message.strip_prefix(start)?.split('`').next());
    let named = named.filter(|name| !below.as_deref().is_some_and(|path| path.ends_with(name)));
    let path = [root, below.as_deref(), named].into_iter().flatten().collect::<Vec<_>>().join(".");
    Problem::invalid(if path.is_empty() { "body".to_owned() } else { path }, message)
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Which part of the path is to blame: the rejection itself does not always know.
async fn path_problem(parts: &mut Parts, app: &App, text: &str) -> Problem {
    let raw = RawPathParams::from_request_parts(parts, app).await;
    let raw = match &raw {
        Ok(raw) => raw,
        Err(rejection) => return Problem::invalid("path", rejection.body_text()),
    };
    let wrong_id = raw.iter().find_map(|(name, value)| {
        let what = name.strip_suffix("_id")?;
        value.parse::<Uuid>().is_err().then(|| Problem::not_found(what, value))
    });
    wrong_id.unwrap_or_else(|| Problem::invalid("key", text))
}

/// Query errors read `Failed to deserialize query string: limit: invalid digit found in string`.
fn query_problem(text: &str) -> Problem {
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(text);
    let unknown = text.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match (unknown, text.split_once(": ")) {
        (Some(field), _) => Problem::invalid(field, text),
        (None, Some((field, problem))) => Problem::invalid(field, problem),
        (None, None) => Problem::invalid("query", text),
    }
}
