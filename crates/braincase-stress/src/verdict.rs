//! The verdict: correctness before validity, validity before targets, and uncertainty said aloud.
//!
//! `measured` judges what only some runs measure, and says which numbers are less sure than their limits ask.

mod measured;

use serde::Serialize;

use crate::{
    arrivals,
    audit::Audit,
    baseline::Compared,
    benefit::Benefit,
    leak::{Finding, Leak},
    plan::{Plan, Strictness},
    record::{Intervals, Numbers},
    report::table::kibibytes,
    stats::{self, Interval},
    validity::Validity,
};

/// What a run is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything holds.
    Pass,
    /// A target was missed.
    Fail,
    /// The run cannot show what it should; only when that was asked for.
    Inconclusive,
    /// The run does not count.
    Invalid,
    /// A promise was broken.
    Incorrect,
}

impl Outcome {
    /// What the program ends with.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Invalid => 3,
            Self::Inconclusive => 4,
            Self::Incorrect => 5,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Invalid => "INVALID",
            Self::Incorrect => "INCORRECT",
        }
    }
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// What.
    pub name: &'static str,
    /// What it must be.
    pub limit: String,
    /// What it was.
    pub observed: String,
    /// Whether it holds.
    pub is_met: bool,
}

/// The judgement with its reasons.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// What the run is worth.
    pub outcome: Outcome,
    /// In one sentence.
    pub sentence: String,
    /// Everything that must hold.
    pub targets: Vec<Target>,
    /// The interval of the error rate of turns.
    pub error_rate: Interval,
    /// The intervals of what turns took.
    pub intervals: Intervals,
    /// What this run is too small to show.
    pub underpowered: Vec<String>,
}

/// What is judged.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// All turns of the judged server.
    pub turns: Numbers,
    /// How sure their times are.
    pub intervals: Intervals,
    /// What became of the turns that arrived, in the open model.
    pub arrivals: Option<arrivals::Counts>,
    /// How they compare with the baseline, if there is one.
    pub baseline: Option<&'a Compared>,
    /// All its other requests.
    pub others: Numbers,
    /// Scenarios of which no turn was seen.
    pub unseen: Vec<&'static str>,
    /// How the server died, if it did.
    pub death: Option<&'a str>,
    /// How the programs that we started came to their end: what was wrong with it, each in a sentence.
    pub unclean: &'a [String],
    /// The comparison, if there was one.
    pub benefit: Option<&'a Benefit>,
    /// What is known of leaks, if the server's memory could be seen.
    pub leak: Option<&'a Leak>,
    /// Whether the run counts.
    pub validity: &'a Validity,
    /// Whether promises were kept.
    pub audit: &'a Audit,
}

/// Judges.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let targets = targets(evidence);
    let error_rate = stats::wilson(evidence.turns.errors, evidence.turns.count);
    let underpowered = underpowered(evidence, error_rate);
    let missed: Vec<_> = targets.iter().filter(|target| !target.is_met).map(|target| target.name).collect();
    let is_strict = evidence.plan.strictness == Strictness::Strict;
    let (outcome, sentence) = if let Some(first) = evidence.audit.violations.first() {
        (Outcome::Incorrect, format!("{} promises broken, the first: {first}", evidence.audit.violations.len()))
    } else if !evidence.validity.problems.is_empty() {
        (Outcome::Invalid, evidence.validity.problems.join("; "))
    } else if !missed.is_empty() {
        (Outcome::Fail, format!("missed: {}", missed.join(", ")))
    } else if is_strict && !underpowered.is_empty() {
        (Outcome::Inconclusive, underpowered.join("; "))
    } else {
        (Outcome::Pass, praise(evidence))
    };
    Verdict { outcome, sentence, targets, error_rate, intervals: evidence.intervals, underpowered }
}

fn praise(evidence: &Evidence<'_>) -> String {
    let turns = evidence.turns;
    format!(
        "{} users: 95 % of {} turns answered within {:.1} s, {} failed, nothing lost, doubled or mixed up",
        evidence.plan.users_of_main(),
        turns.count,
        turns.p95_ms / 1e3,
        turns.errors,
    )
}

