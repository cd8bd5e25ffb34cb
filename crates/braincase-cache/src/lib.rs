//! Keep an answer for a while: a bounded TTL cache with one computation per key.
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! The table is moka's, and moka alone bounds its memory. What moka leaves open is decided here: when an entry is too old
//! (by our clock, so that a test can own it), that a load outlives the callers who gave up on it, that an invalidation
//! beats a load in flight, that memory is freed without traffic, and what the cache did (statistics).
//!
//! Modules in reading order: [`builder`] says what a cache is like; [`cache`] is what callers use; [`load`] computes what
//! is missing; [`stats`] tells what happened; `janitor` frees what has expired.

pub mod builder;
pub mod cache;
pub mod load;
pub mod stats;

mod janitor;

pub use builder::{Bound, Builder};
pub use cache::Cache;
pub use load::LoadError;
pub use stats::Stats;
