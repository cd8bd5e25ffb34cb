//! The Universal Scalability Law: how throughput grows with users until they get into each other's way.
//!
//! X(N) = λN / (1 + a(N−1) + bN(N−1)): λ is what one user gets done alone, a is contention (what is done one after the
//! other), b is coherency (what everyone has to agree on with everyone). N/X is linear in the three, so that the fit is a
//! least-squares line, in which each level counts for as much as it measured.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::{Interval, quantile};

/// With fewer levels three numbers fit anything.
pub const MIN_LEVELS: usize = 6;
/// How far beyond the largest level anything may be said.
pub const MAX_EXTRAPOLATION: f64 = 2.0;
const RESAMPLES: usize = 500;

/// What was measured with so many users.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Users.
    pub users: f64,
    /// Turns per second.
    pub throughput: f64,
    /// Turns that were counted.
    pub count: u64,
}

/// The law with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usl {
    /// Turns per second that one user alone gets done.
    pub lambda: f64,
    /// Contention, as a share.
    pub contention: f64,
    /// Its interval.
    pub contention_interval: Interval,
    /// Coherency, as a share.
    pub coherency: f64,
    /// Its interval.
    pub coherency_interval: Interval,
    /// Users at which throughput is highest; nothing if that is further than twice the largest level.
    pub peak_users: Option<f64>,
    /// How far the levels are from the curve, as a share of their throughput (root mean square).
    pub misfit: f64,
    /// The largest number of users of which the curve may be asked.
    pub max_users: f64,
}

impl Usl {
    /// Turns per second with so many users; nothing beyond what was measured twice over.
    #[must_use]
    pub fn throughput(&self, users: f64) -> Option<f64> {
        let curve = Curve { lambda: self.lambda, contention: self.contention, coherency: self.coherency };
        (users <= self.max_users).then(|| curve.at(users))
    }
}

#[derive(Debug, Clone, Copy)]
struct Curve {
    lambda: f64,
    contention: f64,
    coherency: f64,
}

impl Curve {
    fn at(self, users: f64) -> f64 {
        let Self { lambda, contention, coherency } = self;
        lambda * users / (1.0 + contention * (users - 1.0) + coherency * users * (users - 1.0))
    }
}

/// Fits the law; nothing with fewer than six different levels.
#[must_use]
pub fn fit(levels: &[Level], seed: u64) -> Option<Usl> {
    let mut users: Vec<f64> = levels.iter().map(|level| level.users).collect();
    users.sort_by(f64::total_cmp);
    users.dedup();
    if users.len() < MIN_LEVELS {
        return None;
    }
    let curve = curve_of(levels)?;
    let errors: Vec<f64> = levels.iter().map(|level| curve.at(level.users) / level.throughput - 1.0).collect();
    let freedom = levels.len().saturating_sub(3).max(1) as f64;
    let scatter = (errors.iter().map(|error| error * error).sum::<f64>() / freedom).sqrt();
    let (contention_interval, coherency_interval) = intervals(levels, curve, scatter, seed);
    let max_users = users.last()? * MAX_EXTRAPOLATION;
    let peak = (curve.coherency > 0.0).then(|| ((1.0 - curve.contention).max(0.0) / curve.coherency).sqrt());
    Some(Usl {
        lambda: curve.lambda,
        contention: curve.contention,
        contention_interval,
        coherency: curve.coherency,
        coherency_interval,
        peak_users: peak.filter(|peak| (1.0..=max_users).contains(peak)),
        misfit: (errors.iter().map(|error| error * error).sum::<f64>() / levels.len() as f64).sqrt(),
        max_users,
    })
}

/// Draws every level again, as far from the curve as it may have been by chance, and fits again.
fn intervals(levels: &[Level], curve: Curve, scatter: f64, seed: u64) -> (Interval, Interval) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let (mut contentions, mut coherencies) = (Vec::new(), Vec::new());
    for _ in 0..RESAMPLES {
        let drawn: Vec<Level> = levels
            .iter()
            .map(|level| {
                let spread = scatter.max(1.0 / (level.count.max(1) as f64).sqrt());
                let factor = (1.0 + spread * normal(&mut dice)).max(0.05);
                Level { throughput: curve.at(level.users) * factor, ..*level }
            })
            .collect();
        if let Some(Curve { contention, coherency, .. }) = curve_of(&drawn) {
            contentions.push(contention);
            coherencies.push(coherency);
        }
    }
    let between = |values: &[f64]| Interval { low: quantile(values, 0.025), high: quantile(values, 0.975) };
    (between(&contentions), between(&coherencies))
}

