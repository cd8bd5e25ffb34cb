//! What clients are told when something is refused or fails; the only place that chooses HTTP statuses.
//!
//! One rule: what cannot be parsed at all is 400, what can be parsed but has a wrong field is 422 and names the field.
//! Internal text stays in the log; clients get a stable code and a sentence.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use braincase_core::store::StoreError;
use braincase_orchestrator::{Error, compute::NoResult};
use http::{HeaderValue, StatusCode, header};

use crate::{tokens::TokensError, wire::problem::ProblemBody};

/// The longest name of a field that is repeated to the client, in bytes.
const MAX_FIELD: usize = 200;
/// How to prove who one is.
const CHALLENGE: &str = "Bearer realm=\"braincase admin\"";

/// A refusal or failure on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    retry_after: Option<Duration>,
    /// For the log only.
    internal: Option<String>,
}

impl Problem {
    /// A problem with nothing but a status, a stable code and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), field: None, retry_after: None, internal: None }
    }

    /// The body is not JSON.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
    }

    /// A field is wrong.
    #[must_use]
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_field", problem).on(field)
    }

    /// The request is larger than allowed.
    #[must_use]
    pub fn too_large(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).on(field)
    }

    /// The content type is not one that the route takes.
    #[must_use]
    pub fn wrong_content_type(expected: &str, got: &str) -> Self {
        let got = if got.is_empty() { "none" } else { got };
        let detail = format!("expected the content type {expected}, got {got}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type", detail).on("Content-Type")
    }

    /// Something named in the request does not exist.
    #[must_use]
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no {what} {id}")).on(field_of(what))
    }

    /// What only those may do who run the server, and nobody has said who that is.
    #[must_use]
    pub fn admin_disabled() -> Self {
        let detail =
            "set BRAINCASE_ADMIN_KEY (--admin-key) to a key of at least 16 characters and start the server again";
        Self::new(StatusCode::FORBIDDEN, "admin_disabled", detail)
    }

    /// The key is missing or wrong.
    #[must_use]
    pub fn unauthorized() -> Self {
        let detail = "expected the header `Authorization: Bearer KEY` with the key that the server was started with";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail).on("Authorization")
    }

    /// The body did not arrive in time.
    #[must_use]
    pub fn body_timed_out() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_timed_out", "the request body did not arrive in time")
    }

    /// The server cannot take more now.
    #[must_use]
    pub fn busy(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail);
        Self { retry_after: Some(Duration::from_secs(1)), ..problem }
    }

    /// Something broke that is not the client's fault; `internal` goes to the log only.
    #[must_use]
    pub fn internal(internal: impl Into<String>) -> Self {
        let detail = "something broke inside the server; the request_id finds it in the log";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail);
        Self { internal: Some(internal.into()), ..problem }
    }

    /// Names the field that is wrong; a name that somebody made up is cut, since answers are not counted as bodies are.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        let mut field = field.into();
        if field.len() > MAX_FIELD {
            field.truncate(field.floor_char_boundary(MAX_FIELD));
            field.push('…');
        }
        self.field = Some(field);
        self
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What only the log is told; present exactly if the server is to blame.
    #[must_use]
    pub fn internal_text(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The body as the client gets it.
    #[must_use]
    pub fn body(&self, request_id: &str) -> ProblemBody {
        ProblemBody {
            r#type: format!("https://braincase.invalid/problems/{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            field: self.field.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

/// The body is added by the layer that knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_millis().div_ceil(1_000).max(1);
            let value = HeaderValue::from_str(&seconds.to_string());
            response.headers_mut().extend(value.ok().map(|value| (header::RETRY_AFTER, value)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, problem } => Self::invalid(field, problem),
            Error::TooLarge { field, problem } => Self::too_large(field, problem),
            Error::UnsupportedImage(detail) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_image", detail).on("image")
            }
            Error::NotFound { what, id } => Self::not_found(what, &id),
            Error::KeyReused => {
                let detail = "this Idempotency-Key was used before with another request";
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail).on("Idempotency-Key")
            }
            Error::Conflict(detail) => Self::new(StatusCode::CONFLICT, "conflict", detail),
            Error::Busy(detail) => Self::busy(detail),
            Error::Store(error) => error.into(),
        }
    }
}

impl From<TokensError> for Problem {
    fn from(error: TokensError) -> Self {
        let field = match &error {
            TokensError::UnknownModel(_) => "model",
            TokensError::NotOneSource | TokensError::DoesNotFit(_) => "messages",
            TokensError::ToolsWithText => "tools",
            TokensError::ReserveTooLarge(_) => "reserve_output",
        };
        Self::invalid(field, error.to_string())
    }
}

impl From<NoResult> for Problem {
    fn from(error: NoResult) -> Self {
        match error {
            NoResult::NoPlace(_) => Self::busy("too many long requests are being counted; repeat later"),
            NoResult::TookTooLong(limit) => {
                Self::busy(format!("it was not counted within {} s; repeat later", limit.as_secs_f64()))
            }
            NoResult::Dropped => Self::internal(error.to_string()),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let retry_after = Some(Duration::from_secs(2));
        let internal = Some(error.to_string());
        match error {
            StoreError::Conflict { .. } => Self::new(StatusCode::CONFLICT, "conflict", error.to_string()),
            StoreError::Busy => Self::busy("too much is waiting to be stored; repeat later"),
            StoreError::Full => {
                let detail = "the server's disk is full; nothing was stored";
                Self { internal, retry_after, ..Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", detail) }
            }
            StoreError::Corrupt(_) => Self::internal(error.to_string()),
            StoreError::Failed(_) => {
                let detail = "the store does not answer; look whether it was stored before you repeat it";
                Self { internal, retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_failed", detail) }
            }
        }
    }
}

/// The name under which clients know a thing's id.
fn field_of(what: &str) -> String {
    match what {
        "iteration" => what.to_owned(),
        "issue" => "fingerprint".to_owned(),
        _ => format!("{what}_id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computation_without_a_result_may_be_repeated_unless_it_broke() {
        let said = |error: NoResult| {
            let problem = Problem::from(error);
            (problem.status.as_u16(), problem.code, problem.retry_after.is_some(), problem.internal.is_some())
        };
        let limit = Duration::from_secs(1);
        assert_eq!(said(NoResult::NoPlace(limit)), (503, "busy", true, false));
        assert_eq!(said(NoResult::TookTooLong(limit)), (503, "busy", true, false));
        assert_eq!(said(NoResult::Dropped), (500, "internal", false, true));
    }
}
