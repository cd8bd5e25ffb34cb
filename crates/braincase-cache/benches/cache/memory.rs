//! What is still in use after a million entries have expired and nobody calls.

use std::{sync::Arc, thread, time::Duration};

use braincase_cache::{Bound, Cache};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;

use crate::{
    ALLOCATOR,
    report::{Goal, Report, Row},
};

const ENTRIES: u64 = 1_000_000;
/// Longer than it takes to insert them, so that all are there when they expire.
const TTL: Duration = Duration::from_secs(5);
/// How long nobody calls.
const IDLE: Duration = Duration::from_secs(15);

pub(crate) fn measure(report: &mut Report) {
    let builder = Cache::<u64, Vec<u8>>::builder("memory").ttl(TTL).bound(Bound::Entries(ENTRIES * 2));
    let ours = builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()));
    let ours = after_idle(|key| ours.insert(key, vec![0_u8; 100]));
    let raw = moka::sync::Cache::builder().max_capacity(ENTRIES * 2).time_to_live(TTL).build();
    let raw = after_idle(|key| raw.insert(key, Arc::new(vec![0_u8; 100])));
    // What is left of ours is moka's sketch of how popular keys are: 4 MB, for as long as the cache lives.
    let name = "live bytes after 1M entries expired, idle";
    report.push(Row { name, unit: "kB", ours, raw, goal: Goal::Limit { ours: 10_000.0, raw: 100_000.0 } });
}

/// The kilobytes that are in use beyond those before.
fn after_idle(insert: impl Fn(u64)) -> f64 {
    let before = ALLOCATOR.allocated();
    (0..ENTRIES).for_each(insert);
    thread::sleep(IDLE);
    ALLOCATOR.allocated().saturating_sub(before) as f64 / 1_000.0
}
