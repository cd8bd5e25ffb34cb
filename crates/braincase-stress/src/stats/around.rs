//! Intervals around one number of one sample: its mean, or one of its percentiles.

use super::{Interval, Z95};

/// The 95 % interval of a mean, by Student's distribution; [`Interval::UNKNOWN`] of fewer than two values.
///
/// `deviation` is the standard deviation of the sample, in the unit of the mean.
#[must_use]
pub fn mean_interval(mean: f64, deviation: f64, count: u64) -> Interval {
    if count < 2 {
        return Interval::UNKNOWN;
    }
    let half = student95((count - 1) as f64) * deviation / (count as f64).sqrt();
    Interval { low: mean - half, high: mean + half }
}

/// The two-sided 95 % point of Student's distribution, by its expansion around the normal one: within 1 % from three
/// degrees of freedom on.
fn student95(freedom: f64) -> f64 {
    let z = Z95;
    let first = (z.powi(3) + z) / (4.0 * freedom);
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * freedom.powi(2));
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / (384.0 * freedom.powi(3));
    z + first + second + third
}

/// Between which two of `count` sorted values, counted from 1, the `share` percentile of what they were drawn from lies
/// with 95 % confidence, whatever its distribution is. Nothing where the sample is too small to have such a value.
#[must_use]
pub fn percentile_ranks(count: u64, share: f64) -> (Option<u64>, Option<u64>) {
    // The percentile lies above the value of rank r if at least r values lie below it, which is a binomial count.
    let (mut low, mut high) = (None, None);
    let mut below = 0.0;
    let mut log_mass = count as f64 * (1.0 - share).ln();
    let odds = (share / (1.0 - share)).ln();
    for rank in 1..=count {
        below += log_mass.exp();
        // `below` is the chance that fewer than `rank` values lie below the percentile.
        if below <= 0.025 {
            low = Some(rank);
        }
        if below >= 0.975 {
            high = Some(rank);
            break;
        }
        log_mass += ((count - rank + 1) as f64 / rank as f64).ln() + odds;
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn ranks_are_those_of_the_tables() {
        // The interval of a median of ten, and of a p95 of a hundred, as in any table of order statistics.
        assert_eq!(percentile_ranks(10, 0.5), (Some(2), Some(9)));
        assert_eq!(percentile_ranks(100, 0.95), (Some(90), Some(100)));
    }

    #[test]
    fn few_values_do_not_bound_a_high_percentile_from_above() {
        assert_eq!(percentile_ranks(50, 0.99).1, None);
        assert_eq!(percentile_ranks(0, 0.95), (None, None));
        assert!(percentile_ranks(400, 0.99).1.is_some());
    }

    #[test]
    fn the_student_points_are_those_of_the_tables() {
        for (freedom, expected) in [(3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (1_000.0, 1.962)] {
            assert!((student95(freedom) / expected - 1.0).abs() < 0.01, "{freedom}: {}", student95(freedom));
        }
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let (mut mean_held, mut percentile_held) = (0, 0);
        const RUNS: u64 = 400;
        for seed in 0..RUNS {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            // Exponential: skewed as times are, with mean 1 and p90 of ln 10.
            let mut values: Vec<f64> = (0..120).map(|_| -(1.0 - dice.random::<f64>()).ln()).collect();
            values.sort_by(f64::total_cmp);
            let mean = crate::stats::mean(&values);
            let spread: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            let interval = mean_interval(mean, (spread / 119.0).sqrt(), 120);
            mean_held += u64::from(interval.low <= 1.0 && 1.0 <= interval.high);
            let (low, high) = percentile_ranks(120, 0.9);
            let value = |rank: Option<u64>| values[rank.unwrap() as usize - 1];
            let truth = 10f64.ln();
            percentile_held += u64::from(value(low) <= truth && truth <= value(high));
        }
        assert!(mean_held >= RUNS * 91 / 100, "{mean_held} of {RUNS}");
        assert!(percentile_held >= RUNS * 93 / 100, "{percentile_held} of {RUNS}");
    }

    proptest! {
        #[test]
        fn ranks_enclose_the_rank_of_the_percentile(count in 1u64..20_000, share in 0.01f64..0.995) {
            let rank = share * count as f64;
            let (low, high) = percentile_ranks(count, share);
            prop_assert!(low.is_none_or(|low| (low as f64) <= rank + 1.0), "{low:?} of {count}");
            prop_assert!(high.is_none_or(|high| high as f64 >= rank && high <= count), "{high:?} of {count}");
        }

        #[test]
        fn an_interval_gets_narrower_with_every_value(count in 2u64..10_000, deviation in 0.0f64..100.0) {
            let width = |count| { let found = mean_interval(5.0, deviation, count); found.high - found.low };
            prop_assert!(width(count + 1) <= width(count) + 1e-9);
        }
    }
}
