//! One POST with limits, and what its answer means.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect, retry,
};

use super::{Delivered, DsnError, limits};
use crate::redact::redact;

/// The most bytes that are read of an answer.
const MAX_ANSWER: usize = 1_024;

/// How long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To reach the receiver.
    pub connect: Duration,
    /// For all of it.
    pub total: Duration,
}

impl Default for Limits {
    /// 5 s to connect, 10 s in all.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(10) }
    }
}

/// Why there is no such receiver.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    /// The DSN cannot be used.
    #[error("the DSN cannot be used")]
    Dsn(#[from] DsnError),
    /// The address cannot be used.
    #[error("the address of the receiver must be an http or https URL")]
    Address,
    /// The token cannot be sent.
    #[error("the token has characters that cannot be sent")]
    Token,
    /// There is no HTTP client, for example without any root certificates.
    #[error("cannot set up an HTTP client")]
    Client(#[from] reqwest::Error),
}

/// Where something is posted to.
#[derive(Debug)]
pub(super) struct Endpoint {
    client: Client,
    url: Url,
}

impl Endpoint {
    /// With the header that says who we are, which is kept out of logs.
    pub(super) fn new(
        url: &str,
        (name, mut secret): (reqwest::header::HeaderName, HeaderValue),
        content_type: &'static str,
        limits: Limits,
    ) -> Result<Self, ReceiverError> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or(ReceiverError::Address)?;
        secret.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (name, secret),
            (CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (CONTENT_ENCODING, HeaderValue::from_static("gzip")),
        ]);
        let client = Client::builder()
            .default_headers(headers)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .pool_max_idle_per_host(1)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .user_agent(concat!("braincase/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, url })
    }

    /// Posts once.
    pub(super) async fn post(&self, body: &[u8]) -> Delivered {
        let body = match zip(body) {
            Ok(body) => body,
            Err(error) => return Delivered::Refused { detail: error.to_string() },
        };
        match self.client.post(self.url.clone()).body(body).send().await {
            Ok(response) => judge(response).await,
            Err(error) => Delivered::Later { reason: "network_error", pause: None, detail: explain(&error) },
        }
    }
}

async fn judge(response: Response) -> Delivered {
    let status = response.status();
    let pause = limits::pause(status, response.headers());
    match status.as_u16() {
        200..=299 => Delivered::Done { pause },
        413 => Delivered::TooLarge,
        // A wrong address or method, too, says something of us and nothing of the records: they are kept.
        300..=399 | 401..=405 | 407 => Delivered::Denied { detail: detail(response).await },
        429 => Delivered::Later { reason: "ratelimit_backoff", pause, detail: detail(response).await },
        408 | 500..=599 => Delivered::Later { reason: "send_error", pause, detail: detail(response).await },
        _ => Delivered::Refused { detail: detail(response).await },
    }
}

/// The status and the beginning of the answer, in which receivers say what they did not like.
async fn detail(mut response: Response) -> String {
    let status: StatusCode = response.status();
    let mut answer = Vec::new();
    while answer.len() < MAX_ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        answer.extend_from_slice(&chunk);
    }
    answer.truncate(MAX_ANSWER);
    redact(format!("{status} {}", String::from_utf8_lossy(&answer)).trim_end())
}

/// The error and its causes, without the address, which may hold a key.
fn explain(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { "failed".to_owned() };
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    redact(&text)
}

fn zip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}
