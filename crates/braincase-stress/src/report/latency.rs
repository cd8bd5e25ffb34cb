//! Latency in detail: what charts are drawn from, and what a later run can be compared with; all of it bounded.

use serde::Serialize;

use crate::record::{Quantile, Tally, Times};

/// Most columns of a heatmap: longer runs get columns of several seconds.
const MAX_COLUMNS: usize = 180;
/// Rows of a heatmap per doubling of the time.
const ROWS_PER_DOUBLING: f64 = 3.0;
/// Shorter times, in milliseconds, are in the lowest row.
const SHORTEST_MS: f64 = 0.1;

/// Everything in detail.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Latency {
    /// The spectrum of percentiles of what turns took.
    pub turns: Vec<Quantile>,
    /// Of the time to the first event.
    pub first_event: Vec<Quantile>,
    /// Of the time to the first event with something of the answer.
    pub first_content: Vec<Quantile>,
    /// When turns ended and what they took.
    pub heatmap: Heatmap,
    /// How many turns took how many milliseconds, to 1 %.
    pub turn_lengths: Vec<(f64, u64)>,
    /// The same of their overhead as the provider saw it; empty if it was not seen.
    pub overhead_lengths: Vec<(f64, u64)>,
}

/// How many turns ended when (columns) and took how long (rows, ever larger).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Heatmap {
    /// Seconds in a column.
    pub column_s: usize,
    /// Where rows begin and end, in milliseconds: one more than there are rows.
    pub bounds_ms: Vec<f64>,
    /// Turns by column, then by row.
    pub columns: Vec<Vec<u64>>,
}

impl Latency {
    /// Of the judged server.
    #[must_use]
    pub fn of(tally: &Tally, turns: &Times, overhead: Option<&Times>) -> Self {
        let seconds: Vec<&[f64]> = tally.seconds.iter().map(|second| second.turn_ms.as_slice()).collect();
        Self {
            turns: turns.spectrum(),
            first_event: tally.first_event.spectrum(),
            first_content: tally.first_content.spectrum(),
            heatmap: heatmap(&seconds),
            turn_lengths: turns.lengths(),
            overhead_lengths: overhead.map(Times::lengths).unwrap_or_default(),
        }
    }
}

/// Rows from the shortest to the longest time that occurred.
fn heatmap(seconds: &[&[f64]]) -> Heatmap {
    let row = |ms: &f64| ((ms.max(SHORTEST_MS) / SHORTEST_MS).log2() * ROWS_PER_DOUBLING) as usize;
    let rows = || seconds.iter().flat_map(|second| second.iter()).map(row);
    let (Some(lowest), Some(highest)) = (rows().min(), rows().max()) else { return Heatmap::default() };
    let column_s = seconds.len().div_ceil(MAX_COLUMNS);
    let count = |columns: &[&[f64]]| {
        let mut counts = vec![0; highest - lowest + 1];
        columns.iter().flat_map(|second| second.iter()).for_each(|ms| counts[row(ms) - lowest] += 1);
        counts
    };
    let bound = |row: usize| SHORTEST_MS * 2f64.powf(row as f64 / ROWS_PER_DOUBLING);
    Heatmap {
        column_s,
        bounds_ms: (lowest..=highest + 1).map(bound).collect(),
        columns: seconds.chunks(column_s).map(count).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_has_no_heatmap() {
        assert_eq!(heatmap(&[]), Heatmap::default());
        assert_eq!(heatmap(&[&[], &[]]), Heatmap::default());
    }

    #[test]
    fn a_turn_is_in_the_row_that_holds_its_time() {
        let map = heatmap(&[&[100.0], &[], &[3_000.0, 90.0]]);
        assert_eq!((map.column_s, map.columns.len()), (1, 3));
        let row = map.columns[0].iter().position(|count| *count == 1).unwrap();
        assert!(map.bounds_ms[row] <= 100.0 && 100.0 < map.bounds_ms[row + 1], "{map:?}");
    }

    proptest! {
        #[test]
        fn every_turn_is_in_it_once_and_it_stays_small(
            seconds in proptest::collection::vec(proptest::collection::vec(0.0f64..130_000.0, 0..4), 0..1_200),
        ) {
            let map = heatmap(&seconds.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let counted: u64 = map.columns.iter().flatten().sum();
            prop_assert_eq!(counted, seconds.iter().map(|second| second.len() as u64).sum::<u64>());
            prop_assert!(map.columns.len() <= MAX_COLUMNS && map.bounds_ms.len() < 64);
        }
    }
}
