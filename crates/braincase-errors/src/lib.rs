//! Supervise tasks and capture every failure exactly once.
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! Libraries never depend on this crate: they take a [`braincase_core::background::Background`] and emit `tracing`
//! events. A sink that fails never fails the program.
//!
//! Modules in reading order: [`supervisor`] starts tasks and sees each to its end; [`record`] is what is kept of a
//! failure; [`sink`] is where records go; [`mod@redact`] keeps secrets out of them; [`logging`] sets up the log.

pub mod supervisor;

pub mod record;
pub mod sink;

pub mod spool;

pub mod logging;
pub mod redact;

mod panics;

pub use logging::{LogFormat, LoggingError, init_logging};
pub use record::{Cancellation, Outcome, Record};
pub use redact::redact;
pub use sink::{LogSink, MemorySink, Recorder, Sink};
pub use spool::{Batch, Bounds, Lane, Spool, SpoolError};
pub use supervisor::{Leftover, Supervisor};
