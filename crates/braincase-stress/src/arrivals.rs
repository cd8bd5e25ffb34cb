//! Arrivals: the turns of the open model, each due at a moment that follows from the seed, whether or not anyone is free.
//!
//! Users take them up in their order. Whoever is free holds the next one and waits until it is due; if nobody is free, it
//! waits, and that wait is part of what it takes. A queue of what is due is therefore never kept, only where it begins and
//! how far the dice have come: however far a server falls behind, the memory stays the same.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::plan::{Model, Plan};

/// Keeps the dice of arrivals apart from those of visits.
const SALT: u64 = 0x6172_7269;
/// A turn that began so much later than it was due had to wait for a user, which no timer explains.
const LATE_AFTER: Duration = Duration::from_millis(50);
/// Whoever waited so long has gone: the turn is dropped. This also bounds how far back the queue can reach.
const PATIENCE: Duration = Duration::from_secs(60);

/// The turns that arrive.
#[derive(Debug)]
pub struct Arrivals {
    per_second: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dice: ChaCha8Rng,
    next: Duration,
    counts: Counts,
}

/// What became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Turns that were due.
    pub due: u64,
    /// Of these, those that were begun.
    pub begun: u64,
    /// Of these, those that were begun late, because nobody was free.
    pub late: u64,
    /// Of those that were due, those that were never begun.
    pub dropped: u64,
}

impl Arrivals {
    /// Those of a plan; none in the closed model.
    #[must_use]
    pub fn of(plan: &Plan) -> Option<Self> {
        let Model::Open { per_second } = plan.model else { return None };
        let state = State {
            dice: ChaCha8Rng::seed_from_u64(plan.seed ^ SALT),
            next: plan.hold_starts(),
            counts: Counts::default(),
        };
        let arrivals = Self { per_second, state: Mutex::new(state) };
        // The first comes after a pause too.
        let _: Duration = arrivals.take();
        Some(arrivals)
    }

    /// Takes the next one: when it is due.
    #[must_use = "what is not begun must be put back"]
    pub fn take(&self) -> Duration {
        let mut state = self.lock();
        let due = state.next;
        // The pauses of a Poisson process are exponential; `1 - x` is never zero.
        let pause = -(1.0 - state.dice.random::<f64>()).ln() / self.per_second;
        state.next = due + Duration::from_secs_f64(pause);
        due
    }

    /// Begins one that was taken, or drops it because it had to wait too long.
    #[must_use = "what was dropped must not be begun"]
    pub fn is_begun(&self, due: Duration, now: Duration) -> bool {
        let waited = now.saturating_sub(due);
        let counts = &mut self.lock().counts;
        counts.due += 1;
        if waited > PATIENCE {
            counts.dropped += 1;
            return false;
        }
        counts.begun += 1;
        counts.late += u64::from(waited > LATE_AFTER);
        true
    }

    /// Counts everything that was due by then and was neither begun nor dropped; call it once, at the end.
    #[must_use]
    pub fn close(&self, ended: Duration) -> Counts {
        while self.lock().next < ended {
            self.put_back(self.take(), ended);
        }
        self.lock().counts
    }

