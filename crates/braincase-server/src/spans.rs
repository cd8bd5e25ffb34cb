//! The span of a request, and where spans are exported to, if they are.

use axum::extract::{MatchedPath, Request};
use braincase_core::trace::TraceContext;
use http::StatusCode;
use tracing::{Span, field::Empty, info_span};
use uuid::Uuid;

#[cfg(feature = "otlp")]
pub use export::Spans;
#[cfg(not(feature = "otlp"))]
pub use without::Spans;

/// A span in the names that OpenTelemetry has for them.
pub(crate) fn of_request(request: &Request, id: &str) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    info_span!(
        "request",
        request.id = id,
        trace.id = Empty,
        http.request.method = request.method().as_str(),
        http.route = route,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Makes the span part of its client's trace or of a new one, and returns that trace as it is seen from the span.
pub(crate) fn join(span: &Span, parent: Option<TraceContext>, fresh: impl Fn() -> Uuid) -> TraceContext {
    let trace = exported(span, parent).unwrap_or_else(|| {
        let parent = parent.unwrap_or_else(|| TraceContext::starting_with(fresh().as_u128()));
        // Nobody else gives the span an id; the lower half of a fresh one is random.
        parent.within(fresh().as_u64_pair().1)
    });
    span.record("trace.id", trace.trace_id());
    trace
}

/// The same, if the span is exported: then it has an id already.
#[cfg(feature = "otlp")]
fn exported(span: &Span, parent: Option<TraceContext>) -> Option<TraceContext> {
    if let Some(parent) = parent {
        braincase_errors::otlp::set_parent(span, parent);
    }
    braincase_errors::otlp::context_of(span)
}

#[cfg(not(feature = "otlp"))]
const fn exported(_: &Span, _: Option<TraceContext>) -> Option<TraceContext> {
    None
}

/// Says how the request was answered; only what is the server's fault is an error.
pub(crate) fn end(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("error.type", status.as_str());
    }
}

#[cfg(feature = "otlp")]
mod export {
    use std::time::Duration;

    use braincase_errors::{
        SpanLayer,
        otlp::{OtlpError, OtlpOptions, SpanExport},
    };

    use crate::config::Config;

    /// The export of spans, if a collector is configured.
    #[derive(Debug)]
    pub struct Spans(Option<SpanExport>);

    impl Spans {
        /// Starts it.
        ///
        /// # Errors
        /// If the collector cannot be sent to at all.
        pub fn start(config: &Config) -> Result<Self, OtlpError> {
            let Some(endpoint) = config.reporting.otlp.clone() else { return Ok(Self(None)) };
            let environment = config.reporting.environment.clone();
            let options = OtlpOptions::new(endpoint, "braincase", env!("CARGO_PKG_VERSION"));
            SpanExport::start(&OtlpOptions { environment, ..options }).map(|export| Self(Some(export)))
        }

        /// What listens to spans.
        #[must_use]
        pub fn layer(&self) -> Option<SpanLayer> {
            self.0.as_ref().map(SpanExport::layer)
        }

        /// Sends what is left, as far as that goes within the time. Blocks.
        pub fn close(self, within: Duration) {
            if let Some(export) = self.0 {
                tracing::info!(spans.left = export.close(within), "told of spans");
            }
        }
    }
}

#[cfg(not(feature = "otlp"))]
mod without {
    use std::{convert::Infallible, time::Duration};

    use braincase_errors::SpanLayer;

    use crate::config::Config;

    /// This program exports no spans, and its configuration refuses to be told where to.
    #[derive(Debug)]
    pub struct Spans;

    impl Spans {
        /// There is nothing to start.
        ///
        /// # Errors
        /// None.
        pub const fn start(_: &Config) -> Result<Self, Infallible> {
            Ok(Self)
        }

        /// Nothing listens to spans.
        #[must_use]
        pub const fn layer(&self) -> Option<SpanLayer> {
            None
        }

        /// There is nothing to send.
        pub const fn close(self, _: Duration) {}
    }
}
