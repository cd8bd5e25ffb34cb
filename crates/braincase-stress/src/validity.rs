//! Validity: whether the run measured what it says, asked before what it measured is judged.

use serde::Serialize;

use crate::{drive::Driven, plan::Plan, record::Tally};

/// How far the users that the times account for may be from those that were planned.
const WARN_BEYOND: f64 = 0.05;
pub(crate) const INVALID_BEYOND: f64 = 0.10;
/// How much of one core the harness may use before its own slowness may show in the times.
pub(crate) const MAX_CPU_SHARE: f64 = 0.8;

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
    /// Why the run does not count.
    pub problems: Vec<String>,
    /// What to know when reading it.
    pub warnings: Vec<String>,
}

/// Looks at a run that has ended.
#[must_use]
pub fn examine(plan: &Plan, tally: &Tally, driven: Driven, cpu_share: Option<f64>) -> Validity {
    let spent = (tally.busy + tally.thinking).as_secs_f64();
    let observed = plan.hold_ends().saturating_sub(tally.all_here.unwrap_or_default()).as_secs_f64();
    let mut validity = Validity {
        users: plan.users,
        accounted_users: spent / observed.max(f64::EPSILON),
        panics: tally.panics.len() as u64,
        abandoned: tally.abandoned,
        rows: tally.times(|_| true).numbers().count,
        goose_rows: driven.rows,
        cpu_share,
        ..Validity::default()
    };
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
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
    let text = format!("the times account for {:.1} of {} users", validity.accounted_users, plan.users);
    if missing.abs() > INVALID_BEYOND {
        problems.push(text);
    } else if missing.abs() > WARN_BEYOND {
        warnings.push(text);
    }
    if let Some(share) = cpu_share.filter(|share| *share > MAX_CPU_SHARE) {
        warnings.push(format!("the harness used {:.0} % of a core: times may be its own", share * 100.0));
    }
    (validity.problems, validity.warnings) = (problems, warnings);
    validity
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::preset::PRESETS;

    fn examine_spent(seconds: u64, rows: u64) -> Validity {
        let tally = Tally {
            all_here: Some(Duration::from_secs(1)),
            busy: Duration::from_secs(seconds / 2),
            thinking: Duration::from_secs(seconds - seconds / 2),
            ..Tally::default()
        };
        examine(&Plan::of(&PRESETS[0], 1), &tally, Driven { rows, is_cancelled: false }, None)
    }

    #[test]
    fn users_that_vanish_make_a_run_invalid() {
        assert_eq!(examine_spent(150, 0).problems, Vec::<String>::new());
        assert_eq!(examine_spent(140, 0).warnings, ["the times account for 4.7 of 5 users"]);
        assert_eq!(examine_spent(120, 0).problems, ["the times account for 4.0 of 5 users"]);
    }

    #[test]
    fn rows_that_goose_lost_make_a_run_invalid() {
        assert_eq!(examine_spent(150, 3).problems, ["0 operations were measured and goose counted 3"]);
    }
}
