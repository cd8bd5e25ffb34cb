//! The worst read when half a million entries have expired while nobody called.

use std::{
    hint::black_box,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use braincase_cache::{Bound, Cache};
use braincase_core::SystemClock;
use braincase_errors::Supervisor;

use crate::{
    report::{Goal, Report, Row},
    speed::median,
};

const ENTRIES: u64 = 500_000;
const TTL: Duration = Duration::from_secs(4);
/// How long reads go on after everything has expired.
const WATCHED: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

pub(crate) fn measure(report: &mut Report) {
    let (mut ours_worst, mut raw_worst) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours_worst.push(ours());
        raw_worst.push(raw());
    }
    // Of ours the worst of all rounds, of the other the usual: we have a limit to keep.
    let ours = ours_worst.into_iter().fold(0.0, f64::max);
    let goal = Goal::Limit { ours: 40.0, raw: 1_000.0 };
    report.push(Row { name: "worst get as 500k entries expire", unit: "ms", ours, raw: median(raw_worst), goal });
}

#[expect(clippy::disallowed_methods, reason = "it measures the machine's time")]
fn ours() -> f64 {
    let builder = Cache::<u64, Vec<u8>>::builder("stall").ttl(TTL).bound(Bound::Entries(ENTRIES * 2));
    let cache = builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()));
    // All at the same instant, which is the worst case for the janitor.
    let end = Instant::now() + TTL;
    for key in 0..ENTRIES {
        cache.insert_for(end - Instant::now(), key, vec![0_u8; 100]);
    }
    worst_read(end, |key| drop(black_box(cache.get(&key))))
}

#[expect(clippy::disallowed_methods, reason = "it measures the machine's time")]
fn raw() -> f64 {
    let cache = moka::sync::Cache::builder().max_capacity(ENTRIES * 2).time_to_live(TTL).build();
    for key in 0..ENTRIES {
        cache.insert(key, Arc::new(vec![0_u8; 100]));
    }
    worst_read(Instant::now() + TTL, |key| drop(black_box(cache.get(&key))))
}

/// Reads without a pause from `start` on; the longest read in milliseconds.
#[expect(clippy::disallowed_methods, reason = "it measures the machine's time")]
fn worst_read(start: Instant, read: impl Fn(u64)) -> f64 {
    thread::sleep(start.saturating_duration_since(Instant::now()));
    let mut worst = Duration::ZERO;
    let mut key = 0;
    while start.elapsed() < WATCHED {
        let before = Instant::now();
        read(key % ENTRIES);
        worst = worst.max(before.elapsed());
        key += 7;
    }
    worst.as_secs_f64() * 1_000.0
}
