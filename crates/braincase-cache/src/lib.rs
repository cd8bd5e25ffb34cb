//! Keep an answer for a while: a bounded TTL cache with one computation per key.
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! Modules in reading order: [`builder`] says what a cache is like; [`cache`] is what callers use; [`load`] computes what
//! is missing, and `flights` sees to it that nothing old lands on something newer; `table` keeps `entry`s, bounded by moka;
//! `janitor` takes out what is outdated; [`stats`] tells what happened, and [`registry`] tells it of all caches.

pub mod builder;
pub mod cache;
pub mod load;
pub mod registry;
pub mod stats;

mod entry;
mod flights;
mod janitor;
mod sync;
mod table;

pub use builder::{Bound, Builder, Unit};
pub use cache::{Cache, Key};
pub use load::LoadError;
pub use stats::Stats;
