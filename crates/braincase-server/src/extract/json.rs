//! JSON bodies: parsed once, and looked at again only to say what is wrong.

use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{media_type, wording};
use crate::{
    app::App,
    body::{self, Held},
    error::Problem,
};

/// A body up to this size is read again to say better what is wrong with it. Larger ones are not: as values they would take
/// many times their size in memory.
const MAX_EXPLAINED: usize = 64 << 10;

/// A JSON body, an object of at most [`crate::app::HttpLimits::max_json_bytes`].
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
            let got = media_type(request.headers());
            body::discard(request.into_body(), app).await;
            return Err(Problem::wrong_content_type("application/json", &got));
        }
        body::read(request, app.http.max_json_bytes, "body", app).await.map(Self)
    }
}

/// Parses an object; the problem names the path that is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| explain::<T>(bytes, &error))?;
    json.end().map_err(|error| malformed(bytes, &error))?;
    // The parser takes a list for an object whose fields come in order; nobody means that.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::invalid("body", "expected an object, got a list"));
    }
    Ok(parsed)
}

/// Parsers disagree on what they call malformed: a number in place of a word is, to some. So it is asked first whether this
/// is JSON at all, and then what does not fit.
fn explain<T: DeserializeOwned>(bytes: &[u8], first: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if bytes.len() > MAX_EXPLAINED {
        return if first.inner().is_data() { field_error(None, first) } else { malformed(bytes, first.inner()) };
    }
    match serde_json::from_slice::<Value>(bytes) {
        Err(error) => malformed(bytes, &error),
        Ok(value) => match serde_path_to_error::deserialize::<_, T>(value) {
            Err(error) => field_error(None, &error),
            // As a value it fits, because a value has no field twice.
            Ok(_) => field_error(None, first),
        },
    }
}

fn malformed(bytes: &[u8], error: &serde_json::Error) -> Problem {
    Problem::malformed(wording::malformed(bytes, &error.to_string()))
}

/// A value that does not fit its type, with the path of the field below `root`.
pub(crate) fn field_error(root: Option<&str>, error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let message = error.inner().to_string();
    let below = Some(error.path().to_string()).filter(|path| path != ".");
    // A field that is missing, unknown or doubled may have no path of its own: it is then reported on the object around it.
    let starts = ["missing field ", "unknown field ", "duplicate field "];
    let named = starts.iter().find_map(|start| wording::quoted_after(&message, start));
    let named = named.filter(|name| !below.as_deref().is_some_and(|path| path.ends_with(name)));
    let path = [root, below.as_deref(), named].into_iter().flatten().collect::<Vec<_>>().join(".");
    Problem::invalid(if path.is_empty() { "body".to_owned() } else { path }, wording::misfit(&message))
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}
