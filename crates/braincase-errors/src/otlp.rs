//! Exports spans over OTLP/HTTP, so that a trace that began elsewhere goes on here. Only with the feature `otlp`.
//!
//! A span that ends is put into a bounded queue, or counted as lost if that is full; a thread sends what is there. How slow
//! or broken the receiver is, nobody else notices. Headers, with a token say, are taken from the variable
//! `OTEL_EXPORTER_OTLP_HEADERS`, as by every exporter of OpenTelemetry.

mod client;
mod export;
mod queue;
mod sampler;

use std::{sync::Arc, time::Duration};

use braincase_core::trace::TraceContext;
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider},
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn};

use crate::{deliver::Limits, logging::SpanLayer};
use client::Client;
use export::Export;
use queue::{Load, Queue};
use sampler::OfRequests;

/// Where an endpoint takes spans.
const PATH: &str = "/v1/traces";

/// Where spans go, and what is said of where they come from.
#[derive(Debug, Clone)]
pub struct OtlpOptions {
    /// The endpoint without the path of the signal, as in `http://127.0.0.1:4318`.
    pub endpoint: String,
    /// Which program it is.
    pub service: &'static str,
    /// Which version of it.
    pub version: &'static str,
    /// Where it runs, as in `production`.
    pub environment: Option<String>,
    /// How long one request may take.
    pub limits: Limits,
    /// How often what is there is sent.
    pub every: Duration,
}

impl OtlpOptions {
    /// To an endpoint, with the usual limits: 5 s a request, every second.
    #[must_use]
    pub fn new(endpoint: String, service: &'static str, version: &'static str) -> Self {
        let limits = Limits { connect: Duration::from_secs(2), total: Duration::from_secs(5) };
        Self { endpoint, service, version, environment: None, limits, every: Duration::from_secs(1) }
    }
}

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum OtlpError {
    /// There is no HTTP client, for example without any root certificates.
    #[error("cannot set up an HTTP client for spans")]
    Client(#[from] reqwest::Error),
    /// There is no runtime for it.
    #[error("cannot set up a runtime for spans")]
    Runtime(#[from] std::io::Error),
    /// The endpoint, or a variable that is read for the exporter, cannot be used.
    #[error("spans cannot be exported")]
    Exporter(#[from] ExporterBuildError),
}

/// An export of spans that runs until it is closed.
#[derive(Debug)]
pub struct SpanExport {
    provider: SdkTracerProvider,
    load: Arc<Load>,
}

impl SpanExport {
    /// Starts the thread that sends. Nothing is sent before [`SpanExport::layer`] is part of the log.
    ///
    /// # Errors
    /// See [`OtlpError`].
    pub fn start(options: &OtlpOptions) -> Result<Self, OtlpError> {
        let endpoint = format!("{}{PATH}", options.endpoint.trim_end_matches('/').trim_end_matches(PATH));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(&endpoint)
            .with_timeout(options.limits.total)
            .with_http_client(Client::new(options.limits)?)
            .build()?;
        let load = Arc::new(Load::default());
        let queue = Queue::start(Export::new(exporter, &endpoint, Arc::clone(&load)), Arc::clone(&load), options.every);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(options))
            .with_sampler(OfRequests)
            .with_span_processor(queue)
            .build();
        Ok(Self { provider, load })
    }

    /// What listens to spans; for [`crate::init_logging`]. Events stay in the log, which is scrubbed.
    #[must_use]
    pub fn layer(&self) -> SpanLayer {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("braincase"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false);
        let wanted = filter_fn(|metadata| metadata.is_span() && *metadata.level() <= Level::INFO);
        Box::new(layer.with_filter(wanted))
    }

    /// Sends what is left, as far as that goes within the time, and ends; returns how many spans were left. Blocks.
    pub fn close(self, within: Duration) -> usize {
        // What went wrong was logged where it did, and what was left is counted.
        let _ = self.provider.shutdown_with_timeout(within);
        self.load.waiting()
    }
}

fn resource(options: &OtlpOptions) -> Resource {
    let environment = options.environment.clone().map(|name| KeyValue::new("deployment.environment.name", name));
    Resource::builder_empty()
        .with_service_name(options.service)
        .with_attribute(KeyValue::new("service.version", options.version))
        .with_attributes(environment)
        .build()
}

/// Makes a span that has only just begun the child of another one. Does nothing if spans are not exported.
pub fn set_parent(span: &Span, parent: TraceContext) {
    let flags = if parent.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let (trace, id) = (TraceId::from(parent.trace()), SpanId::from(parent.span()));
    let parent = SpanContext::new(trace, id, flags, true, TraceState::NONE);
    // It fails exactly if nobody exports this span.
    let _ = span.set_parent(Context::new().with_remote_span_context(parent));
}

/// The trace that a span belongs to and the id under which it is exported; `None` if spans are not.
#[must_use]
pub fn context_of(span: &Span) -> Option<TraceContext> {
    let context = span.context();
    let context = context.span().span_context().clone();
    let (trace, id) = (context.trace_id().to_bytes(), context.span_id().to_bytes());
    TraceContext::new(u128::from_be_bytes(trace), u64::from_be_bytes(id), context.is_sampled())
}
