//! Better Stack (Logtail), or whatever takes log lines as a JSON array.

use std::{fmt, pin::Pin};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;

use super::{Delivered, Limits, Receiver, ReceiverError, http::Endpoint};
use crate::record::{Outcome, Record};

/// The most records of one request; the spool bounds their bytes.
const MAX_RECORDS: usize = 500;

/// Where to, and what every line says of this program.
#[derive(Clone)]
pub struct BetterStackOptions {
    /// The address that takes lines, as in `https://in.logs.example`.
    pub url: String,
    /// The token of the source. It is not shown.
    pub token: String,
    /// Which version of the program runs.
    pub release: Option<String>,
    /// Where it runs, as in `production`.
    pub environment: Option<String>,
    /// How long an attempt may take.
    pub limits: Limits,
}

impl fmt::Debug for BetterStackOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, token: _, release, environment, limits } = self;
        f.debug_struct("BetterStackOptions")
            .field("url", &crate::redact(url))
            .field("token", &"[redacted]")
            .field("release", release)
            .field("environment", environment)
            .field("limits", limits)
            .finish()
    }
}

/// Delivers records as log lines.
#[derive(Debug)]
pub struct BetterStack {
    options: BetterStackOptions,
    endpoint: Endpoint,
}

/// A record as a line: what the service looks for, then the record as it is.
#[derive(Serialize)]
struct Line<'a> {
    dt: String,
    level: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    #[serde(flatten)]
    record: &'a Record,
}

impl BetterStack {
    /// A receiver for a source.
    ///
    /// # Errors
    /// If the address is no URL, the token cannot be sent, or there is no HTTP client.
    pub fn new(options: BetterStackOptions) -> Result<Self, ReceiverError> {
        let token = HeaderValue::from_str(&format!("Bearer {}", options.token)).map_err(|_| ReceiverError::Token)?;
        let endpoint = Endpoint::new(&options.url, (AUTHORIZATION, token), "application/json", options.limits)?;
        Ok(Self { options, endpoint })
    }

    fn line<'a>(&'a self, record: &'a Record) -> Line<'a> {
        let level = match record.outcome {
            Outcome::Panic => "fatal",
            Outcome::Error | Outcome::TimedOut => "error",
            Outcome::Slow(_) => "warn",
            Outcome::Cancelled(_) => "info",
        };
        Line {
            dt: record.at.to_string(),
            level,
            message: format!("{} failed: {}: {}", record.operation, record.code, record.message()),
            release: self.options.release.as_deref(),
            environment: self.options.environment.as_deref(),
            record,
        }
    }

    async fn send(&self, records: &[Record]) -> Delivered {
        let lines: Vec<_> = records.iter().map(|record| self.line(record)).collect();
        match serde_json::to_vec(&lines) {
            Ok(body) => self.endpoint.post(&body).await,
            Err(error) => Delivered::Refused { detail: error.to_string() },
        }
    }
}

impl Receiver for BetterStack {
    fn name(&self) -> &'static str {
        "better_stack"
    }

    fn max_records(&self) -> usize {
        MAX_RECORDS
    }

    fn deliver<'a>(&'a self, records: &'a [Record]) -> Pin<Box<dyn Future<Output = Delivered> + Send + 'a>> {
        Box::pin(self.send(records))
    }
}
