//! The breaker: leaves a provider alone that fails again and again, then tries it with a single request.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Leaves a provider alone that fails again and again.
#[derive(Debug)]
pub(super) struct Breaker {
    /// How many failures in a row open it.
    failures: u32,
    /// How long it stays open.
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Requests pass; so many of the last ones failed.
    Closed { failed: u32 },
    /// Nothing passes before this time.
    Open { until: Duration },
    /// One request is on its way to find out whether the provider is back.
    Probing,
}

/// What a request said about the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answered, well or badly.
    Alive,
    /// It is overloaded, down or silent.
    Failing,
}

impl Breaker {
    /// A closed breaker.
    pub(super) const fn new(failures: u32, pause: Duration) -> Self {
        Self { failures, pause, state: Mutex::new(State::Closed { failed: 0 }) }
    }

    /// Lets a request pass, or not.
    pub(super) fn admit(&self, now: Duration) -> Option<Permit<'_>> {
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => Some(Permit { breaker: self, probe: Probe::No }),
            State::Open { until } if now >= until => {
                *state = State::Probing;
                Some(Permit { breaker: self, probe: Probe::Running { since: until } })
            }
            State::Open { .. } | State::Probing => None,
        }
    }

    /// Whether requests are being kept away.
    pub(super) fn is_open(&self) -> bool {
        !matches!(*self.lock(), State::Closed { .. })
    }

    fn settle(&self, probe: Probe, verdict: Verdict, now: Duration) {
        let mut state = self.lock();
        let failed = match (*state, probe) {
            (State::Closed { failed }, _) => failed + 1,
            (State::Probing, Probe::Running { .. }) => self.failures,
            // A request that started before the breaker opened has nothing new to say.
            (State::Open { .. } | State::Probing, _) => return,
        };
        *state = match verdict {
            Verdict::Alive => State::Closed { failed: 0 },
            Verdict::Failing if failed >= self.failures => State::Open { until: now + self.pause },
            Verdict::Failing => State::Closed { failed },
        };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was let pass and has to say how it went.
#[derive(Debug)]
#[must_use]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: Probe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    No,
    Running { since: Duration },
}

impl Permit<'_> {
    /// Says how it went.
    pub(super) fn settle(mut self, verdict: Verdict, now: Duration) {
        let probe = std::mem::replace(&mut self.probe, Probe::No);
        self.breaker.settle(probe, verdict, now);
    }
}

impl Drop for Permit<'_> {
    /// A probe that was cancelled leaves its place to the next request; otherwise nothing would ever pass again.
    fn drop(&mut self) {
        if let Probe::Running { since } = self.probe {
            *self.breaker.lock() = State::Open { until: since };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);
    const START: Duration = Duration::from_secs(100);

    fn fail(breaker: &Breaker, now: Duration) {
        breaker.admit(now).expect("closed").settle(Verdict::Failing, now);
    }

    fn opened() -> Breaker {
        let breaker = Breaker::new(2, PAUSE);
        fail(&breaker, START);
        fail(&breaker, START);
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_in_between_does_not() {
        let breaker = Breaker::new(2, PAUSE);
        fail(&breaker, START);
        breaker.admit(START).unwrap().settle(Verdict::Alive, START);
        fail(&breaker, START);
        assert!(!breaker.is_open());
        fail(&breaker, START);
        assert!(breaker.is_open() && breaker.admit(START).is_none());
    }

    #[test]
    fn after_the_pause_one_probe_passes_and_its_success_closes_it() {
        let breaker = opened();
        assert!(breaker.admit(START + PAUSE - Duration::from_millis(1)).is_none());
        let probe = breaker.admit(START + PAUSE).unwrap();
        assert!(breaker.admit(START + PAUSE).is_none(), "only one probe at a time");
        probe.settle(Verdict::Alive, START + PAUSE);
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_failed_probe_opens_it_for_another_pause() {
        let breaker = opened();
        breaker.admit(START + PAUSE).unwrap().settle(Verdict::Failing, START + PAUSE);
        assert!(breaker.admit(START + PAUSE * 2 - Duration::from_millis(1)).is_none());
        assert!(breaker.admit(START + PAUSE * 2).is_some());
    }

    #[test]
    fn a_cancelled_probe_leaves_its_place_to_the_next_request() {
        let breaker = opened();
        drop(breaker.admit(START + PAUSE).unwrap());
        assert!(breaker.admit(START + PAUSE).is_some());
    }

    #[test]
    fn a_straggler_from_before_does_not_move_an_open_breaker() {
        let breaker = Breaker::new(1, PAUSE);
        let straggler = breaker.admit(START).unwrap();
        fail(&breaker, START);
        straggler.settle(Verdict::Alive, START);
        assert!(breaker.is_open());
    }
}
