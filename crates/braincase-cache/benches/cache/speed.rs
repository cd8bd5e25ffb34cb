//! CPU time per call, beside raw moka: both in turn, round by round, over the same keys.

use std::{
    hint::black_box,
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use braincase_cache::{Bound, Cache};
use braincase_core::{SystemClock, background::Task};
use braincase_errors::Supervisor;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;

use crate::{
    report::{Goal, Report, Row},
    trace::Zipf,
};

const CAPACITY: u64 = 100_000;
const KEYS: u64 = 1_000_000;
const CALLS: usize = 200_000;
const ROUNDS: usize = 11;
const TTL: Duration = Duration::from_secs(600);
const GOAL: Goal = Goal::Ratio(1.15);

type Ours = Cache<u64, u64>;
type Raw = moka::sync::Cache<u64, Arc<u64>>;

fn ours() -> Ours {
    let builder = Cache::builder("bench").ttl(TTL).bound(Bound::Entries(CAPACITY));
    builder.build(Arc::new(SystemClock::default()), Arc::new(Supervisor::new()))
}

fn raw() -> Raw {
    moka::sync::Cache::builder().max_capacity(CAPACITY).time_to_live(TTL).build()
}

pub(crate) fn measure(report: &mut Report, runtime: &Runtime) {
    let (ours, raw) = (ours(), raw());
    let zipf = Zipf::new(KEYS, 0.99);
    for key in zipf.draw(CALLS, 1) {
        ours.insert(key, key);
        raw.insert(key, Arc::new(key));
    }
    let get = (|key| drop(black_box(ours.get(&key))), |key| drop(black_box(raw.get(&key))));
    report.push(in_turn(&zipf, "get, 1 thread", 1, get.0, get.1));
    report.push(in_turn(&zipf, "get, 2 threads", 2, get.0, get.1));
    let through = (|key| ours_through(&ours, key), |key| raw_through(&raw, key));
    report.push(in_turn(&zipf, "read-through (get, insert), 1 thread", 1, through.0, through.1));
    report.push(in_turn(&zipf, "read-through (get, insert), 2 threads", 2, through.0, through.1));
    let insert = (|key| ours.insert(key, key), |key| raw.insert(key, Arc::new(key)));
    report.push(Row { goal: Goal::Shown, ..in_turn(&zipf, "insert, 1 thread", 1, insert.0, insert.1) });
    report.push(Row { goal: Goal::Shown, ..in_turn(&zipf, "insert, 2 threads", 2, insert.0, insert.1) });
    report.push(detached(&zipf, runtime));
}

fn ours_through(cache: &Ours, key: u64) {
    if black_box(cache.get(&key)).is_none() {
        cache.insert(key, key);
    }
}

fn raw_through(cache: &Raw, key: u64) {
    if black_box(cache.get(&key)).is_none() {
        cache.insert(key, Arc::new(key));
    }
}

/// Measures both in turn; the medians over all rounds are the result.
fn in_turn(zipf: &Zipf, name: &'static str, threads: u64, ours: impl Fn(u64) + Sync, raw: impl Fn(u64) + Sync) -> Row {
    let (mut ours_took, mut raw_took) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS as u64 {
        let keys: Vec<_> = (0..threads).map(|thread| zipf.draw(CALLS, 2 + round * threads + thread)).collect();
        // Who comes second finds the processor's caches filled by the other: they take turns in that, too.
        if round % 2 == 0 {
            ours_took.push(per_call(&keys, &ours));
            raw_took.push(per_call(&keys, &raw));
        } else {
            raw_took.push(per_call(&keys, &raw));
            ours_took.push(per_call(&keys, &ours));
        }
    }
    Row { name, unit: "ns CPU", ours: median(ours_took), raw: median(raw_took), goal: GOAL }
}

fn per_call(keys: &[Vec<u64>], call: &(impl Fn(u64) + Sync)) -> f64 {
    let start = Barrier::new(keys.len());
    let took: Duration = thread::scope(|scope| {
        let run = |keys: &'_ [u64]| {
            start.wait();
            let before = thread_time();
            keys.iter().for_each(|key| call(*key));
            thread_time() - before
        };
        let threads: Vec<_> = keys.iter().map(|keys| scope.spawn(move || run(keys))).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    });
    took.as_nanos() as f64 / (keys.len() * CALLS) as f64
}

pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// With the guarantee that a caller who gives up does not end the load, both spawn a task for what is missing.
#[expect(clippy::disallowed_methods, reason = "raw moka is used as one would without us")]
fn detached(zipf: &Zipf, runtime: &Runtime) -> Row {
    let raw = moka::future::Cache::builder().max_capacity(CAPACITY).time_to_live(TTL).build();
    let ours = ours();
    let (mut ours_took, mut raw_took) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS as u64 {
        let keys = zipf.draw(CALLS / 4, 1_000 + round);
        let before = thread_time();
        runtime.block_on(async {
            for key in keys.clone() {
                drop(ours.get_or_load(key, Task::new("load"), move || async move { Ok(key) }).await);
            }
        });
        let between = thread_time();
        runtime.block_on(async {
            for key in keys.clone() {
                if raw.get(&key).await.is_none() {
                    let raw = raw.clone();
                    let load = async move { raw.try_get_with(key, async { Ok::<_, ()>(Arc::new(key)) }).await };
                    drop(tokio::spawn(load).await);
                }
            }
        });
        let per_call = |took: Duration| took.as_nanos() as f64 / keys.len() as f64;
        ours_took.push(per_call(between - before));
        raw_took.push(per_call(thread_time() - between));
    }
    let (ours, raw) = (median(ours_took), median(raw_took));
    Row { name: "read-through by a detached load, 1 thread", unit: "ns CPU", ours, raw, goal: GOAL }
}