    /// Gives one back that nobody will begin: dropped, if it was due by the end.
    pub fn put_back(&self, due: Duration, ended: Duration) {
        if due < ended {
            let counts = &mut self.lock().counts;
            counts.due += 1;
            counts.dropped += 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{cmp::Reverse, collections::BinaryHeap};

    use super::*;
    use crate::preset::PRESETS;

    const HOLD: Duration = Duration::from_secs(400);

    fn arrivals(seed: u64, per_second: f64) -> (Plan, Arrivals) {
        let model = Model::Open { per_second };
        let plan = Plan { model, hold: HOLD, ramp: Duration::ZERO, ..Plan::of(&PRESETS[0], seed) };
        let arrivals = Arrivals::of(&plan).unwrap();
        (plan, arrivals)
    }

    /// So many users who each need `service` for a turn; tells what each turn took from the moment at which it was due.
    fn simulate(plan: &Plan, arrivals: &Arrivals, users: usize, service: impl Fn(Duration) -> Duration) -> Vec<f64> {
        let mut free: BinaryHeap<Reverse<Duration>> = (0..users).map(|_| Reverse(Duration::ZERO)).collect();
        let mut took = Vec::new();
        loop {
            let Reverse(at) = free.pop().unwrap();
            let due = arrivals.take();
            let begins = due.max(at);
            if begins >= plan.hold_ends() {
                arrivals.put_back(due, plan.hold_ends());
                return took;
            }
            let mut ends = at;
            if arrivals.is_begun(due, begins) {
                ends = begins + service(begins);
                took.push((ends - due).as_secs_f64());
            }
            free.push(Reverse(ends));
        }
    }

    #[test]
    fn as_many_arrive_as_were_asked_for_and_their_pauses_are_exponential() {
        for seed in 0..10 {
            let (plan, arrivals) = arrivals(seed, 10.0);
            let dues: Vec<f64> =
                std::iter::repeat_with(|| arrivals.take()).take(4_000).map(|due| due.as_secs_f64()).collect();
            let pauses: Vec<f64> = dues.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let mean = crate::stats::mean(&pauses);
            let spread =
                crate::stats::mean(&pauses.iter().map(|pause| (pause - mean).powi(2)).collect::<Vec<_>>()).sqrt();
            assert!((mean - 0.1).abs() < 0.006 && (spread / mean - 1.0).abs() < 0.08, "seed {seed}: {mean} {spread}");
            assert!(dues[0] > plan.hold_starts().as_secs_f64());
        }
    }

    #[test]
    fn the_same_seed_sends_the_same_turns() {
        let dues = |seed| {
            let (_, arrivals) = arrivals(seed, 3.0);
            [arrivals.take(), arrivals.take(), arrivals.take()]
        };
        assert_eq!(dues(7), dues(7));
        assert_ne!(dues(7), dues(8));
    }

    #[test]
    fn a_stall_is_seen_by_all_who_came_meanwhile() {
        let (plan, arrivals) = arrivals(1, 20.0);
        // Everything takes 5 ms, but nothing ends between second 100 and second 140.
        let (from, to) = (Duration::from_secs(100), Duration::from_secs(140));
        let service = |begins: Duration| {
            let quick = Duration::from_millis(5);
            if (from..to).contains(&begins) { to - begins + quick } else { quick }
        };

        let took = simulate(&plan, &arrivals, 20, service);

        // A tenth of all turns came during the stall, and each of them waited for its rest.
        assert!(crate::stats::quantile(&took, 0.95) > 15.0, "{}", crate::stats::quantile(&took, 0.95));
        let counts = arrivals.close(plan.hold_ends());
        assert!(counts.late > 500 && counts.dropped == 0, "{counts:?}");
    }

    #[test]
    fn every_turn_that_was_due_is_begun_or_dropped_whatever_the_load() {
        for seed in 0..20 {
            let (plan, arrivals) = arrivals(seed, 5.0);
            // Half of what arrives can be done: the queue grows until people leave.
            let took = simulate(&plan, &arrivals, 5, |_| Duration::from_secs(2));

            let counts = arrivals.close(plan.hold_ends());
            assert_eq!(counts.due, counts.begun + counts.dropped, "seed {seed}: {counts:?}");
            assert_eq!(counts.begun, took.len() as u64);
            assert!(counts.dropped as f64 > 0.3 * counts.due as f64, "seed {seed}: {counts:?}");
            assert!((counts.due as f64 / 2_000.0 - 1.0).abs() < 0.1, "seed {seed}: {counts:?}");
            assert!(took.iter().all(|took| *took <= 63.0), "nobody waits longer than people do");
        }
    }
}
