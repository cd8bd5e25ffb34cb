//! What must hold for a run to count, check by check.

use super::Report;
use crate::validity::{INVALID_BEYOND, MAX_CPU_SHARE};

/// Something that must hold for a run to count.
#[derive(Debug)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What it must be.
    pub limit: String,
    /// What it was.
    pub observed: String,
    /// Whether it holds.
    pub is_met: bool,
}

/// What speaks for and against the run.
#[must_use]
pub fn checks(report: &Report) -> Vec<Check> {
    let valid = &report.validity;
    let check = |name, limit: &str, observed, is_met| Check { name, limit: limit.to_owned(), observed, is_met };
    let mut checks = vec![
        check(
            "users that the times account for",
            "as many as planned ± 10 %",
            format!("{:.1} of {}", valid.accounted_users, valid.users),
            (valid.accounted_users / valid.users.max(1) as f64 - 1.0).abs() <= INVALID_BEYOND,
        ),
        check("panics in users", "none", valid.panics.to_string(), valid.panics == 0),
        check("visits that hung", "none", valid.abandoned.to_string(), valid.abandoned == 0),
        check(
            "operations, as measured and as counted by goose",
            "equal",
            format!("{} and {}", valid.rows, valid.goose_rows),
            valid.rows == valid.goose_rows,
        ),
    ];
    checks.extend(valid.cpu_share.map(|share| {
        let observed = format!("{:.0} %", share * 100.0);
        check("CPU that the harness used", "< 80 % of a core", observed, share <= MAX_CPU_SHARE)
    }));
    checks
}
