//! The `openai` brain: asks any OpenAI-compatible endpoint, over HTTP, and never waits or reads without a limit.
//!
//! Modules in reading order: `options` are the limits; `request` says what is asked; `provider` asks, again if that may
//! help; `exchange` is one try; `answer` puts the pieces of an answer together; `breaker` and `budget` keep a provider in
//! trouble from being asked more; `meter` counts.

mod answer;
mod breaker;
mod budget;
mod exchange;
mod meter;
mod options;
mod provider;
mod request;

use std::sync::Arc;

use async_trait::async_trait;
use braincase_core::{
    Clock,
    brain::{Brain, BrainError},
    prompt::{Decision, Prompt},
};

pub use options::{ApiKey, OpenAiOptions, SetupError};
pub(crate) use provider::Provider;

/// A brain behind an OpenAI-compatible endpoint.
#[derive(Debug)]
pub struct OpenAiBrain {
    provider: Provider,
}

impl OpenAiBrain {
    /// A brain that asks the endpoint of the options. Does not connect until it is asked.
    ///
    /// # Errors
    /// When the options make no sense.
    pub fn new(options: OpenAiOptions, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        Ok(Self { provider: Provider::new(options, clock)? })
    }
}

#[async_trait]
impl Brain for OpenAiBrain {
    async fn decide(&self, prompt: &Prompt) -> Result<Decision, BrainError> {
        let answer = self.provider.complete(&prompt.model, request::body(prompt)?, prompt.trace).await?;
        Ok(Decision {
            calls: answer.calls,
            reply: answer.content,
            reasoning: answer.reasoning,
            usage: answer.usage,
            upstream: answer.upstream,
        })
    }

    fn name(&self) -> &'static str {
        "openai"
    }
}
