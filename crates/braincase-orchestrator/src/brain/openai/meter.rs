//! What is counted of every exchange with a provider, in the names of OpenTelemetry's `gen_ai` conventions.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use braincase_core::{brain::BrainError, prompt::Usage};
use metrics::{counter, gauge, histogram};
use tracing::{Span, field::Empty, info_span};

/// Model names come from requests; more of them than this are counted as `other`.
const MAX_MODELS: usize = 32;

/// Counts exchanges with one provider.
#[derive(Debug, Default)]
pub(super) struct Meter {
    models: Mutex<BTreeSet<String>>,
}

/// The span of one whole operation, with all its tries.
pub(super) fn span(model: &str) -> Span {
    info_span!(
        "gen_ai",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = model,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        error.type = Empty,
    )
}

/// Says in the span of an operation what came of it.
pub(super) fn end(span: &Span, usage: Option<Usage>, error: Option<&BrainError>) {
    if let Some(usage) = usage {
        span.record("gen_ai.usage.input_tokens", usage.input_tokens);
        span.record("gen_ai.usage.output_tokens", usage.output_tokens);
    }
    if let Some(error) = error {
        span.record("error.type", error.code());
    }
}

impl Meter {
    /// One whole operation, with all its tries.
    pub(super) fn operation(&self, model: &str, took: Duration, error: Option<&BrainError>) {
        let error = error.map_or("none", BrainError::code);
        histogram!("gen_ai_client_operation_duration_seconds",
            "gen_ai_operation_name" => "chat", "gen_ai_request_model" => self.label(model), "error_type" => error)
        .record(took.as_secs_f64());
    }

    /// The tokens that the provider counted.
    pub(super) fn usage(&self, model: &str, usage: Usage) {
        for (kind, tokens) in [("input", usage.input_tokens), ("output", usage.output_tokens)] {
            histogram!("gen_ai_client_token_usage", "gen_ai_operation_name" => "chat",
                "gen_ai_request_model" => self.label(model), "gen_ai_token_type" => kind)
            .record(tokens as f64);
        }
    }

    /// A try that failed, and what becomes of it: `retried`, `final` or `no_budget`.
    pub(super) fn failure(&self, error: &BrainError, then: &'static str) {
        counter!("gen_ai_client_failures_total", "error_type" => error.code(), "then" => then).increment(1);
    }

    /// Whether the provider is being left alone.
    pub(super) fn breaker(&self, open: bool) {
        gauge!("gen_ai_client_breaker_open").set(f64::from(u8::from(open)));
    }

    fn label(&self, model: &str) -> String {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if !models.contains(model) {
            if models.len() >= MAX_MODELS {
                return "other".to_owned();
            }
            models.insert(model.to_owned());
        }
        model.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_models_become_other() {
        let meter = Meter::default();
        let labels: BTreeSet<_> = (0..1_000).map(|n| meter.label(&format!("m{n}"))).collect();
        assert_eq!(labels.len(), MAX_MODELS + 1);
        assert!(labels.contains("other"));
        assert_eq!(meter.label("m3"), "m3");
    }
}
