//! Numbers with their uncertainty: pure functions.
//!
//! `around` puts intervals around means and percentiles, `change` compares two samples, `usl` fits a scalability curve.

mod around;
mod change;
pub mod usl;

pub use around::{mean_interval, percentile_ranks};
pub use change::{Change, change};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// The two-sided 95 % point of the normal distribution.
pub(crate) const Z95: f64 = 1.959_964;
/// Resamples of a bootstrap: enough for a stable 95 % interval.
const RESAMPLES: usize = 2_000;

/// A range that holds the true value with 95 % confidence. An end that cannot be known is infinite, which JSON shows as
/// `null`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { low: 0.0, high: f64::INFINITY };
}

/// The Wilson interval of a share: honest also when nothing, or everything, was hit.
#[must_use]
pub fn wilson(hits: u64, of: u64) -> Interval {
    if of == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (n, z2) = (of as f64, Z95 * Z95);
    let share = hits as f64 / n;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// The mean; 0 of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The value that a share of the values does not exceed (nearest rank); 0 of nothing.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// By what share the mean of `ours` is below that of `theirs`: 0.3 means 30 % sooner.
#[must_use]
pub fn saving(ours: &[f64], theirs: &[f64]) -> f64 {
    let theirs = mean(theirs);
    if theirs > 0.0 { 1.0 - mean(ours) / theirs } else { 0.0 }
}

/// The 95 % percentile bootstrap interval of [`saving`].
#[must_use]
pub fn saving_interval(ours: &[f64], theirs: &[f64], seed: u64) -> Interval {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut savings: Vec<f64> =
        (0..RESAMPLES).map(|_| saving(&resample(ours, &mut dice), &resample(theirs, &mut dice))).collect();
    savings.sort_by(f64::total_cmp);
    Interval { low: quantile(&savings, 0.025), high: quantile(&savings, 0.975) }
}

fn resample(values: &[f64], dice: &mut ChaCha8Rng) -> Vec<f64> {
    let pick = |_| values.get(dice.random_range(0..values.len().max(1))).copied().unwrap_or(0.0);
    (0..values.len()).map(pick).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fifty_turns_without_an_error_cannot_show_one_per_cent() {
        let interval = wilson(0, 50);
        assert_eq!(interval.low, 0.0);
        assert!((interval.high - 0.0713).abs() < 0.0005, "{interval:?}");
        assert!(wilson(0, 400).high < 0.01);
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.95), 95.0);
        assert_eq!(quantile(&values, 0.5), 50.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_saving_of_half_is_seen_with_an_interval_around_it() {
        let theirs: Vec<f64> = (0..60).map(|n| 4.0 + f64::from(n % 7) / 10.0).collect();
        let ours: Vec<f64> = theirs.iter().map(|value| value / 2.0).collect();
        let interval = saving_interval(&ours, &theirs, 1);
        assert!((saving(&ours, &theirs) - 0.5).abs() < 1e-9);
        assert!(interval.low < 0.5 && 0.5 < interval.high && interval.high - interval.low < 0.05, "{interval:?}");
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval(of in 1u64..5_000, part in 0.0f64..=1.0) {
            let hits = (of as f64 * part) as u64;
            let (share, interval) = (hits as f64 / of as f64, wilson(hits, of));
            prop_assert!(interval.low <= share + 1e-9 && share <= interval.high + 1e-9);
            prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
        }
    }
}
