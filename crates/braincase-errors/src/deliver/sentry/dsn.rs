//! The address of a project, with the key that lets one send to it.

use std::{fmt, str::FromStr};

use sentry_types::ParseDsnError;

/// The address of a project in Sentry: `https://KEY@HOST/PROJECT`. The key is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn(sentry_types::Dsn);

/// Why a text is no DSN. It does not repeat the text, which may hold a key.
#[derive(Debug, thiserror::Error)]
#[error("it must look like https://KEY@HOST/PROJECT: {0}")]
pub struct DsnError(#[from] ParseDsnError);

impl Dsn {
    pub(super) fn envelope_url(&self) -> String {
        self.0.envelope_api_url().into()
    }

    /// The value of the header that Sentry wants.
    pub(super) fn auth(&self) -> String {
        let client = concat!("braincase/", env!("CARGO_PKG_VERSION"));
        format!("Sentry sentry_key={}, sentry_version=7, sentry_client={client}", self.0.public_key())
    }
}

impl FromStr for Dsn {
    type Err = DsnError;

    fn from_str(text: &str) -> Result<Self, DsnError> {
        Ok(Self(text.trim().parse()?))
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host, project) = (self.0.scheme(), self.0.host(), self.0.project_id());
        write!(f, "{scheme}://[redacted]@{host}/{project}")
    }
}

#[cfg(test)]
mod tests {
    use super::Dsn;

    #[test]
    fn a_dsn_says_where_to_send_and_hides_its_key() {
        let dsn: Dsn = " https://0123456789abcdef@errors.example:8443/team/42\n".parse().expect("a DSN");

        assert_eq!(dsn.envelope_url(), "https://errors.example:8443/team/api/42/envelope/");
        assert!(dsn.auth().contains("sentry_key=0123456789abcdef, sentry_version=7"));
        assert_eq!(format!("{dsn:?}"), "https://[redacted]@errors.example/42");
    }

    #[test]
    fn what_is_no_dsn_is_refused_without_being_repeated() {
        for text in [
            "",
            "secret-key",
            "https://host/1",
            "ftp://secret-key@host/1",
            "https://secret-key@host",
            "secret-key@host/1",
        ] {
            let problem = text.parse::<Dsn>().expect_err(text).to_string();
            assert!(problem.starts_with("it must look like ") && !problem.contains("secret-key"), "{problem}");
        }
    }
}
