//! Supervise tasks and capture every failure exactly once.
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! Libraries never depend on this crate: they take a [`braincase_core::background::Background`] and emit `tracing`
//! events. A sink that fails never fails the program.
//!
//! Modules in reading order: [`supervisor`] starts tasks and sees each to its end; [`recorder`] makes records or counts;
//! [`layer`] listens to the log; [`record`], [`context`], [`breadcrumb`] and [`fingerprint`] are what is kept of a failure;
//! [`limiter`] and [`slow`] decide what is told; [`sink`] is where records go; [`spool`] keeps them until
//! [`deliver`] has brought them to whoever else wants them; [`mod@redact`] and [`scrub`] keep secrets
//! out of them; [`logging`] sets up the log. With the feature `otlp` there is also `otlp`, which exports spans.

pub mod supervisor;

pub mod layer;
pub mod recorder;

pub mod breadcrumb;
pub mod context;
pub mod fingerprint;
pub mod record;

pub mod limiter;
pub mod slow;

pub mod sink;

pub mod deliver;
pub mod spool;

pub mod logging;
pub mod redact;
pub mod scrub;

#[cfg(feature = "otlp")]
pub mod otlp;

mod panics;

pub use breadcrumb::Breadcrumb;
pub use context::Context;
pub use deliver::{BetterStack, Delivery, Sentry};
pub use fingerprint::Fingerprint;
pub use layer::Capture;
pub use limiter::Limit;
pub use logging::{LogFormat, LoggingError, SpanLayer, init_logging};
pub use record::{Cancellation, Outcome, Record, Slow};
pub use recorder::{Recorder, RecorderOptions};
pub use redact::redact;
pub use scrub::AllowedMetadata;
pub use sink::{LogSink, MemorySink, Sink};
pub use slow::Thresholds;
pub use spool::{Lane, Spool, SpoolError};
pub use supervisor::{Handle, Leftover, Supervisor, Unfinished};

/// A lock that is also held after a panic: what it guards is whole at every moment.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
