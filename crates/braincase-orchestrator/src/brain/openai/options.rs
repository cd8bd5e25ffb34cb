//! Where the provider is, and the limits on everything that is exchanged with it.

use std::{fmt, time::Duration};

use reqwest::{Url, header::HeaderValue};

/// Where the provider is, and the limits on everything that is exchanged with it.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// The address up to and without `/chat/completions`, as in `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key, if the provider wants one.
    pub api_key: Option<ApiKey>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the first piece of content may take, counted from the request.
    pub first_token_timeout: Duration,
    /// How long each further piece of content may take; heartbeats do not count as content.
    pub idle_timeout: Duration,
    /// How long all tries may take together.
    pub total_timeout: Duration,
    /// The most bytes that are read of one answer.
    pub max_answer_bytes: usize,
    /// The most tool calls in one answer.
    pub max_tool_calls: usize,
    /// The most bytes of the arguments of one tool call.
    pub max_argument_bytes: usize,
    /// How often a request is repeated at most.
    pub max_retries: u32,
    /// The first pause before a repetition is drawn from zero up to this; it doubles each time.
    pub retry_pause: Duration,
    /// A provider that asks us to wait longer than this is not asked again for the same request.
    pub max_retry_after: Duration,
    /// How many repetitions each request adds to what may be spent on repetitions.
    pub retry_ratio: f64,
    /// How many repetitions may be spent without saving up.
    pub retry_reserve: f64,
    /// After so many failures in a row the provider is left alone for a while.
    pub breaker_failures: u32,
    /// How long it is left alone.
    pub breaker_pause: Duration,
}

impl OpenAiOptions {
    /// The limits that we promise, for a provider at `base_url`.
    #[must_use]
    pub fn at(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            connect_timeout: Duration::from_secs(5),
            first_token_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(90),
            max_answer_bytes: 1 << 20,
            max_tool_calls: 32,
            max_argument_bytes: 64 << 10,
            max_retries: 2,
            retry_pause: Duration::from_millis(250),
            max_retry_after: Duration::from_secs(5),
            retry_ratio: 0.1,
            retry_reserve: 5.0,
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(10),
        }
    }

    /// The address that requests go to.
    pub(super) fn endpoint(&self) -> Result<Url, SetupError> {
        let problem = |problem: String| SetupError::BadUrl { url: self.base_url.clone(), problem };
        // The base is parsed on its own: `http://` and a path would make a host of the path.
        let base = Url::parse(&self.base_url).map_err(|error| problem(error.to_string()))?;
        let address = format!("{}/chat/completions", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|error| problem(error.to_string()))?;
        match url.scheme() {
            "http" | "https" => Ok(url),
            other => Err(problem(format!("expected http or https, got {other}"))),
        }
    }
}

/// A provider's key. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The header that proves who we are.
    pub(super) fn bearer(&self) -> Result<HeaderValue, SetupError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).map_err(|_| SetupError::BadKey)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The text without the key, for words of a provider that quotes it.
    pub(super) fn strike_from(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "[key]") }
    }
}
impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Why a provider could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is no address of a provider.
    #[error("the base URL {url:?} is not usable: {problem}")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The key cannot be sent.
    #[error("the API key has characters that cannot be sent in a header")]
    BadKey,
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}
