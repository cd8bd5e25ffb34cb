//! Validity: whether the run measured what it says, asked before what it measured is judged.

use std::time::Duration;

use serde::Serialize;

use crate::{
    drive::Driven,
    plan::Plan,
    record::{Tally, ms},
};

/// What a run must keep to count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// How far the users that the times account for may be from those that were planned, as a share.
    pub unaccounted: f64,
    /// How much of one core the harness may use before its own slowness may show in the times.
    pub cpu_share: f64,
    /// How late 99 % of the timers of the harness may be at most.
    pub timer_lag: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unaccounted: 0.05, cpu_share: 0.8, timer_lag: Duration::from_millis(10) }
    }
}

/// What the harness used and how it was late itself; nothing where it cannot be seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Effort {
    /// Its CPU time over the time of the run.
    pub cpu_share: Option<f64>,
    /// How late 99 % of its timers were at most.
    pub timer_lag: Option<Duration>,
}

/// What speaks for and against a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Validity {
    /// Users that were planned.
    pub users: usize,
    /// Users that the measured times account for: N = X(R+Z), with all of them there. Fewer means that users vanished.
    pub accounted_users: f64,
    /// Panics in visits.
    pub panics: u64,
    /// Visits that had to be given up.
    pub abandoned: u64,
    /// Rows that we and goose counted; they must be equal.
    pub rows: u64,
    /// See `rows`.
    pub goose_rows: u64,
    /// CPU time of the harness over the time of the run.
    pub cpu_share: Option<f64>,
    /// How late 99 % of the timers of the harness were at most, in milliseconds.
    pub timer_lag_ms: Option<f64>,
    /// Why the run does not count.
    pub problems: Vec<String>,
    /// What to know when reading it.
    pub warnings: Vec<String>,
}

/// Looks at a run that has ended.
#[must_use]
pub fn examine(plan: &Plan, tally: &Tally, driven: Driven, effort: Effort) -> Validity {
    let spent = (tally.busy + tally.thinking).as_secs_f64();
    let observed = plan.hold_ends().saturating_sub(tally.all_here.unwrap_or_default()).as_secs_f64();
    let mut validity = Validity {
        users: plan.users,
        accounted_users: spent / observed.max(f64::EPSILON),
        panics: tally.panics.len() as u64,
        abandoned: tally.abandoned,
        rows: tally.times(|_| true).numbers().count,
        goose_rows: driven.rows,
        cpu_share: effort.cpu_share,
        timer_lag_ms: effort.timer_lag.map(ms),
        ..Validity::default()
    };
    let mut problems = Vec::new();
    if driven.is_cancelled {
        problems.push("the run was stopped before its time".to_owned());
    }
    if let Some(first) = tally.panics.first() {
        problems.push(format!("{} panics in users, the first: {first}", validity.panics));
    }
    if validity.abandoned > 0 {
        problems.push(format!("{} visits hung and were given up", validity.abandoned));
    }
    if validity.rows != validity.goose_rows && !driven.is_cancelled {
        problems.push(format!("{} operations were measured and goose counted {}", validity.rows, driven.rows));
    }
    let missing = 1.0 - validity.accounted_users / plan.users.max(1) as f64;
    if tally.all_here.is_none() {
        problems.push(format!("the {} users were never all there at the same time", plan.users));
    } else if missing.abs() > plan.limits.unaccounted {
        problems.push(format!("the times account for {:.1} of {} users", validity.accounted_users, plan.users));
    }
    problems.extend(strain(&plan.limits, effort));
    validity.problems = problems;
    validity
}

/// What says that times may be those of the harness.
fn strain(limits: &Limits, effort: Effort) -> Vec<String> {
    let cpu = effort.cpu_share.filter(|share| *share > limits.cpu_share);
    let cpu = cpu.map(|share| format!("the harness used {:.0} % of a core: times may be its own", share * 100.0));
    let lag = effort.timer_lag.filter(|lag| *lag > limits.timer_lag);
    let lag = lag.map(|lag| {
        let (lag, limit) = (ms(lag), ms(limits.timer_lag));
        format!("the timers of the harness were up to {lag:.0} ms late (p99), {limit:.0} ms are allowed: the machine is too busy")
    });
    cpu.into_iter().chain(lag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::PRESETS;

    fn examine_spent(seconds: u64, rows: u64) -> Validity {
        let tally = Tally {
            all_here: Some(Duration::from_secs(1)),
            busy: Duration::from_secs(seconds / 2),
            thinking: Duration::from_secs(seconds - seconds / 2),
            ..Tally::default()
        };
        examine(&Plan::of(&PRESETS[0], 1), &tally, Driven { rows, is_cancelled: false }, Effort::default())
    }

    #[test]
    fn users_that_vanish_make_a_run_invalid() {
        assert_eq!(examine_spent(150, 0).problems, Vec::<String>::new());
        assert_eq!(examine_spent(145, 0).problems, Vec::<String>::new());
        assert_eq!(examine_spent(140, 0).problems, ["the times account for 4.7 of 5 users"]);
        assert_eq!(examine_spent(120, 0).problems, ["the times account for 4.0 of 5 users"]);
    }

    #[test]
    fn users_who_were_never_all_there_make_a_run_invalid() {
        let driven = Driven { rows: 0, is_cancelled: false };
        let validity = examine(&Plan::of(&PRESETS[0], 1), &Tally::default(), driven, Effort::default());
        assert_eq!(validity.problems, ["the 5 users were never all there at the same time"]);
    }

    #[test]
    fn a_harness_that_is_busy_or_late_itself_makes_a_run_invalid() {
        let limits = Limits::default();
        let effort = |cpu, millis| Effort { cpu_share: Some(cpu), timer_lag: Some(Duration::from_millis(millis)) };
        assert_eq!(strain(&limits, effort(0.79, 10)), Vec::<String>::new());
        assert_eq!(strain(&limits, effort(0.9, 2)), ["the harness used 90 % of a core: times may be its own"]);
        let late = "the timers of the harness were up to 25 ms late (p99), 10 ms are allowed: the machine is too busy";
        assert_eq!(strain(&limits, effort(0.1, 25)), [late]);
    }

    #[test]
    fn rows_that_goose_lost_make_a_run_invalid() {
        assert_eq!(examine_spent(150, 3).problems, ["0 operations were measured and goose counted 3"]);
    }
}
