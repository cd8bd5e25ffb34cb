//! Times of one kind, and their numbers; `spectrum` tells them in more detail.

mod spectrum;

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

pub use self::spectrum::{Intervals, Quantile};

/// Three digits are exact; the largest value is a minute more than any request may take.
const DIGITS: u8 = 3;
const LARGEST_MICROS: u64 = 120_000_000;

/// Times of one kind; minimum, maximum and sum are exact, percentiles to three digits.
#[derive(Debug, Clone)]
pub struct Times {
    micros: Histogram<u64>,
    sum: Duration,
    min: Duration,
    max: Duration,
    errors: u64,
}

/// Times in numbers, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Numbers {
    pub count: u64,
    pub errors: u64,
    pub min_ms: f64,
    pub mean_ms: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Default for Times {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the two constants are within what a histogram allows")]
        let micros = Histogram::new_with_max(LARGEST_MICROS, DIGITS).expect("valid bounds");
        Self { micros, sum: Duration::ZERO, min: Duration::MAX, max: Duration::ZERO, errors: 0 }
    }
}

impl Times {
    /// Adds one time.
    pub fn add(&mut self, took: Duration, failed: bool) {
        self.micros.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
        self.sum += took;
        self.min = self.min.min(took);
        self.max = self.max.max(took);
        self.errors += u64::from(failed);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same bounds, so that nothing can be out of range.
        let _: Result<(), _> = self.micros.add(&other.micros);
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.errors += other.errors;
    }

    /// The times in numbers.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        let count = self.micros.len();
        if count == 0 {
            return Numbers::default();
        }
        // The histogram rounds up within its three digits; a percentile above the maximum would look wrong.
        let at = |share: f64| (self.micros.value_at_quantile(share) as f64 / 1e3).min(ms(self.max));
        Numbers {
            count,
            errors: self.errors,
            min_ms: ms(self.min),
            mean_ms: ms(self.sum) / count as f64,
            p50_ms: at(0.50),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: ms(self.max),
        }
    }

    /// How many values lie in each of the ranges between the bounds, in milliseconds.
    #[must_use]
    pub fn counts(&self, bounds_ms: &[f64]) -> Vec<u64> {
        let up_to = |bound: f64| self.micros.count_between(0, (bound * 1e3) as u64);
        bounds_ms.windows(2).map(|pair| up_to(pair[1]).saturating_sub(up_to(pair[0]))).collect()
    }
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: impl IntoIterator<Item = u64>) -> Times {
        let mut times = Times::default();
        for value in millis {
            times.add(Duration::from_millis(value), value == 7);
        }
        times
    }

    #[test]
    fn numbers_are_those_of_the_values() {
        let numbers = times(1..=100).numbers();
        assert_eq!((numbers.count, numbers.errors), (100, 1));
        assert_eq!((numbers.min_ms, numbers.mean_ms, numbers.max_ms), (1.0, 50.5, 100.0));
        assert!((numbers.p95_ms - 95.0).abs() < 0.1, "{numbers:?}");
    }

    #[test]
    fn merging_is_the_same_as_adding_all() {
        let mut merged = times(1..=50);
        merged.merge(&times(51..=100));
        assert_eq!(merged.numbers(), times(1..=100).numbers());
        assert_eq!(Times::default().numbers(), Numbers::default());
    }

    #[test]
    fn no_percentile_is_above_the_maximum() {
        let numbers = times([1_999]).numbers();
        assert!(numbers.p99_ms <= numbers.max_ms);
    }

    #[test]
    fn counts_add_up() {
        assert_eq!(times(1..=100).counts(&[0.0, 10.0, 50.0, 1_000.0]), [10, 40, 50]);
    }
}
