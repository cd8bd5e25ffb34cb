//! Makes a record of every failure, or counts it, and hands records to the sinks.

mod watchdog;

use std::{
    cell::Cell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use braincase_core::{Clock, ErrorEventId, SystemClock};

use crate::{
    breadcrumb::Breadcrumb,
    context::{Context, Operation},
    limiter::{Head, Limit, Limiter, Summary},
    record::{Draft, Outcome, Record, Slow},
    scrub::AllowedMetadata,
    sink::Sink,
    slow::{SlowWatch, Thresholds, TooSlow},
};
use watchdog::Watchdog;

/// What a recorder is made of; whatever is left out is as in [`RecorderOptions::default`].
#[derive(Debug)]
pub struct RecorderOptions {
    /// Where records go.
    pub sinks: Vec<Arc<dyn Sink>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How many failures of one kind are recorded in full.
    pub limit: Limit,
    /// How long operations may take.
    pub thresholds: Thresholds,
    /// Which facts records may show.
    pub metadata: AllowedMetadata,
}

/// No sinks, the machine's clock, the usual limits.
impl Default for RecorderOptions {
    fn default() -> Self {
        Self {
            sinks: Vec::new(),
            clock: Arc::new(SystemClock::default()),
            limit: Limit::default(),
            thresholds: Thresholds::default(),
            metadata: AllowedMetadata::default(),
        }
    }
}

/// Hands a record of every failure to every sink, and counts all of them. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
    /// Ends with the last clone.
    _watchdog: Arc<Watchdog>,
}

struct Inner {
    sinks: Vec<Arc<dyn Sink>>,
    clock: Arc<dyn Clock>,
    limiter: Limiter,
    slow: SlowWatch,
    metadata: AllowedMetadata,
}

impl Recorder {
    /// A recorder, with a thread of its own that tells of what runs for too long.
    #[must_use]
    pub fn new(options: RecorderOptions) -> Self {
        let RecorderOptions { sinks, clock, limit, thresholds, metadata } = options;
        let (limiter, slow) = (Limiter::new(limit), SlowWatch::new(thresholds));
        let inner = Arc::new(Inner { sinks, clock, limiter, slow, metadata });
        let watchdog = Arc::new(Watchdog::start(Arc::downgrade(&inner)));
        Self { inner, _watchdog: watchdog }
    }

    /// Tells now of what is told at times: failures that were only counted, and operations that were too slow, or that
    /// still are. A thread does this four times a second.
    pub fn tick(&self) {
        self.inner.tick(false);
    }

    /// Tells of everything that is still to be told, then closes every sink, all of them within a time.
    pub fn close(&self, within: Duration) {
        self.inner.tick(true);
        let end = self.inner.clock.monotonic() + within;
        for sink in &self.inner.sinks {
            let left = end.saturating_sub(self.inner.clock.monotonic());
            guarded(|| sink.close(left));
        }
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    pub(crate) fn slow(&self) -> &SlowWatch {
        &self.inner.slow
    }

    /// Makes a record of a failure, or counts it. This is the one place where failures are counted.
    pub(crate) fn capture(&self, draft: Draft, operation: Option<&Operation>) {
        self.inner.capture(draft, operation);
    }
}

impl Inner {
    fn capture(&self, draft: Draft, operation: Option<&Operation>) {
        // What goes wrong while a failure is recorded must not be recorded in turn, without end.
        let Some(_recording) = Recording::begin() else {
            metrics::counter!("braincase_failures_nested_total").increment(1);
            return;
        };
        let labels = [("operation", draft.operation.clone()), ("code", draft.code.clone())];
        metrics::counter!("braincase_failures_total", &labels).increment(1);
        let now = self.clock.monotonic();
        let Some((fingerprint, count)) = self.limiter.admit(draft.fingerprint(), now, || draft.head()) else {
            metrics::counter!("braincase_failures_suppressed_total").increment(1);
            return;
        };
        let around = operation.map(|operation| operation.context.clone()).unwrap_or_default();
        let context = draft.context.clone().within(around);
        let breadcrumbs = operation.map(Operation::breadcrumbs).unwrap_or_default();
        let late = operation.and_then(|operation| operation.late(now));
        let record = Record { fingerprint, count, late, ..self.record(draft, context, breadcrumbs) };
        self.hand_out(&record);
    }

