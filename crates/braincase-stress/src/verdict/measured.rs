//! What measuring adds to a verdict: targets of a baseline and of arrivals, and which numbers are less sure than their
//! limits ask.

use super::{Evidence, Target};
use crate::{baseline::TOLERANCE, report::table::time, stats::Interval};

/// The targets of what was only measured in some runs.
pub(super) fn targets(evidence: &Evidence<'_>) -> Vec<Target> {
    let mut targets = Vec::new();
    if let Some(counts) = evidence.arrivals {
        let limit = evidence.plan.preset.targets.max_error_rate;
        let share = counts.dropped as f64 / counts.due.max(1) as f64;
        targets.push(Target {
            name: "arrivals dropped",
            limit: format!("< {:.0} %", limit * 100.0),
            observed: format!("{:.2} % ({} of {}, {} late)", share * 100.0, counts.dropped, counts.due, counts.late),
            is_met: share < limit,
        });
    }
    if let Some(compared) = evidence.baseline {
        let rows = compared.rows.iter();
        let observed = rows.clone().map(|row| {
            let (change, low, high) = (row.change.by, row.change.interval.low, row.change.interval.high);
            format!("{} {:+.1} % (95 %: {:+.1} to {:+.1})", row.name, change * 100.0, low * 100.0, high * 100.0)
        });
        targets.push(Target {
            name: "no slower than the baseline",
            limit: format!("surely slower by ≤ {:.0} %", TOLERANCE * 100.0),
            observed: if compared.rows.is_empty() {
                "too few turns to compare".to_owned()
            } else {
                observed.collect::<Vec<_>>().join(", ")
            },
            is_met: !compared.rows.is_empty() && rows.clone().all(|row| !row.is_regression),
        });
    }
    targets
}

/// Numbers that met their limit, although what they were drawn from may not.
pub(super) fn unsure(evidence: &Evidence<'_>) -> Vec<String> {
    let (limits, turns) = (&evidence.plan.preset.targets, evidence.turns);
    let limit_ms = |limit: std::time::Duration| limit.as_secs_f64() * 1e3;
    let numbers = [
        ("the average turn", turns.mean_ms, evidence.intervals.mean_ms, limit_ms(limits.max_mean)),
        ("p95 of turns", turns.p95_ms, evidence.intervals.p95_ms, limit_ms(limits.max_p95)),
    ];
    let unsure = numbers.into_iter().filter(|(_, value, interval, limit)| value < limit && interval.high >= *limit);
    let told = unsure.map(|(name, value, interval, _)| {
        format!("{name} was {} in {} turns and may be {}", time(value), turns.count, told_end(interval))
    });
    told.chain(may_be_slower(evidence)).collect()
}

/// Numbers that are no regression for sure, and may be one.
fn may_be_slower<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = String> + use<'a> {
    let rows = evidence.baseline.into_iter().flat_map(|compared| &compared.rows);
    let unsure = rows.filter(|row| !row.is_regression && row.change.interval.high > TOLERANCE);
    unsure.map(|row| {
        format!("{} may be up to {:.0} % slower than the baseline", row.name, row.change.interval.high * 100.0)
    })
}

fn told_end(interval: Interval) -> String {
    if interval.high.is_finite() { format!("as much as {}", time(interval.high)) } else { "anything above".to_owned() }
}