fn normal(dice: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (dice.random(), dice.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// The best curve whose contention and coherency are not negative: a number that would be is taken out.
fn curve_of(levels: &[Level]) -> Option<Curve> {
    let full = solve(levels, [true, true]);
    if let Some(curve) = full.filter(|curve| curve.contention >= 0.0 && curve.coherency >= 0.0) {
        return Some(curve);
    }
    let fewer = [[true, false], [false, true], [false, false]].into_iter().filter_map(|terms| solve(levels, terms));
    let allowed = fewer.filter(|curve| curve.contention >= 0.0 && curve.coherency >= 0.0);
    allowed.min_by(|one, other| misfit(levels, *one).total_cmp(&misfit(levels, *other)))
}

fn misfit(levels: &[Level], curve: Curve) -> f64 {
    levels.iter().map(|level| level.count as f64 * (curve.at(level.users) / level.throughput - 1.0).powi(2)).sum()
}

/// Weighted least squares of N/X in the terms that are asked for; the first, 1/λ, always is.
fn solve(levels: &[Level], terms: [bool; 2]) -> Option<Curve> {
    let mut sums = [[0.0; 4]; 3];
    for level in levels.iter().filter(|level| level.throughput > 0.0) {
        let (n, y) = (level.users, level.users / level.throughput);
        // The error of N/X is as large a share of it as that of X is of X.
        let weight = level.count.max(1) as f64 / (y * y);
        let pick = |wanted: bool, value: f64| if wanted { value } else { 0.0 };
        let row = [1.0, pick(terms[0], n - 1.0), pick(terms[1], n * (n - 1.0))];
        for (at, left) in row.iter().enumerate() {
            for (to, right) in row.iter().chain([&y]).enumerate() {
                sums[at][to] += weight * left * right;
            }
        }
    }
    for (at, wanted) in [(1, terms[0]), (2, terms[1])] {
        if !wanted {
            sums[at] = [0.0; 4];
            sums[at][at] = 1.0;
        }
    }
    let [base, contention, coherency] = eliminate(sums)?;
    let is_usable = base > 0.0;
    is_usable.then(|| Curve { lambda: 1.0 / base, contention: contention / base, coherency: coherency / base })
}

/// Gauss's elimination with the largest pivot; nothing if the levels do not determine the numbers.
fn eliminate(mut rows: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for at in 0..3 {
        let best = (at..3).max_by(|one, other| rows[*one][at].abs().total_cmp(&rows[*other][at].abs()))?;
        rows.swap(at, best);
        let pivot = rows[at];
        if pivot[at].abs() < f64::MIN_POSITIVE {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != at) {
            let factor = row[at] / pivot[at];
            for (value, above) in row.iter_mut().zip(pivot) {
                *value -= factor * above;
            }
        }
    }
    let found = [rows[0][3] / rows[0][0], rows[1][3] / rows[1][1], rows[2][3] / rows[2][2]];
    found.iter().all(|value| value.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USERS: [f64; 8] = [8.0, 16.0, 32.0, 64.0, 128.0, 192.0, 256.0, 512.0];

    fn measured(curve: Curve, noise: f64, seed: u64) -> Vec<Level> {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut level = |users| {
            let throughput = curve.at(users) * (1.0 + noise * normal(&mut dice));
            Level { users, throughput, count: (throughput * 10.0) as u64 }
        };
        USERS.map(&mut level).to_vec()
    }

    #[test]
    fn five_levels_are_too_few_and_the_same_level_twice_is_one() {
        let curve = Curve { lambda: 0.25, contention: 0.02, coherency: 1e-5 };
        let levels = measured(curve, 0.0, 1);
        assert_eq!(fit(&levels[..5], 1), None);
        let twice: Vec<Level> = levels[..5].iter().chain(&levels[..5]).copied().collect();
        assert_eq!(fit(&twice, 1), None);
    }

    #[test]
    fn users_who_do_not_hinder_each_other_have_no_peak() {
        let found = fit(&measured(Curve { lambda: 0.3, contention: 0.0, coherency: 0.0 }, 0.0, 1), 1).unwrap();
        assert!(found.contention < 1e-6 && found.coherency < 1e-9, "{found:?}");
        assert_eq!(found.peak_users, None);
        assert_eq!(found.throughput(1_025.0), None, "further than twice the largest level");
    }

    #[test]
    fn the_truth_is_in_its_interval_and_near_despite_noise() {
        let curve = Curve { lambda: 0.25, contention: 0.02, coherency: 4e-5 };
        let held = (0..40).filter(|seed| {
            let found = fit(&measured(curve, 0.03, *seed), *seed).unwrap();
            let within = |interval: Interval, truth: f64| interval.low <= truth && truth <= interval.high;
            let peak = found.peak_users.unwrap_or_default();
            within(found.contention_interval, 0.02)
                && within(found.coherency_interval, 4e-5)
                && (peak / 156.5 - 1.0).abs() < 0.35
        });
        let held = held.count();
        assert!(held >= 34, "{held} of 40");
    }

    proptest! {
        #[test]
        fn a_curve_without_noise_is_found_again(
            lambda in 0.05f64..5.0, contention in 0.0f64..0.2, coherency in 0.0f64..1e-3,
        ) {
            let curve = Curve { lambda, contention, coherency };
            let found = curve_of(&measured(curve, 0.0, 1)).unwrap();
            prop_assert!((found.lambda / lambda - 1.0).abs() < 1e-3, "{found:?}");
            prop_assert!((found.contention - contention).abs() < 1e-3, "{found:?}");
            prop_assert!((found.coherency - coherency).abs() < 1e-5, "{found:?}");
        }

        #[test]
        fn no_measurement_makes_it_negative_or_infinite(
            throughputs in proptest::collection::vec(0.01f64..1_000.0, 8), seed: u64,
        ) {
            let levels: Vec<Level> = USERS.iter().zip(throughputs)
                .map(|(users, throughput)| Level { users: *users, throughput, count: 100 }).collect();
            if let Some(found) = fit(&levels, seed) {
                prop_assert!(found.lambda.is_finite() && found.lambda > 0.0);
                prop_assert!(found.contention >= 0.0 && found.coherency >= 0.0);
                prop_assert!(found.peak_users.is_none_or(|peak| peak <= found.max_users));
            }
        }
    }
}
