//! Which spans are exported: those of requests, unless whoever sent the request does not keep the trace.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// What the server does of its own accord goes on for as long as it runs, and would be one trace without an end.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfRequests;

impl ShouldSample for OfRequests {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        name: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent.map(|context| context.span().span_context().clone()).filter(|parent| parent.is_valid());
        let is_wanted = parent.as_ref().map_or(name == "request", |parent| parent.is_sampled());
        let decision = if is_wanted { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop };
        let trace_state = parent.map(|parent| parent.trace_state().clone()).unwrap_or_default();
        SamplingResult { decision, attributes: Vec::new(), trace_state }
    }
}
