//! A level: what so many users saw, and who used the machine meanwhile.

use serde::Serialize;

use super::{Limit, Slo, search::Purpose};
use crate::{
    plan::Plan,
    record::Tally,
    report::table::time,
    sample::CpuTimes,
    stats::{self, Interval},
};

/// The share of the time with all users, at its beginning, that does not count.
const WARM_UP: f64 = 0.35;
/// From here on a machine is full, and whoever uses most of it is what limits.
const FULL: f64 = 0.85;

/// What came of a level.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Level {
    pub users: usize,
    pub purpose: Purpose,
    /// Turns that ended after the warm-up.
    pub turns: u64,
    pub turns_per_second: f64,
    /// Operations that failed, as a share of turns.
    pub error_rate: f64,
    /// Until users saw something of the answer, in milliseconds.
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p95_interval: Interval,
    pub is_met: bool,
    /// Nothing where the machine does not tell.
    pub cpu: Option<Shares>,
}

/// Who used the machine: 1 is all of its cores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Shares {
    pub harness: f64,
    pub provider: f64,
    pub server: f64,
    /// Everybody, also those who have nothing to do with the run.
    pub busy: f64,
}

impl Shares {
    /// Who loads, and not who is loaded.
    #[must_use]
    pub fn generator(&self) -> f64 {
        self.harness + self.provider
    }

    /// Who has nothing to do with the run.
    #[must_use]
    pub fn others(&self) -> f64 {
        (self.busy - self.generator() - self.server).max(0.0)
    }

    /// Whether the machine was full.
    #[must_use]
    pub fn is_machine_full(&self) -> bool {
        self.busy >= FULL
    }

    /// What kept a server from being quicker: a full machine limits it, unless the server itself is what mostly fills it.
    #[must_use]
    pub fn limit(&self) -> Limit {
        let (server, generator, others) = (self.server, self.generator(), self.others());
        if !self.is_machine_full() || server >= generator.max(others) {
            Limit::Server
        } else if generator >= others {
            Limit::Generator
        } else {
            Limit::Others
        }
    }

    fn between(start: CpuTimes, end: CpuTimes) -> Option<Self> {
        let passed = end.passed - start.passed;
        let share = |of: fn(&CpuTimes) -> f64| (of(&end) - of(&start)) / passed;
        (passed > 0.0).then(|| Self {
            harness: share(|times| times.harness),
            provider: share(|times| times.provider),
            server: share(|times| times.server),
            busy: share(|times| times.busy),
        })
    }
}

impl Level {
    /// Judges what was recorded.
    #[must_use]
    pub fn of(plan: &Plan, purpose: Purpose, tally: &Tally, slo: Slo) -> Self {
        let from = (plan.hold_starts() + plan.hold.mul_f64(WARM_UP)).as_secs() as usize;
        let to = (plan.hold_ends().as_secs() as usize).min(tally.seconds.len());
        let seconds = tally.seconds.get(from..to).unwrap_or_default();
        let turns: u64 = seconds.iter().map(|second| second.turns).sum();
        let errors: u64 = seconds.iter().map(|second| second.errors).sum();
        let mut answers: Vec<f64> = seconds.iter().flat_map(|second| second.answer_ms.iter().copied()).collect();
        answers.sort_by(f64::total_cmp);
        let rank = |rank: Option<u64>| answers.get((rank? as usize).checked_sub(1)?).copied();
        let (low, high) = stats::percentile_ranks(answers.len() as u64, 0.95);
        let cpus = || seconds.iter().filter_map(|second| second.cpu);
        let error_rate = errors as f64 / turns.max(1) as f64;
        let p95_ms = stats::quantile(&answers, 0.95);
        Self {
            users: plan.users,
            purpose,
            turns,
            turns_per_second: turns as f64 / seconds.len().max(1) as f64,
            error_rate,
            p50_ms: stats::quantile(&answers, 0.5),
            p95_ms,
            p95_interval: Interval { low: rank(low).unwrap_or(0.0), high: rank(high).unwrap_or(f64::INFINITY) },
            is_met: !answers.is_empty() && p95_ms < slo.p95_ms && error_rate < slo.error_rate,
            cpu: cpus().next().zip(cpus().next_back()).and_then(|(start, end)| Shares::between(start, end)),
        }
    }

    /// In one line.
    #[must_use]
    pub fn told(&self) -> String {
        let cpu = self.cpu.map_or(String::new(), |cpu| {
            format!(
                ", CPU {:.0} % busy (server {:.0} %, provider {:.0} %, harness {:.0} %)",
                cpu.busy * 100.0,
                cpu.server * 100.0,
                cpu.provider * 100.0,
                cpu.harness * 100.0
            )
        });
        format!(
            "{:>5} users: {:.1} turns/s, first answer p95 {}, {:.1} % errors{cpu}: {}",
            self.users,
            self.turns_per_second,
            time(self.p95_ms),
            self.error_rate * 100.0,
            if self.is_met { "met" } else { "missed" }
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{preset::find, record::Second};

    fn level(answer_ms: f64, errors: u64) -> Level {
        let plan = Plan {
            users: 40,
            ramp: Duration::from_secs(2),
            hold: Duration::from_secs(10),
            ..Plan::of(find("capacity").unwrap(), 1)
        };
        let second = |at: usize| {
            let passed = 2.0 * at as f64;
            let cpu = CpuTimes {
                harness: 0.2 * passed,
                provider: 0.4 * passed,
                server: 0.3 * passed,
                busy: 0.95 * passed,
                passed,
            };
            // What happens before and after must not count.
            let is_counted = (5..12).contains(&at);
            Second {
                turns: 10,
                errors: if is_counted { errors } else { 10 },
                answer_ms: vec![if is_counted { answer_ms } else { 60_000.0 }; 10],
                cpu: Some(cpu),
                ..Second::default()
            }
        };
        let tally = Tally { seconds: (0..15).map(second).collect(), ..Tally::default() };
        Level::of(&plan, Purpose::Double, &tally, Slo::default())
    }

    #[test]
    fn only_what_happens_after_the_warm_up_and_before_the_end_counts() {
        let level = level(2_000.0, 0);
        assert_eq!((level.turns, level.turns_per_second, level.p95_ms), (70, 10.0, 2_000.0));
        assert!(level.is_met);
    }

    #[test]
    fn slow_answers_and_errors_both_miss_the_target() {
        assert!(!level(3_000.0, 0).is_met);
        assert!(!level(2_000.0, 1).is_met);
    }

    #[test]
    fn a_full_machine_that_mostly_serves_the_load_is_limited_by_it() {
        let shares = level(2_000.0, 0).cpu.unwrap();
        assert!((shares.server - 0.3).abs() < 1e-9 && (shares.generator() - 0.6).abs() < 1e-9, "{shares:?}");
        assert_eq!(shares.limit(), Limit::Generator);
        assert_eq!(Shares { server: 0.7, ..shares }.limit(), Limit::Server);
        assert_eq!(Shares { busy: 0.5, ..shares }.limit(), Limit::Server);
        assert_eq!(Shares { harness: 0.02, provider: 0.02, ..shares }.limit(), Limit::Others);
    }
}
