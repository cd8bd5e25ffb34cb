//! A server that exports its spans, and a collector on the loopback that takes them, refuses them, or never answers.
#![cfg(test)]

mod arriving;
mod collector;
mod process;
mod trouble;

use std::time::Duration;

/// No wait in these tests takes longer unless something is broken.
const LIMIT: Duration = Duration::from_secs(60);
