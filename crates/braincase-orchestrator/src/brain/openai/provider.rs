//! The provider: asks, and asks again where that may help, within a budget, a breaker and one limit on all of it.

use std::{sync::Arc, time::Duration};

use braincase_core::{Clock, brain::BrainError, trace::TraceContext};
use bytes::Bytes;
use reqwest::{
    Client, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect, retry,
};
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;

use super::{
    answer::Answer,
    breaker::{Breaker, Verdict},
    budget::RetryBudget,
    exchange::{Failed, Wait, attempt},
    meter::{self, Meter},
    options::{OpenAiOptions, SetupError},
};

/// Connections are closed by us before a provider closes them: a request on a connection that is being closed is lost.
const POOL_IDLE: Duration = Duration::from_secs(15);

/// An OpenAI-compatible provider.
#[derive(Debug)]
pub(crate) struct Provider {
    options: OpenAiOptions,
    clock: Arc<dyn Clock>,
    client: Client,
    endpoint: Url,
    budget: RetryBudget,
    breaker: Breaker,
    meter: Meter,
}

impl Provider {
    /// The provider of the options.
    pub(crate) fn new(options: OpenAiOptions, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let endpoint = options.endpoint()?;
        let client = client(&options)?;
        let budget = RetryBudget::new(options.retry_ratio, options.retry_reserve, clock.monotonic());
        let breaker = Breaker::new(options.breaker_failures, options.breaker_pause);
        Ok(Self { options, clock, client, endpoint, budget, breaker, meter: Meter::default() })
    }

    /// Sends a request body and returns the complete answer.
    pub(crate) async fn complete(
        &self,
        model: &str,
        body: Bytes,
        trace: Option<TraceContext>,
    ) -> Result<Answer, BrainError> {
        let started = self.clock.monotonic();
        let span = meter::span(model);
        let result = self.complete_with_retries(body, trace).instrument(span.clone()).await;
        let took = self.clock.monotonic().saturating_sub(started);
        self.meter.operation(model, took, result.as_ref().err());
        meter::end(&span, result.as_ref().ok().and_then(|answer| answer.usage), result.as_ref().err());
        let mut answer = result?;
        answer.upstream = took;
        if let Some(usage) = answer.usage {
            self.meter.usage(model, usage);
        }
        Ok(answer)
    }

    async fn complete_with_retries(&self, body: Bytes, trace: Option<TraceContext>) -> Result<Answer, BrainError> {
        let total = Wait::starting_now("finish", self.options.total_timeout);
        self.budget.save(self.clock.monotonic());
        let mut failure = None;
        for retry in 0..=self.options.max_retries {
            let Some(permit) = self.breaker.admit(self.clock.monotonic()) else {
                return Err(failure.unwrap_or_else(|| {
                    BrainError::Unavailable("it failed too often and is left alone for a moment".to_owned())
                }));
            };
            let result = attempt(self.request(body.clone(), trace), &self.options, total).await;
            permit.settle(verdict(&result), self.clock.monotonic());
            self.meter.breaker(self.breaker.is_open());
            let failed = match result {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let Some(pause) = self.pause_before(retry, &failed, total) else { return Err(failed.error) };
            tracing::debug!(error = %failed.error, ?pause, "asking the model's provider again");
            failure = Some(failed.error);
            sleep(pause).await;
        }
        Err(failure.unwrap_or_else(|| BrainError::Unavailable("it was not asked".to_owned())))
    }

    fn request(&self, body: Bytes, trace: Option<TraceContext>) -> reqwest::RequestBuilder {
        let request = self.client.post(self.endpoint.clone()).body(body);
        match trace {
            Some(trace) => request.header("traceparent", trace.to_string()),
            None => request,
        }
    }

    /// How long to wait before asking again; `None` if that would not help or is not allowed.
    fn pause_before(&self, retry: u32, failed: &Failed, total: Wait) -> Option<Duration> {
        let pause = self.pause_if_useful(retry, failed, total);
        let allowed = pause.filter(|_| self.budget.spend(self.clock.monotonic()));
        let then = match (pause, allowed) {
            (_, Some(_)) => "retried",
            (Some(_), None) => "no_budget",
            (None, None) => "final",
        };
        self.meter.failure(&failed.error, then);
        allowed
    }

    fn pause_if_useful(&self, retry: u32, failed: &Failed, total: Wait) -> Option<Duration> {
        if retry >= self.options.max_retries || failed.touched {
            return None;
        }
        let asked = match &failed.error {
            BrainError::Overloaded { retry_after, .. } => retry_after.unwrap_or_default(),
            BrainError::Unavailable(_) | BrainError::Garbled(_) => Duration::ZERO,
            BrainError::TimedOut { waited_for: "connect", .. } => Duration::ZERO,
            // Who was silent for so long has enough to do without a second request.
            BrainError::TimedOut { .. } | BrainError::Refused { .. } => return None,
        };
        // Full jitter, so that clients that failed together do not come back together.
        let jitter = self.options.retry_pause.saturating_mul(1 << retry.min(10)).mul_f64(rand::random::<f64>());
        let pause = asked + jitter;
        (asked <= self.options.max_retry_after && Instant::now() + pause < total.until).then_some(pause)
    }
}

/// A garbled answer is the model's fault and a refusal is ours; only trouble of the provider opens the breaker.
fn verdict(result: &Result<Answer, Failed>) -> Verdict {
    match result.as_ref().map_err(|failed| &failed.error) {
        Ok(_) | Err(BrainError::Garbled(_) | BrainError::Refused { .. }) => Verdict::Alive,
        Err(BrainError::Overloaded { .. } | BrainError::Unavailable(_) | BrainError::TimedOut { .. }) => {
            Verdict::Failing
        }
    }
}

fn client(options: &OpenAiOptions) -> Result<Client, SetupError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
    if let Some(key) = &options.api_key {
        headers.insert(AUTHORIZATION, key.bearer()?);
    }
    // Proxies of the environment and redirects would take the key and the prompts elsewhere; repeating is our job.
    let client = Client::builder()
        .default_headers(headers)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .tcp_nodelay(true)
        .user_agent(concat!("braincase/", env!("CARGO_PKG_VERSION")))
        .build()?;
    Ok(client)
}
