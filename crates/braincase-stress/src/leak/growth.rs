//! Growth: the slope of a noisy series with its uncertainty, by Theil and Sen; noise that depends on itself, as memory's
//! does, widens the interval as Hamed and Rao (1998) say.

use serde::Serialize;

use crate::stats::quantile;

/// Into how many points a series is condensed, so that spikes do not count.
const BINS: usize = 24;
/// Each is what so much of its bin lies below. Work in progress only ever adds to memory: an image that is being looked at
/// takes megabytes for a moment, so that the median under load tells how much was going on. What is kept shows in the
/// quieter moments, and a leak raises these as well.
const QUIET: f64 = 0.1;
/// The two-sided 95 % point of the normal distribution.
const Z95: f64 = 1.959_964;
/// The two-sided 99.9 % point: whoever is woken up by an alarm wants it to be true.
const Z999: f64 = 3.290_527;

/// A slope with its 95 % interval, in bytes a turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// The slope.
    pub slope: f64,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// How a series grows: as a whole, in its first and in its second half.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trend {
    pub(super) all: Growth,
    pub(super) early: Growth,
    pub(super) late: Growth,
    /// What the whole surely exceeds, so that noise alone raises no alarm.
    pub(super) surely: f64,
    /// Where it began.
    pub(super) first: f64,
}

/// The trend of points in the order in which they were taken; nothing if there are too few.
pub(super) fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    let bins = condense(points)?;
    let (early, late) = bins.split_at(BINS / 2);
    let first = bins.first()?.1;
    let surely = growth_within(&bins, Z999)?.low;
    Some(Trend { all: growth(&bins)?, early: growth(early)?, late: growth(late)?, surely, first })
}

/// Bins with equally many points, each reduced to its middle and to what it held when it was quiet.
fn condense(points: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
    let bound = |bin: usize| bin * points.len() / BINS;
    let point = |bin: usize| {
        let of = points.get(bound(bin)..bound(bin + 1)).filter(|of| !of.is_empty())?;
        let (turns, bytes): (Vec<_>, Vec<_>) = of.iter().copied().unzip();
        Some((quantile(&turns, 0.5), quantile(&bytes, QUIET)))
    };
    (0..BINS).map(point).collect()
}

/// The median of the slopes between all pairs; its interval is between two of them, chosen by how many pairs may rise or
/// fall by chance alone.
pub(super) fn growth(points: &[(f64, f64)]) -> Option<Growth> {
    growth_within(points, Z95)
}

/// The same with an interval so many standard deviations wide to each side.
fn growth_within(points: &[(f64, f64)], deviations: f64) -> Option<Growth> {
    let pairs =
        points.iter().enumerate().flat_map(|(at, one)| points.iter().skip(at + 1).map(move |other| (one, other)));
    let rising = pairs.filter(|(one, other)| other.0 > one.0);
    let mut slopes: Vec<f64> = rising.map(|(one, other)| (other.1 - one.1) / (other.0 - one.0)).collect();
    slopes.sort_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let slope = quantile(&slopes, 0.5);
    let chance = deviations * (variance_of_pairs(points) * inflation(points, slope)).sqrt();
    let low = ((slopes.len() as f64 - chance) / 2.0).floor() - 1.0;
    let high = ((slopes.len() as f64 + chance) / 2.0).ceil();
    let at = |index: f64| slopes.get(index.clamp(0.0, last as f64) as usize).copied();
    Some(Growth { slope, low: at(low)?, high: at(high)? })
}

/// The variance of how many more pairs rise than fall when there is no trend; equal values are neither.
fn variance_of_pairs(points: &[(f64, f64)]) -> f64 {
    let of = |n: usize| (n * n.saturating_sub(1) * (2 * n + 5)) as f64;
    let mut values: Vec<f64> = points.iter().map(|point| point.1).collect();
    values.sort_by(f64::total_cmp);
    let ties: f64 = values.chunk_by(|one, other| one == other).map(|same| of(same.len())).sum();
    (of(points.len()) - ties) / 18.0
}

/// By how much that variance is larger because neighbours are alike; never less than 1, so that an interval is not
/// narrowed by chance.
fn inflation(points: &[(f64, f64)], slope: f64) -> f64 {
    let n = points.len() as f64;
    let noise: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let ranks = ranks(&noise);
    let significant = Z95 / n.sqrt();
    let weighted = (1..points.len()).map(|lag| {
        let likeness = autocorrelation(&ranks, lag);
        let left = n - lag as f64;
        if likeness.abs() > significant { left * (left - 1.0) * (left - 2.0) * likeness } else { 0.0 }
    });
    let sum: f64 = weighted.sum();
    (1.0 + 2.0 * sum / (n * (n - 1.0) * (n - 2.0))).max(1.0)
}

