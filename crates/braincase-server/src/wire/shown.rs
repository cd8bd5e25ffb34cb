//! JSON answers: one line with its end, so that a terminal's prompt does not stick to it.

use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;

use crate::error::Problem;

/// A value as a JSON answer.
#[derive(Debug)]
pub(crate) struct Shown<T>(pub(crate) T);

/// A JSON answer that is written already: a long one is written where it was computed, off the async threads.
#[derive(Debug)]
pub(crate) struct Written(Vec<u8>);

impl Written {
    pub(crate) fn of(value: &impl Serialize) -> Result<Self, Problem> {
        line(value).map(Self).map_err(|error| Problem::internal(format!("an answer cannot be written: {error}")))
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        Written::of(&self.0).into_response()
    }
}

/// A value as JSON with the end of its line.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
