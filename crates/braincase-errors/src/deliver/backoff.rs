//! Waits that grow with every failure, and differ from one process to the next.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use super::Pace;

/// How often it has failed in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    random: RandomState,
}

impl Backoff {
    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure: between half and all of what doubles with each.
    pub(super) fn failed(&mut self, pace: &Pace) -> Duration {
        let full = pace.first_wait.saturating_mul(2_u32.saturating_pow(self.failures)).min(pace.longest_wait);
        self.failures = self.failures.saturating_add(1);
        // Keyed at random for each process: many that lost the same receiver do not come back at the same moment.
        let share = self.random.hash_one(self.failures) as f64 / u64::MAX as f64;
        full.mul_f64(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Pace};
    use std::time::Duration;

    #[test]
    fn waits_double_up_to_a_limit_with_jitter_and_start_again_after_a_success() {
        let pace = Pace::default();
        let mut backoff = Backoff::default();
        let full = |failure: u32| pace.first_wait.saturating_mul(1 << failure.min(20)).min(pace.longest_wait);

        let waits: Vec<Duration> = (0..40).map(|_| backoff.failed(&pace)).collect();
        for (failure, wait) in (0..).zip(&waits) {
            assert!(*wait >= full(failure) / 2 && *wait <= full(failure), "{failure}: {wait:?}");
        }
        assert!(waits[20..].windows(2).any(|pair| pair[0] != pair[1]), "no jitter");

        backoff.succeeded();
        assert!(backoff.failed(&pace) <= pace.first_wait);
    }
}
