//! JSON answers: one line with its end, so that a terminal's prompt does not stick to it.

use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;

use crate::error::Problem;

/// A value as a JSON answer.
#[derive(Debug)]
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        match line(&self.0) {
            Ok(line) => ([(header::CONTENT_TYPE, "application/json")], line).into_response(),
            Err(error) => Problem::internal(format!("an answer cannot be written: {error}")).into_response(),
        }
    }
}

/// A value as JSON with the end of its line.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
