//! What is sent of a span: named as OpenTelemetry names things, and without secrets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_otlp::SpanExporter as Otlp;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

use super::queue::Load;
use crate::redact::redact;

/// Says what is wrong with a span that failed.
const ERROR_TYPE: &str = "error.type";

/// Cleans spans, sends them, and counts what came of it.
#[derive(Debug)]
pub(super) struct Export {
    otlp: Otlp,
    endpoint: String,
    load: Arc<Load>,
    is_failing: AtomicBool,
}

impl Export {
    pub(super) fn new(otlp: Otlp, endpoint: &str, load: Arc<Load>) -> Self {
        Self { otlp, endpoint: redact(endpoint), load, is_failing: AtomicBool::new(false) }
    }

    /// Says once that it fails, and once that it no longer does: what is lost meanwhile is in the metrics.
    fn tell(&self, result: &OTelSdkResult) {
        match (result, self.is_failing.swap(result.is_err(), Ordering::Relaxed)) {
            (Err(error), false) => {
                tracing::warn!(endpoint = self.endpoint, %error, "spans cannot be exported; those that cannot are lost");
            }
            (Ok(()), true) => tracing::info!(endpoint = self.endpoint, "spans are exported again"),
            (Err(_), true) | (Ok(()), false) => {}
        }
    }
}

impl SpanExporter for Export {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        batch.iter_mut().for_each(clean);
        let result = self.otlp.export(batch).await;
        self.tell(&result);
        self.load.sent(count, if result.is_ok() { None } else { Some("send_error") });
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.otlp.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.otlp.set_resource(resource);
    }
}

/// Gives a span its name, kind and status, and takes secrets out of its texts.
fn clean(span: &mut SpanData) {
    for attribute in &mut span.attributes {
        if let Value::String(text) = &attribute.value {
            attribute.value = redact(text.as_str()).into();
        }
    }
    let text = |key: &str| of(&span.attributes, key);
    let (kind, name) = match &*span.name {
        "request" => (SpanKind::Server, [text("http.request.method"), text("http.route")].join(" ")),
        "gen_ai" => (SpanKind::Client, [text("gen_ai.operation.name"), text("gen_ai.request.model")].join(" ")),
        "task" => (SpanKind::Internal, text("operation")),
        other => (SpanKind::Internal, other.to_owned()),
    };
    let problem = text(ERROR_TYPE);
    if !problem.is_empty() {
        span.status = Status::error(problem);
    }
    (span.span_kind, span.name) = (kind, name.trim().to_owned().into());
}

fn of(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key);
    found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
}
