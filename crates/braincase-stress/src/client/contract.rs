//! The contract of errors: every answer is what was asked for or a typed error, and whoever is too early is told when to
//! come back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::{
    StatusCode,
    header::{self, HeaderMap},
};
use serde_json::Value;

use super::Refusal;

/// More flaws tell nothing new.
const MAX_FLAWS: usize = 100;
const PROBLEM: &str = "application/problem+json";

/// Takes down which answers were neither.
#[derive(Debug, Default)]
pub(super) struct Contract {
    flaws: Mutex<Vec<String>>,
}

impl Contract {
    /// Looks at an answer that is no success.
    pub(super) fn check(&self, status: StatusCode, headers: &HeaderMap, body: &str) {
        if let Some(flaw) = flaw_of(status, headers, body) {
            self.note(flaw);
        }
    }

    /// Notes a success that cannot be read.
    pub(super) fn note_unreadable(&self, refusal: &Refusal) {
        if let Refusal::Indefinite(why) = refusal {
            self.note(format!("a success: {why}"));
        }
    }

    /// All that was noted.
    pub(super) fn flaws(&self) -> Vec<String> {
        self.lock().clone()
    }

    fn note(&self, flaw: String) {
        let mut flaws = self.lock();
        if flaws.len() < MAX_FLAWS {
            flaws.push(flaw);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.flaws.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn flaw_of(status: StatusCode, headers: &HeaderMap, body: &str) -> Option<String> {
    let code = status.as_u16();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    let word = |name: &str| document[name].as_str().unwrap_or_default();
    let start: String = body.chars().take(80).collect();
    if matches!(code, 429 | 503) && text(header::RETRY_AFTER).is_empty() {
        Some(format!("{code} without Retry-After (request {})", word("request_id")))
    } else if !text(header::CONTENT_TYPE).starts_with(PROBLEM) || word("code").is_empty() {
        Some(format!("{code} that is no typed error: {start:?}"))
    } else if document["status"] != code || word("request_id").is_empty() {
        Some(format!("{code} whose body has another status or no request_id: {start:?}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPED: &str = r#"{"status": 503, "code": "busy", "request_id": "r1"}"#;

    fn flaw(status: StatusCode, headers: &[(header::HeaderName, &str)], body: &str) -> Option<String> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        flaw_of(status, &headers, body)
    }

    #[test]
    fn a_typed_error_that_says_when_to_come_back_is_fine() {
        let headers = [(header::CONTENT_TYPE, PROBLEM), (header::RETRY_AFTER, "1")];
        assert_eq!(flaw(StatusCode::SERVICE_UNAVAILABLE, &headers, TYPED), None);
    }

    #[test]
    fn whatever_is_missing_is_a_flaw() {
        let (kind, later) = ((header::CONTENT_TYPE, PROBLEM), (header::RETRY_AFTER, "1"));
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(flaw(busy, std::slice::from_ref(&kind), TYPED).unwrap(), "503 without Retry-After (request r1)");
        assert!(flaw(busy, std::slice::from_ref(&later), TYPED).unwrap().starts_with("503 that is no typed error"));
        assert!(flaw(busy, &[kind.clone(), later], "<html>").unwrap().starts_with("503 that is no typed error"));
        let other = flaw(StatusCode::INTERNAL_SERVER_ERROR, &[kind], TYPED).unwrap();
        assert!(other.starts_with("500 whose body has another status"), "{other}");
    }
}
