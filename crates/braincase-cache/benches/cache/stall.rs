//! The worst read when half a million entries have expired while nobody called.

use std::{
    fs,
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
/// Reads between two looks at the clock, which take as long as several of them.
const IN_A_ROW: u64 = 64;

/// The longest time that reads took, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Worst {
    /// Without the time that the thread waited for a processor that somebody else was using.
    own: f64,
    /// As a clock on the wall shows it.
    wall: f64,
}

pub(crate) fn measure(report: &mut Report) {
    let (mut ours_worst, mut raw_worst) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours_worst.push(ours());
        raw_worst.push(raw());
    }
    let names = ["worst get as 500k entries expire", "the same, with waiting for a processor"];
    let goals = [Goal::Limit { ours: 40.0, raw: 1_000.0 }, Goal::Shown];
    let times: [fn(&Worst) -> f64; 2] = [|worst| worst.own, |worst| worst.wall];
    for ((name, goal), time) in names.into_iter().zip(goals).zip(times) {
        // Of ours the worst of all rounds, of the other the usual: we have a limit to keep.
        let ours = ours_worst.iter().map(time).fold(0.0, f64::max);
        let raw = median(raw_worst.iter().map(time).collect());
        report.push(Row { name, unit: "ms", ours, raw, ratio: ours / raw, goal });
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures the machine's time")]
fn ours() -> Worst {
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
fn raw() -> Worst {
    let cache = moka::sync::Cache::builder().max_capacity(ENTRIES * 2).time_to_live(TTL).build();
    for key in 0..ENTRIES {
        cache.insert(key, Arc::new(vec![0_u8; 100]));
    }
    worst_read(Instant::now() + TTL, |key| drop(black_box(cache.get(&key))))
}

/// Reads without a pause from `start` on. What is timed are a few reads in a row: none of them took longer than all.
#[expect(clippy::disallowed_methods, reason = "it measures the machine's time")]
fn worst_read(start: Instant, read: impl Fn(u64)) -> Worst {
    thread::sleep(start.saturating_duration_since(Instant::now()));
    let mut worst = Worst::default();
    let mut key = 0;
    while start.elapsed() < WATCHED {
        let (before, waited_before) = (Instant::now(), waited());
        for _ in 0..IN_A_ROW {
            read(key % ENTRIES);
            key += 7;
        }
        let waited = waited().saturating_sub(waited_before);
        let wall = before.elapsed();
        worst.wall = worst.wall.max(wall.as_secs_f64() * 1e3);
        worst.own = worst.own.max(wall.saturating_sub(waited).as_secs_f64() * 1e3);
    }
    worst
}

/// How long this thread has waited for a processor so far, as Linux counts it; never, where it does not.
fn waited() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}
