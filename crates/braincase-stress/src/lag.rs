//! Timer lag: how late this program wakes up. Whoever wakes up late measures late, and every time looks longer than it was.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::time::{Instant, sleep_until};

/// How often it is looked at.
const PERIOD: Duration = Duration::from_millis(5);
/// The share of the looks whose lag must be within the limit.
const SHARE: f64 = 0.99;
const LARGEST_MICROS: u64 = 60_000_000;

/// Measures the lag of the timers of this program.
#[derive(Debug)]
pub struct Lag(Mutex<Histogram<u64>>);

impl Default for Lag {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the two constants are within what a histogram allows")]
        let micros = Histogram::new_with_max(LARGEST_MICROS, 3).expect("valid bounds");
        Self(Mutex::new(micros))
    }
}

impl Lag {
    /// Looks again and again; never ends. It must run as a task of its own, like users do.
    pub async fn look(&self) {
        loop {
            let due = Instant::now() + PERIOD;
            sleep_until(due).await;
            self.add(due.elapsed());
        }
    }

    /// The lag that 99 % of the looks had at most; nothing without looks.
    #[must_use]
    pub fn p99(&self) -> Option<Duration> {
        let micros = self.lock();
        (!micros.is_empty()).then(|| Duration::from_micros(micros.value_at_quantile(SHARE)))
    }

    fn add(&self, lag: Duration) {
        self.lock().saturating_record(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, Histogram<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_late_look_in_a_hundred_is_not_told_and_three_are() {
        let lag = Lag::default();
        assert_eq!(lag.p99(), None);
        (0..199).for_each(|_| lag.add(Duration::from_millis(1)));
        lag.add(Duration::from_millis(500));
        assert!(lag.p99().unwrap() < Duration::from_millis(2));
        (0..3).for_each(|_| lag.add(Duration::from_millis(500)));
        assert!(lag.p99().unwrap() > Duration::from_millis(400));
    }

    #[tokio::test]
    async fn looking_finds_what_the_machine_has() {
        let lag = Lag::default();
        let looked = tokio::time::timeout(Duration::from_millis(200), lag.look()).await;
        assert!(looked.is_err() && lag.p99().is_some());
    }
}