fn targets(evidence: &Evidence<'_>) -> Vec<Target> {
    let (plan, turns, others) = (evidence.plan, evidence.turns, evidence.others);
    let limits = &plan.preset.targets;
    let has_turns = turns.count > 0;
    let mut targets = vec![
        rate("error rate of turns", turns, limits.max_error_rate),
        rate("error rate of other requests", others, limits.max_error_rate),
    ];
    // What a search looks for is judged by what it was told to look for.
    if !plan.is_search() {
        targets.extend([
            time("average turn", turns.mean_ms, limits.max_mean.as_secs_f64() * 1e3, has_turns),
            time("p95 of turns", turns.p95_ms, limits.max_p95.as_secs_f64() * 1e3, has_turns),
        ]);
    }
    targets.extend([
        Target {
            name: "turns done",
            limit: format!("≥ {}", plan.min_turns()),
            observed: turns.count.to_string(),
            is_met: has_turns && turns.count >= plan.min_turns(),
        },
        Target {
            name: "scenarios seen",
            limit: "all".to_owned(),
            observed: if evidence.unseen.is_empty() {
                "all".to_owned()
            } else {
                format!("not {}", evidence.unseen.join(", "))
            },
            is_met: evidence.unseen.is_empty(),
        },
        Target {
            name: "server stays up",
            limit: "to the end".to_owned(),
            observed: evidence.death.unwrap_or("to the end").to_owned(),
            is_met: evidence.death.is_none(),
        },
        Target {
            name: "clean stop",
            limit: "exit code 0".to_owned(),
            observed: if evidence.unclean.is_empty() { "clean".to_owned() } else { evidence.unclean.join("; ") },
            is_met: evidence.unclean.is_empty(),
        },
    ]);
    targets.extend(measured::targets(evidence));
    targets.extend(evidence.leak.map(no_leak));
    targets.extend(evidence.benefit.map(|benefit| Target {
        name: "image turns sooner than blocking",
        limit: format!("≥ {:.0} %", limits.min_async_benefit * 100.0),
        observed: format!(
            "{:.1} % (95 %: {:.1} to {:.1})",
            benefit.saving * 100.0,
            benefit.interval.low * 100.0,
            benefit.interval.high * 100.0
        ),
        is_met: benefit.saving >= limits.min_async_benefit,
    }));
    targets
}

/// A run that cannot tell is not one that leaks; that it cannot tell is said beside the targets.
fn no_leak(leak: &Leak) -> Target {
    Target {
        name: "memory left behind by a turn",
        limit: format!("< {}", kibibytes(leak.budget)),
        observed: format!("{}: {}", leak.finding.as_str(), leak.told_growth()),
        is_met: leak.finding != Finding::Fail,
    }
}

fn rate(name: &'static str, numbers: Numbers, limit: f64) -> Target {
    let share = numbers.errors as f64 / numbers.count.max(1) as f64;
    Target {
        name,
        limit: format!("< {:.0} %", limit * 100.0),
        observed: format!("{:.2} % ({} of {})", share * 100.0, numbers.errors, numbers.count),
        is_met: share < limit,
    }
}

fn time(name: &'static str, observed_ms: f64, limit_ms: f64, is_measured: bool) -> Target {
    let observed = if is_measured { format!("{:.2} s", observed_ms / 1e3) } else { "nothing to measure".to_owned() };
    let is_met = is_measured && observed_ms < limit_ms;
    Target { name, limit: format!("< {:.1} s", limit_ms / 1e3), observed, is_met }
}

fn underpowered(evidence: &Evidence<'_>, rate: Interval) -> Vec<String> {
    let limit = evidence.plan.preset.targets.max_error_rate;
    let mut notes = Vec::new();
    if rate.high >= limit {
        let turns = evidence.turns;
        notes.push(format!(
            "{} errors in {} turns only exclude an error rate above {:.1} %",
            turns.errors,
            turns.count,
            rate.high * 100.0
        ));
    }
    notes.extend(measured::unsure(evidence));
    if let Some(leak) = evidence.leak.filter(|leak| leak.finding == Finding::Inconclusive) {
        let excluded = leak
            .excluded()
            .map_or(String::new(), |bytes| format!("; at least {} a turn would have been seen", kibibytes(bytes)));
        notes.push(format!("whether memory leaks is not shown: {}{excluded}; a longer run tells more", leak.why));
    }
    if let Some(benefit) = evidence.benefit {
        let wanted = evidence.plan.preset.targets.min_async_benefit;
        if benefit.saving >= wanted && benefit.interval.low < wanted {
            notes.push(format!("the saving may be as small as {:.0} %", benefit.interval.low * 100.0));
        }
    }
    notes
}

#[cfg(test)]
mod tests;
