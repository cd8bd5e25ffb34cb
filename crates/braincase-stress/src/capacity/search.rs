//! The search: which number of users to try next. It doubles until the target is missed, halves what is left between the
//! last level that met it and the first that did not, and tries what it found twice more.

use serde::Serialize;

/// Halvings of what is left: three leave an eighth of it.
const MAX_HALVINGS: u32 = 3;
/// What was found counts when it was met so often again.
const CONFIRMATIONS: u32 = 2;
/// How far to step down when it was not, and how often that makes sense.
const STEP_DOWN: f64 = 0.85;
const MAX_STEPS_DOWN: u32 = 3;
/// More levels than any search needs.
pub(super) const MAX_LEVELS: u32 = 24;

/// Why a level is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To find a level that misses the target.
    Double,
    /// To come nearer to it.
    Halve,
    /// To see whether what was found holds.
    Confirm,
}

/// Where a search stands.
#[derive(Debug, Clone)]
pub struct Search {
    first: usize,
    most: usize,
    met: Option<usize>,
    missed: Option<usize>,
    halvings: u32,
    confirmed: u32,
    steps_down: u32,
    levels: u32,
}

impl Search {
    /// From the first level up to `most` users.
    #[must_use]
    pub const fn new(first: usize, most: usize) -> Self {
        Self { first, most, met: None, missed: None, halvings: 0, confirmed: 0, steps_down: 0, levels: 0 }
    }

    /// What to try next, if there is time for `left` more levels; nothing when the search is over.
    #[must_use]
    pub fn next(&self, left: u32) -> Option<(usize, Purpose)> {
        if left == 0 || self.levels >= MAX_LEVELS || self.confirmed >= CONFIRMATIONS || self.steps_down > MAX_STEPS_DOWN
        {
            return None;
        }
        let is_time_to_halve = left > CONFIRMATIONS && self.halvings < MAX_HALVINGS;
        match (self.met, self.missed) {
            (None, None) => Some((self.first.min(self.most), Purpose::Double)),
            (Some(met), None) if met < self.most => Some(((met * 2).min(self.most), Purpose::Double)),
            // Nothing was met yet: the first level was too much.
            (None, Some(missed)) => (missed > 1).then_some((missed / 2, Purpose::Halve)),
            (Some(met), Some(missed)) if is_time_to_halve && missed - met > (met / 8).max(1) => {
                Some((met.midpoint(missed), Purpose::Halve))
            }
            (Some(met), _) => Some((met, Purpose::Confirm)),
        }
    }

    /// What came of it.
    pub fn tell(&mut self, users: usize, purpose: Purpose, is_met: bool) {
        self.levels += 1;
        match (purpose, is_met) {
            (Purpose::Double, true) => self.met = Some(users),
            (Purpose::Double, false) => self.missed = Some(users),
            (Purpose::Halve, true) => (self.met, self.halvings) = (Some(users), self.halvings + 1),
            (Purpose::Halve, false) => (self.missed, self.halvings) = (Some(users), self.halvings + 1),
            (Purpose::Confirm, true) => self.confirmed += 1,
            (Purpose::Confirm, false) => {
                let lower = ((users as f64 * STEP_DOWN) as usize).max(1);
                (self.met, self.missed) = ((lower < users).then_some(lower), Some(users));
                // What lies between was tried before.
                (self.confirmed, self.halvings, self.steps_down) = (0, MAX_HALVINGS, self.steps_down + 1);
            }
        }
    }

    /// The largest number of users that met the target and was confirmed.
    #[must_use]
    pub fn found(&self) -> Option<usize> {
        self.met.filter(|_| self.confirmed >= CONFIRMATIONS)
    }

    /// Whether even the most users that may be tried met it.
    #[must_use]
    pub fn is_at_its_bound(&self) -> bool {
        self.met == Some(self.most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Searches where so many users are met; levels within `doubt` of that go either way.
    fn search(capacity: usize, doubt: f64, seed: u64, time_for: u32) -> (Search, Vec<usize>) {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut search = Search::new(8, 1_024);
        let mut tried = Vec::new();
        while let Some((users, purpose)) = search.next(time_for.saturating_sub(tried.len() as u32)) {
            let distance = users as f64 / capacity as f64 - 1.0;
            let is_met = if distance.abs() < doubt { dice.random_bool(0.5) } else { distance <= 0.0 };
            search.tell(users, purpose, is_met);
            tried.push(users);
        }
        (search, tried)
    }

    #[test]
    fn it_doubles_halves_and_confirms() {
        let (search, tried) = search(100, 0.0, 1, 20);
        assert_eq!(tried, [8, 16, 32, 64, 128, 96, 112, 104, 96, 96]);
        assert_eq!(search.found(), Some(96));
    }

    #[test]
    fn what_only_the_first_level_exceeds_is_looked_for_below_it() {
        assert_eq!(search(3, 0.0, 1, 20).0.found(), Some(3));
        assert_eq!(search(0, 0.0, 1, 20).0.found(), None);
    }

    #[test]
    fn a_server_that_no_level_exceeds_is_known_only_up_to_the_bound() {
        let (search, tried) = search(5_000, 0.0, 1, 20);
        assert_eq!((search.found(), search.is_at_its_bound()), (Some(1_024), true));
        assert_eq!(tried.len(), 10);
    }

    #[test]
    fn time_that_gets_short_is_kept_for_confirming() {
        let (search, tried) = search(100, 0.0, 1, 8);
        assert_eq!(tried, [8, 16, 32, 64, 128, 96, 96, 96]);
        assert_eq!(search.found(), Some(96));
    }

    #[test]
    fn chance_near_the_limit_moves_what_is_found_only_a_little() {
        let found: Vec<f64> = (0..200)
            .filter_map(|seed| search(200, 0.15, seed, 20).0.found())
            .map(|found| found as f64 / 200.0)
            .collect();
        assert!(found.len() >= 190, "{} of 200 searches found something", found.len());
        assert!(found.iter().all(|share| (0.55..=1.15).contains(share)), "{found:?}");
        assert!(crate::stats::mean(&found) > 0.8, "{}", crate::stats::mean(&found));
    }

    proptest! {
        #[test]
        fn it_always_ends_and_never_claims_more_than_there_is(
            capacity in 1usize..3_000, seed: u64, doubt in 0.0f64..0.5, time_for in 0u32..40,
        ) {
            let (exact, tried) = search(capacity, 0.0, seed, time_for);
            prop_assert!(exact.found().is_none_or(|found| found <= capacity));
            // With time enough an eighth is all that stays unknown.
            prop_assert!(time_for < 15 || exact.found().unwrap() * 8 + 8 >= capacity.min(1_024) * 7);
            prop_assert!(tried.len() <= MAX_LEVELS as usize && tried.iter().all(|users| (1..=1_024).contains(users)));
            prop_assert!(search(capacity, doubt, seed, time_for).1.len() <= MAX_LEVELS as usize);
        }
    }
}
