//! Times in detail: how sure their numbers are, the spectrum of percentiles, and how many there were of which length.

use serde::Serialize;

use super::{Times, ms};
use crate::stats::{self, Interval};

/// Steps of the spectrum on each halving of what is left, as HDR logs have them: some 100 lines for a million times.
const TICKS: u32 = 5;
/// By what factor one length is larger than the one before it.
const LENGTH_RATIO: f64 = 1.01;
/// Shorter times than this, in milliseconds, count as this long.
const SHORTEST_MS: f64 = 0.01;

/// How sure the numbers are, in milliseconds, with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Intervals {
    /// Of the mean.
    pub mean_ms: Interval,
    /// Of the percentile 95, between two times that occurred.
    pub p95_ms: Interval,
    /// Of the percentile 99.
    pub p99_ms: Interval,
}

impl Default for Intervals {
    fn default() -> Self {
        Self { mean_ms: Interval::UNKNOWN, p95_ms: Interval::UNKNOWN, p99_ms: Interval::UNKNOWN }
    }
}

/// A line of the spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// The share of all times, in per cent, that are not longer.
    pub percentile: f64,
    /// How long they are at most, in milliseconds.
    pub ms: f64,
    /// How many they are.
    pub count: u64,
}

impl Times {
    /// How sure the numbers are.
    #[must_use]
    pub fn intervals(&self) -> Intervals {
        let count = self.micros.len();
        if count == 0 {
            return Intervals::default();
        }
        let mean = ms(self.sum) / count as f64;
        let mut mean_ms = stats::mean_interval(mean, self.micros.stdev() / 1e3, count);
        mean_ms.low = mean_ms.low.max(0.0);
        Intervals { mean_ms, p95_ms: self.percentile_interval(0.95), p99_ms: self.percentile_interval(0.99) }
    }

    fn percentile_interval(&self, share: f64) -> Interval {
        let (low, high) = stats::percentile_ranks(self.micros.len(), share);
        Interval {
            low: low.map_or(0.0, |rank| self.at_rank(rank)),
            high: high.map_or(f64::INFINITY, |rank| self.at_rank(rank)),
        }
    }

    /// The time at a place, counted from 1, in milliseconds. Half a place less keeps clear of rounding.
    fn at_rank(&self, rank: u64) -> f64 {
        let share = (rank as f64 - 0.5) / self.micros.len() as f64;
        (self.micros.value_at_quantile(share) as f64 / 1e3).min(ms(self.max))
    }

    /// The spectrum of percentiles: ever finer towards the longest time.
    #[must_use]
    pub fn spectrum(&self) -> Vec<Quantile> {
        let mut spectrum: Vec<Quantile> = Vec::new();
        for step in self.micros.iter_quantiles(TICKS) {
            let so_far = spectrum.last().map_or(0, |line| line.count);
            spectrum.push(Quantile {
                percentile: step.quantile_iterated_to() * 100.0,
                ms: (step.value_iterated_to() as f64 / 1e3).min(ms(self.max)),
                count: so_far + step.count_since_last_iteration(),
            });
        }
        spectrum
    }

    /// How many times have which length, in milliseconds to 1 %: enough to compare another run with this one.
    #[must_use]
    pub fn lengths(&self) -> Vec<(f64, u64)> {
        let mut lengths: Vec<(f64, u64)> = Vec::new();
        for step in self.micros.iter_recorded() {
            let millis = (step.value_iterated_to() as f64 / 1e3).max(SHORTEST_MS);
            let bucket = (millis / SHORTEST_MS).ln() / LENGTH_RATIO.ln();
            let length = (SHORTEST_MS * LENGTH_RATIO.powf(bucket.round()) * 1e4).round() / 1e4;
            match lengths.last_mut().filter(|last| (last.0 - length).abs() < f64::EPSILON) {
                Some(last) => last.1 += step.count_since_last_iteration(),
                None => lengths.push((length, step.count_since_last_iteration())),
            }
        }
        lengths
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn times(micros: &[u64]) -> Times {
        let mut times = Times::default();
        micros.iter().for_each(|value| times.add(Duration::from_micros(*value), false));
        times
    }

    #[test]
    fn a_few_times_do_not_bound_their_percentiles_from_above() {
        let few = times(&[1_000, 2_000, 3_000]).intervals();
        assert_eq!(few.p99_ms.high, f64::INFINITY);
        assert!(few.mean_ms.low >= 0.0 && few.mean_ms.high < 6.0, "{few:?}");
        assert_eq!(Times::default().intervals(), Intervals::default());
    }

    #[test]
    fn an_interval_that_has_no_end_is_null_in_json() {
        let json = serde_json::to_value(times(&[1_000]).intervals()).unwrap();
        assert!(json["p95_ms"]["high"].is_null() && json["p95_ms"]["low"].is_number());
    }

    proptest! {
        #[test]
        fn the_spectrum_rises_to_the_longest_time_and_stays_short(
            micros in proptest::collection::vec(1u64..100_000_000, 1..2_000),
        ) {
            let spectrum = times(&micros).spectrum();
            let last = spectrum.last().unwrap();
            let longest = *micros.iter().max().unwrap() as f64 / 1e3;
            prop_assert_eq!((last.percentile, last.count), (100.0, micros.len() as u64));
            prop_assert!((last.ms / longest - 1.0).abs() < 2e-3);
            prop_assert!(spectrum.windows(2).all(|pair| pair[0].ms <= pair[1].ms && pair[0].count <= pair[1].count));
            prop_assert!(spectrum.len() < 300, "{} lines", spectrum.len());
        }

        #[test]
        fn lengths_count_every_time_once_and_are_near_it(micros in proptest::collection::vec(100u64..100_000_000, 1..500)) {
            let lengths = times(&micros).lengths();
            prop_assert_eq!(lengths.iter().map(|length| length.1).sum::<u64>(), micros.len() as u64);
            let told: f64 = lengths.iter().map(|(length, count)| length * *count as f64).sum();
            let sum: f64 = micros.iter().map(|value| *value as f64 / 1e3).sum();
            prop_assert!((told / sum - 1.0).abs() < 0.01, "{} instead of {}", told, sum);
            prop_assert!(lengths.len() < 2_400);
        }

        #[test]
        fn percentiles_lie_in_their_intervals(micros in proptest::collection::vec(1u64..10_000_000, 20..400)) {
            let times = times(&micros);
            let (numbers, intervals) = (times.numbers(), times.intervals());
            for (value, interval) in
                [(numbers.mean_ms, intervals.mean_ms), (numbers.p95_ms, intervals.p95_ms), (numbers.p99_ms, intervals.p99_ms)]
            {
                prop_assert!(interval.low <= value && value <= interval.high, "{} in {:?}", value, interval);
            }
        }
    }
}