    fn record(&self, draft: Draft, context: Context, breadcrumbs: Vec<Breadcrumb>) -> Record {
        let at = self.clock.now();
        Record {
            id: ErrorEventId::new(at),
            fingerprint: draft.fingerprint(),
            code: draft.code,
            operation: draft.operation,
            outcome: draft.outcome,
            errors: draft.errors,
            location: draft.location,
            context: context.clean(),
            metadata: self.metadata.scrub(draft.metadata),
            breadcrumbs,
            backtrace: draft.backtrace,
            logged: draft.logged,
            count: 1,
            at,
            duration: draft.duration,
            late: None,
        }
    }

    fn tick(&self, all: bool) {
        let now = self.clock.monotonic();
        for too_slow in self.slow.sweep(now, all) {
            self.tell_slow(&too_slow);
        }
        for summary in self.limiter.sweep(now, all) {
            self.summarize(summary);
        }
    }

    fn tell_slow(&self, too_slow: &TooSlow) {
        let context = too_slow.within.as_deref().map(|operation| operation.context.clone()).unwrap_or_default();
        let breadcrumbs = too_slow.within.as_deref().map(Operation::breadcrumbs).unwrap_or_default();
        let count = too_slow.count;
        metrics::counter!("braincase_slow_operations_total", "operation" => too_slow.operation).increment(count);
        let record = Record { count, ..self.record(Draft::slow(too_slow), context, breadcrumbs) };
        self.hand_out(&record);
    }

    fn summarize(&self, summary: Summary) {
        let Summary { fingerprint, head, count } = summary;
        let record = Record { fingerprint, count, ..self.record(Draft::again(head), Context::default(), Vec::new()) };
        self.hand_out(&record);
    }

    /// A sink that panics is counted and keeps no other from its record.
    fn hand_out(&self, record: &Record) {
        for sink in &self.sinks {
            guarded(|| sink.record(record));
        }
    }
}

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(false) };
}

/// That this thread records a failure, until it goes.
struct Recording;

impl Recording {
    fn begin() -> Option<Self> {
        let is_first = RECORDING.try_with(|recording| !recording.replace(true)).unwrap_or(false);
        is_first.then_some(Self)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // A thread that is being torn down records nothing more anyway.
        let _ = RECORDING.try_with(|recording| recording.set(false));
    }
}

fn guarded(work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        metrics::counter!("braincase_sink_panics_total").increment(1);
    }
}

impl Draft {
    /// What a summary tells if no other record does.
    fn head(&self) -> Head {
        let message = self.errors.first().map_or("", String::as_str);
        Head {
            code: self.code.clone().into_owned(),
            operation: self.operation.clone().into_owned(),
            outcome: self.outcome,
            message: message[..message.floor_char_boundary(256)].to_owned(),
        }
    }

    fn again(head: Head) -> Self {
        Self {
            code: head.code.into(),
            operation: head.operation.into(),
            outcome: head.outcome,
            errors: vec![head.message],
            location: None,
            metadata: Vec::new(),
            backtrace: None,
            context: Context::default(),
            logged: false,
            duration: Duration::ZERO,
        }
    }

    fn slow(too_slow: &TooSlow) -> Self {
        let TooSlow { operation, worst, threshold, still_runs, .. } = too_slow;
        let (outcome, said) = match still_runs {
            true => (Outcome::Slow(Slow::Running), "still runs after"),
            false => (Outcome::Slow(Slow::Ended), "took up to"),
        };
        Self {
            code: "slow".into(),
            operation: (*operation).into(),
            outcome,
            errors: vec![format!("{said} {worst:.1?}; it should take {threshold:?} at most")],
            location: None,
            metadata: vec![("threshold_ms".into(), threshold.as_millis().to_string())],
            backtrace: None,
            context: Context::default(),
            logged: false,
            duration: *worst,
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("sinks", &self.inner.sinks).finish_non_exhaustive()
    }
}
