//! Remember: SQLite behind the Store port, with group commit and content-addressed blobs.
//!
//! This crate keeps and finds. It holds no business rules, makes neither ids nor times, and reads no environment. What a
//! method promises is written at the port, [`braincase_core::store::Store`]; the suite in `tests/it` holds every backend
//! to it.
//!
//! Modules in reading order: `open` says how a store is opened and why that can fail; `sqlite` is the backend, with
//! one file for each thing that is remembered and `sqlite/writer.rs` as its heart; `blob` keeps the bytes of images as
//! files; `answer` keeps errors from being lost with those who asked; `metrics` names every metric.

mod open;
mod sqlite;

mod answer;
mod blob;
mod metrics;

pub use open::{OpenError, SqliteOptions};
pub use sqlite::{ErrorReader, SqliteStore};