/// The place of each value among all of them; equal values share the mean of their places.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count();
    let equal = |value: f64| values.iter().filter(|other| **other == value).count();
    values.iter().map(|value| below(*value) as f64 + (equal(*value) as f64 + 1.0) / 2.0).collect()
}

/// How much values are like those that came `lag` places before: 1 is the same, 0 not at all.
fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    let mean = crate::stats::mean(values);
    let spread: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let together: f64 =
        values.iter().zip(values.iter().skip(lag)).map(|(one, later)| (one - mean) * (later - mean)).sum();
    if spread > 0.0 { together / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn line(slope: f64, noise: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
        (0..24).map(|n| (n as f64, slope * n as f64 + noise(n))).collect()
    }

    #[test]
    fn a_line_without_noise_has_its_slope_and_no_doubt() {
        let found = growth(&line(3.0, |_| 0.0)).unwrap();
        assert!((found.low - 3.0).abs() < 1e-9 && (found.high - 3.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_constant_does_not_grow() {
        let constant = line(0.0, |_| 7.0);
        assert_eq!(growth(&constant), Some(Growth { slope: 0.0, low: 0.0, high: 0.0 }));
    }

    #[test]
    fn the_interval_is_that_of_the_formula_worked_by_hand() {
        // Without ties and without likeness of neighbours: C = 1.96 · √(10 · 9 · 25 / 18), 45 pairs.
        let values = [1.0, 5.0, 2.0, 8.0, 4.0, 9.0, 3.0, 10.0, 6.0, 7.0];
        let points: Vec<_> = values.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
        assert!((variance_of_pairs(&points) - 125.0).abs() < 1e-9);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
        let mut slopes = Vec::new();
        for (at, one) in points.iter().enumerate() {
            slopes.extend(points[at + 1..].iter().map(|other| (other.1 - one.1) / (other.0 - one.0)));
        }
        slopes.sort_by(f64::total_cmp);
        let found = growth(&points).unwrap();
        // (45 ∓ 21.9) / 2: the 11th and the 35th of the ordered slopes.
        assert_eq!((found.low, found.high), (slopes[10], slopes[34]), "{found:?} {slopes:?}");
    }

    #[test]
    fn neighbours_that_are_alike_widen_the_interval() {
        // Given series without a trend in which each value keeps three quarters of the one before.
        let mut false_trends = 0;
        let mut inflated = 0.0;
        for seed in 0..200 {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            let mut value = 0.0;
            let points: Vec<_> = (0..BINS)
                .map(|n| {
                    value = 0.75 * value + dice.random_range(-1.0..1.0);
                    (n as f64, value)
                })
                .collect();
            let found = growth(&points).unwrap();
            inflated += inflation(&points, found.slope) / 200.0;
            false_trends += usize::from(found.low > 0.0 || found.high < 0.0);
        }

        // Then a trend is seen in fewer of them than the two fifths that would be without the inflation.
        assert!(inflated > 1.2, "{inflated}");
        assert!(false_trends < 60, "{false_trends} of 200");
    }

    #[test]
    fn one_spike_does_not_count() {
        let points: Vec<_> = (0..240).map(|n| (f64::from(n), if n == 200 { 1e12 } else { 5.0 })).collect();
        assert_eq!(trend(&points).unwrap().all.high, 0.0);
    }

    #[test]
    fn there_is_no_trend_of_too_few_points_or_of_no_turns() {
        assert!(trend(&[]).is_none());
        assert!(trend(&[(1.0, 1.0); 23]).is_none());
        assert!(trend(&[(1.0, 1.0); 100]).is_none());
    }

    proptest! {
        #[test]
        fn the_slope_lies_in_its_interval_and_moves_with_the_series(
            values in prop::collection::vec(-1e6..1e6_f64, 24), slope in -1e4..1e4_f64
        ) {
            let flat: Vec<_> = values.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
            let tilted: Vec<_> = flat.iter().map(|(x, y)| (*x, y + slope * x)).collect();
            let (one, other) = (growth(&flat).unwrap(), growth(&tilted).unwrap());
            prop_assert!(one.low <= one.slope && one.slope <= one.high);
            prop_assert!((other.slope - one.slope - slope).abs() < 1e-3);
        }
    }
}
