//! Rounds: what a server holds in the silences between rounds of load, when nothing is under way.
//!
//! This is the strong form of the rule. What is left in a silence belongs to nobody who is still being answered, so that
//! growth from silence to silence is a leak, and a budget that it surely stays below excludes one. The first rounds are
//! left for caches, pools and buffers to fill.

use super::{Finding, Fit, Leak, MIN_TURNS, Sample, Signal, growth};
use crate::{plan::Plan, preset::Rounds, stats::quantile};

/// Rounds that do not count, because everything still warms up.
const WARM_UP: usize = 2;
/// The share of a silence, at its end, in which the server is looked at.
const QUIET: f64 = 0.4;
/// With fewer silences no growth can be told from chance.
const MIN_POINTS: usize = 5;

/// Judges the silences; nothing if the server's memory cannot be seen in them.
pub(super) fn judge(plan: &Plan, rounds: Rounds, samples: &[Sample]) -> Option<Leak> {
    let is_seen = |signal: &Signal| samples.iter().any(|sample| signal.bytes(sample).is_some());
    let signal = [Signal::Heap, Signal::Resident].into_iter().find(is_seen)?;
    let points = quiesced(plan, rounds, samples, signal);
    let turns = points.last().zip(points.first()).map_or(0, |(last, first)| (last.0 - first.0) as u64);
    let growth = growth::growth(&points).filter(|_| points.len() >= MIN_POINTS);
    let budget = signal.budget();
    let (finding, why) = match growth {
        None => (Finding::Inconclusive, format!("{} silences are too few for a trend", points.len())),
        Some(_) if turns < MIN_TURNS => {
            (Finding::Inconclusive, format!("{turns} turns between the silences are too few to tell"))
        }
        Some(growth) if growth.high < budget => {
            (Finding::Pass, format!("in {} silences a leak of the size of the budget is excluded", points.len()))
        }
        Some(growth) if growth.low > budget => (Finding::Fail, "it grows from silence to silence".to_owned()),
        Some(_) => (Finding::Inconclusive, "it may or may not be within the budget".to_owned()),
    };
    Some(Leak {
        finding,
        why,
        signal,
        budget,
        turns,
        growth,
        late_growth: None,
        remains: None,
        fit: growth.and_then(|_| fit(plan, rounds, &points)),
        heap: samples.iter().rev().find_map(|sample| sample.heap.clone()),
        cache_operations: super::cache_operations(plan, samples),
    })
}

/// The line through the medians, over all silences that count.
fn fit(plan: &Plan, rounds: Rounds, points: &[(f64, f64)]) -> Option<Fit> {
    let silences = || rounds.silences(plan.hold_starts(), plan.hold).skip(WARM_UP);
    let along = |axis: fn(&(f64, f64)) -> f64| quantile(&points.iter().map(axis).collect::<Vec<_>>(), 0.5);
    Some(Fit {
        from_s: silences().next()?.start.as_secs_f64(),
        to_s: silences().last()?.end.as_secs_f64(),
        turns: along(|point| point.0),
        bytes: along(|point| point.1),
    })
}

/// For each silence that counts, the turns so far and the median of the bytes at its end.
fn quiesced(plan: &Plan, rounds: Rounds, samples: &[Sample], signal: Signal) -> Vec<(f64, f64)> {
    let silences = rounds.silences(plan.hold_starts(), plan.hold).skip(WARM_UP);
    let point = |silence: std::ops::Range<std::time::Duration>| {
        let from = silence.end - (silence.end - silence.start).mul_f64(QUIET);
        let within = || samples.iter().filter(|sample| (from..silence.end).contains(&sample.at));
        let bytes: Vec<f64> = within().filter_map(|sample| signal.bytes(sample)).collect();
        let turns = within().next_back()?.turns as f64;
        (!bytes.is_empty()).then(|| (turns, quantile(&bytes, 0.5)))
    };
    silences.filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{leak::Heap, preset::find};

    const TURNS_PER_SECOND: f64 = 5.0;

    /// A soak in which each turn leaves `leak` bytes behind, and holds 200 KiB while it is under way.
    fn soak(seed: u64, leak: f64, warm_up: f64) -> Option<Leak> {
        let plan = Plan::of(find("soak").unwrap(), seed);
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let (mut turns, mut samples) = (0.0, Vec::new());
        for quarter in 0..(plan.hold_ends().as_secs() * 4) {
            let at = Duration::from_millis(250 * quarter);
            let is_working = plan.resumes(at) == at && at >= plan.hold_starts();
            turns += if is_working { TURNS_PER_SECOND / 4.0 } else { 0.0 };
            let under_way =
                if is_working { dice.random_range(0.0..2_000_000.0) } else { dice.random_range(0.0..20_000.0) };
            let filled = warm_up * (1.0 - (-turns / 200.0).exp());
            let allocated = (20_000_000.0 + filled + leak * turns + under_way) as u64;
            let heap = Some(Heap { allocated, ..Heap::default() });
            samples.push(Sample { at, turns: turns as u64, heap, resident: None });
        }
        judge(&plan, plan.rounds.unwrap(), &samples)
    }

    #[test]
    fn a_server_that_leaves_nothing_behind_passes_however_restless_it_is_under_load() {
        for seed in 0..20 {
            let leak = soak(seed, 0.0, 3_000_000.0).unwrap();
            assert_eq!(leak.finding, Finding::Pass, "seed {seed}: {leak:?}");
        }
    }

    #[test]
    fn a_leak_of_twice_the_budget_is_found_and_half_of_it_is_not() {
        for seed in 0..20 {
            let leak = soak(seed, 4_096.0, 3_000_000.0).unwrap();
            assert_eq!(leak.finding, Finding::Fail, "seed {seed}: {leak:?}");
            assert!((leak.growth.unwrap().slope / 4_096.0 - 1.0).abs() < 0.1, "seed {seed}: {leak:?}");
            assert_eq!(soak(seed, 1_024.0, 3_000_000.0).unwrap().finding, Finding::Pass, "seed {seed}");
        }
    }

    #[test]
    fn a_short_soak_is_inconclusive() {
        let plan = Plan { hold: Duration::from_secs(20), ..Plan::of(find("soak").unwrap(), 1) };
        let heap = Some(Heap { allocated: 5, ..Heap::default() });
        let look = |quarter: u64| Sample {
            at: Duration::from_millis(250 * quarter),
            turns: quarter,
            heap: heap.clone(),
            resident: None,
        };
        let samples: Vec<Sample> = (0..80).map(look).collect();
        assert_eq!(judge(&plan, plan.rounds.unwrap(), &samples).unwrap().finding, Finding::Inconclusive);
        assert!(judge(&plan, plan.rounds.unwrap(), &[]).is_none());
    }
}
