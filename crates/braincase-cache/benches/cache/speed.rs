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
const ROUNDS: usize = 15;
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
    for row in loads(&zipf, runtime) {
        report.push(row);
    }
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

/// Measures both in turn.
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
    row(name, ours_took, raw_took)
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

type RawFuture = moka::future::Cache<u64, Arc<u64>>;

/// Loads of what is missing: ours beside raw moka with the same guarantee, a task for each load so that a caller who gives
/// up does not end it, and beside raw moka as it is, where it does.
fn loads(zipf: &Zipf, runtime: &Runtime) -> [Row; 2] {
    let ours = ours();
    let raw = || moka::future::Cache::builder().max_capacity(CAPACITY).time_to_live(TTL).build();
    let (detached, plain) = (raw(), raw());
    let (mut ours_took, mut detached_took, mut plain_took) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS as u64 {
        let keys = zipf.draw(CALLS / 4, 1_000 + round);
        let mut all: [(&mut Vec<f64>, &dyn Fn() -> Duration); 3] = [
            (&mut ours_took, &|| runtime.block_on(timed(ours_loads(&ours, &keys)))),
            (&mut detached_took, &|| runtime.block_on(timed(detached_loads(&detached, &keys)))),
            (&mut plain_took, &|| runtime.block_on(timed(plain_loads(&plain, &keys)))),
        ];
        // They take turns in being the first.
        all.rotate_left(round as usize % 3);
        for (took, run) in all {
            took.push(run().as_nanos() as f64 / keys.len() as f64);
        }
    }
    let of_plain = row("get_or_load beside a load in the caller", ours_took.clone(), plain_took);
    [row("get_or_load, 1 thread", ours_took, detached_took), Row { goal: Goal::Shown, ..of_plain }]
}

/// The CPU time that it takes, with the tasks that it waits for: the runtime has one thread.
async fn timed(work: impl Future<Output = ()>) -> Duration {
    let before = thread_time();
    work.await;
    thread_time() - before
}

async fn ours_loads(cache: &Ours, keys: &[u64]) {
    for key in keys.iter().copied() {
        drop(cache.get_or_load(key, Task::new("load"), move || async move { Ok(key) }).await);
    }
}

#[expect(clippy::disallowed_methods, reason = "raw moka is used as one would without us")]
async fn detached_loads(cache: &RawFuture, keys: &[u64]) {
    for key in keys.iter().copied() {
        if cache.get(&key).await.is_none() {
            let cache = cache.clone();
            let load = async move { cache.try_get_with(key, async { Ok::<_, ()>(Arc::new(key)) }).await };
            drop(tokio::spawn(load).await);
        }
    }
}

async fn plain_loads(cache: &RawFuture, keys: &[u64]) {
    for key in keys.iter().copied() {
        drop(cache.try_get_with(key, async { Ok::<_, ()>(Arc::new(key)) }).await);
    }
}

/// The ratio is the median of the rounds' ratios: whatever else the machine does in a round slows both.
fn row(name: &'static str, ours: Vec<f64>, raw: Vec<f64>) -> Row {
    let ratio = median(ours.iter().zip(&raw).map(|(ours, raw)| ours / raw).collect());
    Row { name, unit: "ns CPU", ours: median(ours), raw: median(raw), ratio, goal: GOAL }
}
