//! Sentry, or whatever speaks its protocol: one event a request, since an envelope holds no more.

mod dsn;
mod event;

use std::pin::Pin;

use reqwest::header::{HeaderName, HeaderValue};

use super::{Delivered, Limits, Receiver, ReceiverError, http::Endpoint};
use crate::record::Record;

pub use dsn::{Dsn, DsnError};

const AUTH: HeaderName = HeaderName::from_static("x-sentry-auth");

/// Where to, and what every event says of this program.
#[derive(Debug, Clone)]
pub struct SentryOptions {
    /// The address of the project, with its key.
    pub dsn: Dsn,
    /// Which version of the program runs, as in `braincase@0.1.0`.
    pub release: Option<String>,
    /// Where it runs, as in `production`.
    pub environment: Option<String>,
    /// Which machine it runs on.
    pub server_name: Option<String>,
    /// How long an attempt may take.
    pub limits: Limits,
}

impl SentryOptions {
    /// With the DSN, and nothing else known.
    #[must_use]
    pub fn new(dsn: Dsn) -> Self {
        Self { dsn, release: None, environment: None, server_name: None, limits: Limits::default() }
    }
}

/// Delivers records as Sentry events.
#[derive(Debug)]
pub struct Sentry {
    options: SentryOptions,
    endpoint: Endpoint,
}

impl Sentry {
    /// A receiver for a project.
    ///
    /// # Errors
    /// If there is no HTTP client, or the key cannot be sent.
    pub fn new(options: SentryOptions) -> Result<Self, ReceiverError> {
        let auth = HeaderValue::from_str(&options.dsn.auth()).map_err(|_| ReceiverError::Token)?;
        let content_type = "application/x-sentry-envelope";
        let endpoint = Endpoint::new(&options.dsn.envelope_url(), (AUTH, auth), content_type, options.limits)?;
        Ok(Self { options, endpoint })
    }

    async fn send(&self, records: &[Record]) -> Delivered {
        let [record] = records else {
            return Delivered::Refused { detail: "an envelope holds exactly one event".to_owned() };
        };
        match event::envelope(record, &self.options) {
            Ok(body) => self.endpoint.post(&body).await,
            Err(error) => Delivered::Refused { detail: error.to_string() },
        }
    }
}

impl Receiver for Sentry {
    fn name(&self) -> &'static str {
        "sentry"
    }

    fn max_records(&self) -> usize {
        1
    }

    fn deliver<'a>(&'a self, records: &'a [Record]) -> Pin<Box<dyn Future<Output = Delivered> + Send + 'a>> {
        Box::pin(self.send(records))
    }
}
