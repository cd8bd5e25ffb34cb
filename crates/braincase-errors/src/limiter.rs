//! How many failures of one kind are recorded in full: the first of every window. The others are counted, and every one
//! that is counted is told of by a later record or by a summary.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use crate::{fingerprint::Fingerprint, lock, record::Outcome};

/// How much is recorded in full.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// So many of one kind in one window; at least one.
    pub burst: u32,
    /// How long a window is.
    pub window: Duration,
    /// So many kinds are told apart; those that come when there is no more room share one limit.
    pub max_kinds: usize,
}

/// Ten of a kind in a minute.
impl Default for Limit {
    fn default() -> Self {
        Self { burst: 10, window: Duration::from_secs(60), max_kinds: 1_024 }
    }
}

impl Limit {
    /// Everything is recorded in full.
    pub const NONE: Self = Self { burst: u32::MAX, window: Duration::from_secs(60), max_kinds: 1_024 };
}

/// Counts failures by kind.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: Limit,
    kinds: Mutex<HashMap<Fingerprint, Kind>>,
}

#[derive(Debug)]
struct Kind {
    began: Duration,
    recorded: u32,
    suppressed: u64,
    head: Option<Head>,
}

/// What a summary says of failures that were only counted.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) code: String,
    pub(crate) operation: String,
    pub(crate) outcome: Outcome,
    pub(crate) message: String,
}

/// Failures of one kind that no record told of.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) head: Head,
    pub(crate) count: u64,
}

impl Limiter {
    pub(crate) fn new(limit: Limit) -> Self {
        Self { limit, kinds: Mutex::default() }
    }

    /// Whether a failure is recorded in full, and then for how many it stands; `None` if it is only counted. `head` is
    /// asked for at most once in a window.
    pub(crate) fn admit(
        &self,
        of: Fingerprint,
        now: Duration,
        head: impl FnOnce() -> Head,
    ) -> Option<(Fingerprint, u64)> {
        let mut kinds = lock(&self.kinds);
        let is_known = kinds.contains_key(&of) || kinds.len() < self.limit.max_kinds;
        let of = if is_known { of } else { Fingerprint::OVERFLOW };
        let kind = kinds.entry(of).or_insert_with(|| Kind { began: now, recorded: 0, suppressed: 0, head: None });
        if now.saturating_sub(kind.began) >= self.limit.window {
            (kind.began, kind.recorded, kind.head) = (now, 0, None);
        }
        if kind.recorded < self.limit.burst.max(1) {
            kind.recorded = kind.recorded.saturating_add(1);
            return Some((of, 1 + std::mem::take(&mut kind.suppressed)));
        }
        kind.suppressed += 1;
        kind.head.get_or_insert_with(head);
        None
    }

    /// Takes out what was only counted in windows that are over, or in all of them, and forgets kinds that ended.
    pub(crate) fn sweep(&self, now: Duration, all: bool) -> Vec<Summary> {
        let mut summaries = Vec::new();
        lock(&self.kinds).retain(|fingerprint, kind| {
            let is_over = all || now.saturating_sub(kind.began) >= self.limit.window;
            if is_over
                && kind.suppressed > 0
                && let Some(head) = kind.head.take()
            {
                let count = std::mem::take(&mut kind.suppressed);
                summaries.push(Summary { fingerprint: *fingerprint, head, count });
            }
            !is_over
        });
        summaries
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: Limit = Limit { burst: 3, window: Duration::from_secs(60), max_kinds: 4 };

    fn head() -> Head {
        Head { code: "c".to_owned(), operation: "o".to_owned(), outcome: Outcome::Error, message: "m".to_owned() }
    }

    fn kind(number: u32) -> Fingerprint {
        Fingerprint::of("o", &format!("code {number}"), "error", "", "")
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_first_of_a_window_are_recorded_and_the_next_one_tells_of_the_rest() {
        let limiter = Limiter::new(LIMIT);
        let counts: Vec<_> = (0..8).map(|_| limiter.admit(kind(1), seconds(5), head).map(|(_, count)| count)).collect();
        assert_eq!(counts[..4], [Some(1), Some(1), Some(1), None]);
        assert_eq!(limiter.admit(kind(1), seconds(65), head), Some((kind(1), 6)));
    }

    #[test]
    fn a_flood_that_ended_is_told_of_by_a_summary_when_its_window_is_over() {
        let limiter = Limiter::new(LIMIT);
        for _ in 0..10 {
            limiter.admit(kind(1), seconds(0), head);
        }
        assert!(limiter.sweep(seconds(59), false).is_empty());
        let summaries = limiter.sweep(seconds(60), false);
        assert_eq!(summaries.iter().map(|summary| summary.count).collect::<Vec<_>>(), [7]);
        assert!(limiter.sweep(seconds(600), true).is_empty());
    }

    #[test]
    fn kinds_beyond_the_most_share_one_limit() {
        let limiter = Limiter::new(LIMIT);
        for number in 0..4 {
            assert_eq!(limiter.admit(kind(number), seconds(0), head), Some((kind(number), 1)));
        }
        let more: Vec<_> = (4..9).map(|number| limiter.admit(kind(number), seconds(0), head)).collect();
        assert_eq!(more[..3], [Some((Fingerprint::OVERFLOW, 1)); 3]);
        assert_eq!(more[3..], [None; 2]);
    }

    proptest! {
        #[test]
        fn every_failure_is_told_of_exactly_once(steps in proptest::collection::vec((0_u32..9, 0_u64..40, any::<bool>()), 0..200)) {
            let limiter = Limiter::new(LIMIT);
            let (mut now, mut told) = (0, 0);
            for (number, wait, sweeps) in &steps {
                now += wait;
                told += limiter.admit(kind(*number), seconds(now), head).map_or(0, |(_, count)| count);
                if *sweeps {
                    told += limiter.sweep(seconds(now), false).iter().map(|summary| summary.count).sum::<u64>();
                }
            }
            told += limiter.sweep(seconds(now), true).iter().map(|summary| summary.count).sum::<u64>();
            prop_assert_eq!(told, steps.len() as u64);
        }
    }
}
