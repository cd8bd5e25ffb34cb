//! The cache as its users see it.
#![expect(clippy::panic, reason = "helpers of tests are not recognised as tests")]

mod bound;
mod expiry;
mod failure;
mod load;
mod model;
mod registry;

use std::{sync::Arc, time::Duration};

use braincase_cache::{Builder, Cache};
use braincase_core::{ManualClock, Timestamp};
use braincase_errors::{Limit, MemorySink, Recorder, RecorderOptions, Supervisor};

/// Longer than anything here takes, shorter than a person waits.
const LIMIT: Duration = Duration::from_secs(20);

/// A cache whose time stands still until it is told to move, and what its background recorded.
struct Stage {
    cache: Cache<u32, u64>,
    clock: Arc<ManualClock>,
    supervisor: Supervisor,
    sink: Arc<MemorySink>,
}

impl Stage {
    /// Must be called within a runtime.
    fn new(plan: impl FnOnce(Builder<u32, u64>) -> Builder<u32, u64>) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_micros(0)));
        let sink = Arc::new(MemorySink::new(1_000));
        let options = RecorderOptions {
            sinks: vec![sink.clone()],
            clock: clock.clone(),
            limit: Limit::NONE,
            ..RecorderOptions::default()
        };
        let supervisor = Supervisor::with_recorder(Recorder::new(options));
        let cache = plan(Cache::builder("test")).build(clock.clone(), Arc::new(supervisor.clone()));
        Self { cache, clock, supervisor, sink }
    }
}

/// Waits, with a limit, until something is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..LIMIT.as_millis() {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("waited in vain until {what}");
}
