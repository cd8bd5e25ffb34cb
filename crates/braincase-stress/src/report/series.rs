//! The run second by second: what charts over time are drawn from.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    leak::{self, Heap},
    record::{Second, Tally},
    sample::Memory,
    stats,
};

/// Percentiles over time are those of so many seconds.
pub(crate) const WINDOW: usize = 10;

/// One second.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Point {
    pub second: usize,
    pub users: usize,
    pub turns: u64,
    pub errors: u64,
    /// Turns per second over the same seconds as the percentiles.
    pub turns_per_second: f64,
    /// Of the turns of the last ten seconds; nothing when there were none.
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// Until streamed turns of the last ten seconds showed something of their answer.
    pub first_p50_ms: Option<f64>,
    pub first_p95_ms: Option<f64>,
    pub first_p99_ms: Option<f64>,
    pub memory: Option<Memory>,
    /// The server's heap, if it tells.
    pub heap: Option<HeapPoint>,
}

/// What the heap of the server is made of, in bytes.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct HeapPoint {
    pub allocated: u64,
    pub declared_caches: u64,
    pub unexplained: u64,
}

impl HeapPoint {
    fn of(heap: &Heap) -> Self {
        Self { allocated: heap.allocated, declared_caches: heap.declared(), unexplained: heap.unexplained() }
    }
}

/// One kind of failure.
#[derive(Debug, Clone, Serialize)]
pub struct KindOfError {
    /// What it is called.
    pub kind: String,
    /// How often it came.
    pub count: u64,
    /// How often it came in each second in which it did.
    pub seconds: BTreeMap<usize, u64>,
}

/// Every second of a run.
#[must_use]
pub fn series(tally: &Tally, samples: &[leak::Sample]) -> Vec<Point> {
    let heaps: BTreeMap<usize, HeapPoint> = samples
        .iter()
        .filter_map(|sample| Some((sample.at.as_secs() as usize, HeapPoint::of(sample.heap.as_ref()?))))
        .collect();
    let point = |(index, second): (usize, &Second)| {
        let window = tally.seconds.get(index.saturating_sub(WINDOW - 1)..=index).unwrap_or_default();
        let turns: Vec<f64> = window.iter().flat_map(|second| second.turn_ms.iter().copied()).collect();
        let firsts: Vec<f64> = window.iter().flat_map(|second| second.first_ms.iter().copied()).collect();
        let [p50_ms, p95_ms, p99_ms] = percentiles(&turns);
        let [first_p50_ms, first_p95_ms, first_p99_ms] = percentiles(&firsts);
        Point {
            second: index,
            users: second.users,
            turns: second.turns,
            errors: second.errors,
            turns_per_second: turns.len() as f64 / window.len().max(1) as f64,
            p50_ms,
            p95_ms,
            p99_ms,
            first_p50_ms,
            first_p95_ms,
            first_p99_ms,
            memory: second.memory,
            heap: heaps.get(&index).copied(),
        }
    };
    tally.seconds.iter().enumerate().map(point).collect()
}

fn percentiles(times: &[f64]) -> [Option<f64>; 3] {
    [0.50, 0.95, 0.99].map(|share| (!times.is_empty()).then(|| stats::quantile(times, share)))
}

/// Failures by kind, the commonest first.
#[must_use]
pub fn kinds_of_errors(tally: &Tally) -> Vec<KindOfError> {
    let kinds = tally.kinds.iter().map(|(kind, seconds)| KindOfError {
        kind: kind.to_string(),
        count: seconds.values().sum(),
        seconds: seconds.clone(),
    });
    let mut kinds: Vec<KindOfError> = kinds.collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}
