//! What only those may see who run the server: they have the key that it was started with.

use std::hint::black_box;

use axum::extract::FromRequestParts;
use braincase_core::ContentHash;
use http::{HeaderMap, header, request::Parts};

use crate::{app::App, config::Secret, error::Problem};

/// The key, if there is one.
#[derive(Debug, Clone)]
pub struct AdminKey(Option<Secret>);

impl AdminKey {
    /// The key of the configuration.
    #[must_use]
    pub const fn new(key: Option<Secret>) -> Self {
        Self(key)
    }

    /// Refuses who does not have it.
    ///
    /// # Errors
    /// `admin_disabled` if there is none, `unauthorized` if another one or none was sent.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Self(Some(key)) = self else { return Err(Problem::admin_disabled()) };
        match bearer(headers) {
            Some(sent) if is_same(sent.as_bytes(), key.reveal().as_bytes()) => Ok(()),
            Some(_) | None => Err(Problem::unauthorized()),
        }
    }
}

/// Whoever asks has the key.
#[derive(Debug)]
pub(crate) struct Admin;

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.admin_key.check(&parts.headers).map(|()| Self)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Takes as long whether they differ early, late or in length: how long it takes must not tell how near a guess is.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (ContentHash::of(one), ContentHash::of(other));
    let pairs = one.as_bytes().iter().zip(other.as_bytes());
    pairs.fold(0, |differs, (one, other)| black_box(differs | (one ^ other))) == 0
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header};

    use super::{bearer, is_same};

    #[test]
    fn only_the_whole_key_is_the_key() {
        for other in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF", "1123456789abcdef"] {
            assert!(!is_same(other.as_bytes(), b"0123456789abcdef"), "{other}");
        }
        assert!(is_same(b"0123456789abcdef", b"0123456789abcdef"));
    }

    #[test]
    fn a_key_is_sent_as_a_bearer_token() {
        let sent = |value: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(sent("Bearer key").as_deref(), Some("key"));
        assert_eq!(sent("bearer  key ").as_deref(), Some("key"));
        assert_eq!((sent("Basic key"), sent("key"), bearer(&HeaderMap::new())), (None, None, None));
    }
}
