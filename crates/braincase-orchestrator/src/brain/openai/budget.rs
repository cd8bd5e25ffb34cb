//! The retry budget: what may be spent on repetitions, so that a provider in trouble is not asked more than before.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long an empty budget takes to get its reserve back when there is little traffic.
const REFILL: Duration = Duration::from_secs(60);

/// Every request saves a fraction of a repetition; a repetition costs a whole one.
#[derive(Debug)]
pub(super) struct RetryBudget {
    ratio: f64,
    reserve: f64,
    savings: Mutex<Savings>,
}

#[derive(Debug)]
struct Savings {
    balance: f64,
    at: Duration,
}

impl RetryBudget {
    /// A full budget: `reserve` repetitions, and `ratio` more for each request.
    pub(super) fn new(ratio: f64, reserve: f64, now: Duration) -> Self {
        Self { ratio, reserve, savings: Mutex::new(Savings { balance: reserve, at: now }) }
    }

    /// Saves a fraction of a repetition for a request that is made.
    pub(super) fn save(&self, now: Duration) {
        self.update(now, |savings| savings.balance += self.ratio);
    }

    /// Takes one repetition out; `false` if there is not enough for it.
    pub(super) fn spend(&self, now: Duration) -> bool {
        self.update(now, |savings| {
            // The tolerance is for ten times 0.1, which is a little less than one.
            let enough = savings.balance >= 1.0 - 1e-9;
            if enough {
                savings.balance -= 1.0;
            }
            enough
        })
    }

    fn update<T>(&self, now: Duration, change: impl FnOnce(&mut Savings) -> T) -> T {
        let mut savings = self.savings.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_sub(savings.at).as_secs_f64() / REFILL.as_secs_f64();
        savings.at = savings.at.max(now);
        if savings.balance < self.reserve {
            savings.balance = (savings.balance + passed * self.reserve).min(self.reserve);
        }
        let result = change(&mut savings);
        // Ten minutes of savings must not allow a storm.
        savings.balance = savings.balance.min(self.reserve.max(1.0) * 2.0);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn ten_requests_save_one_repetition() {
        let budget = RetryBudget::new(0.1, 0.0, NOW);
        (0..9).for_each(|_| budget.save(NOW));
        assert!(!budget.spend(NOW));
        budget.save(NOW);
        assert!(budget.spend(NOW));
        assert!(!budget.spend(NOW));
    }

    #[test]
    fn the_reserve_comes_back_with_time_but_not_more() {
        let budget = RetryBudget::new(0.1, 2.0, NOW);
        assert!(budget.spend(NOW) && budget.spend(NOW) && !budget.spend(NOW));
        let later = NOW + REFILL * 100;
        assert!(budget.spend(later) && budget.spend(later) && !budget.spend(later));
    }

    #[test]
    fn savings_are_bounded() {
        let budget = RetryBudget::new(0.1, 2.0, NOW);
        (0..10_000).for_each(|_| budget.save(NOW));
        let spent = (0..100).filter(|_| budget.spend(NOW)).count();
        assert_eq!(spent, 4);
    }
}
