//! How much two samples differ, as a ratio with its bootstrap interval.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::{Interval, RESAMPLES, mean};

/// Numbers that are compared at once: each of them must be surer, or one of them would soon be larger by chance.
const COMPARED: f64 = 3.0;

/// How much larger a number of one sample is than that of another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Of the sample that is judged.
    pub ours: f64,
    /// Of what it is compared with.
    pub theirs: f64,
    /// By what share ours is larger: 0.05 means 5 % more.
    pub by: f64,
    /// The interval of that.
    pub interval: Interval,
    /// By what share it is larger at least, so surely that three of them together are seldom wrong.
    pub surely: f64,
}

impl Change {
    /// Whether ours is larger by more than `tolerance`, and surely larger at all.
    #[must_use]
    pub fn is_growth_beyond(&self, tolerance: f64) -> bool {
        self.by > tolerance && self.surely > 0.0
    }
}

/// Compares the means of two samples, or their `share` percentiles; nothing when one is empty or has nothing but zeros.
#[must_use]
pub fn change(ours: &[f64], theirs: &[f64], share: Option<f64>, seed: u64) -> Option<Change> {
    let number = |values: &mut [f64]| match share {
        None => mean(values),
        Some(share) => select(values, share),
    };
    let (mut mine, mut other) = (ours.to_vec(), theirs.to_vec());
    let (ours_at, theirs_at) = (number(&mut mine), number(&mut other));
    if ours.is_empty() || theirs.is_empty() || theirs_at <= 0.0 {
        return None;
    }
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            redraw(ours, &mut mine, &mut dice);
            redraw(theirs, &mut other, &mut dice);
            number(&mut mine) / number(&mut other).max(f64::MIN_POSITIVE) - 1.0
        })
        .collect();
    let interval = Interval { low: select(&mut ratios, 0.025), high: select(&mut ratios, 0.975) };
    let surely = select(&mut ratios, 0.025 / COMPARED);
    Some(Change { ours: ours_at, theirs: theirs_at, by: ours_at / theirs_at - 1.0, interval, surely })
}

fn redraw(from: &[f64], into: &mut [f64], dice: &mut ChaCha8Rng) {
    for value in into {
        *value = from[dice.random_range(0..from.len())];
    }
}

/// The nearest rank, without sorting everything; 0 of nothing.
fn select(values: &mut [f64], share: f64) -> f64 {
    let rank = (share * values.len() as f64).ceil() as usize;
    let at = rank.saturating_sub(1).min(values.len().saturating_sub(1));
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(at, f64::total_cmp).1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(seed: u64, count: usize, factor: f64) -> Vec<f64> {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        (0..count).map(|_| factor * (1.0 - (1.0 - dice.random::<f64>()).ln())).collect()
    }

    #[test]
    fn what_is_the_same_is_seldom_called_a_growth() {
        let cries = (0..60).filter(|seed| {
            let (ours, theirs) = (drawn(*seed, 200, 1.0), drawn(seed + 1_000, 200, 1.0));
            change(&ours, &theirs, None, 1).unwrap().is_growth_beyond(0.05)
        });
        assert!(cries.count() <= 5);
    }

    #[test]
    fn what_is_a_fifth_slower_is_called_so_and_what_is_sooner_never() {
        for share in [None, Some(0.95)] {
            let (ours, theirs) = (drawn(1, 2_000, 1.2), drawn(2, 2_000, 1.0));
            let slower = change(&ours, &theirs, share, 1).unwrap();
            assert!(slower.is_growth_beyond(0.05) && (slower.by - 0.2).abs() < 0.07, "{slower:?}");
            assert!(!change(&theirs, &ours, share, 1).unwrap().is_growth_beyond(0.05));
        }
    }

    #[test]
    fn nothing_is_not_compared() {
        assert_eq!(change(&[], &[1.0], None, 1), None);
        assert_eq!(change(&[1.0], &[], None, 1), None);
        assert_eq!(change(&[1.0], &[0.0], None, 1), None);
    }

    proptest! {
        #[test]
        fn a_rank_is_that_of_sorted_values(values in proptest::collection::vec(0.0f64..1e6, 1..200), share in 0.0f64..=1.0) {
            prop_assert_eq!(select(&mut values.clone(), share), crate::stats::quantile(&values, share));
        }
    }
}
