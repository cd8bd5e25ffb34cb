//! The bounded queue between spans that end and the thread that sends them, with an exact count of what did not fit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanExporter, SpanProcessor},
};

/// The most spans that wait or are being sent.
const MAX_WAITING: usize = 2_048;
/// The most spans in one request.
const MAX_BATCH: usize = 512;

/// How many spans wait or are being sent.
#[derive(Debug, Default)]
pub(super) struct Load(AtomicUsize);

impl Load {
    pub(super) fn waiting(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }

    /// Takes a place; false, and counted as lost, if there is none.
    fn admit(&self) -> bool {
        let more = |waiting| (waiting < MAX_WAITING).then_some(waiting + 1);
        let has_place = self.0.try_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok();
        if !has_place {
            lost(1, "queue_overflow");
        }
        has_place
    }

    /// So many were sent, or lost for a reason.
    pub(super) fn sent(&self, count: usize, problem: Option<&'static str>) {
        self.0.fetch_sub(count, Ordering::AcqRel);
        match problem {
            None => metrics::counter!("braincase_spans_exported_total").increment(count as u64),
            Some(reason) => lost(count, reason),
        }
    }
}

fn lost(count: usize, reason: &'static str) {
    metrics::counter!("braincase_spans_lost_total", "reason" => reason).increment(count as u64);
}

/// OpenTelemetry's queue and thread, never asked to take more than they hold.
#[derive(Debug)]
pub(super) struct Queue {
    batches: BatchSpanProcessor,
    load: Arc<Load>,
}

impl Queue {
    pub(super) fn start(exporter: impl SpanExporter + 'static, load: Arc<Load>, every: Duration) -> Self {
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(MAX_WAITING)
            .with_max_export_batch_size(MAX_BATCH)
            .with_scheduled_delay(every)
            .build();
        Self { batches: BatchSpanProcessor::builder(exporter).with_batch_config(config).build(), load }
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.load.admit() {
            self.batches.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}
