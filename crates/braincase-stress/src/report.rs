//! The report: everything that is known of a run in one document, from which all other forms are made.

pub(crate) mod chart;
pub mod checks;
pub mod facts;
pub mod html;
pub mod junit;
pub mod latency;
pub mod md;
pub mod series;
pub mod status;
pub mod table;
pub mod terminal;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use serde::Serialize;

use self::{
    latency::Latency,
    series::{KindOfError, Point},
};
use crate::{
    arrivals,
    audit::Audit,
    baseline::{self, Compared},
    benefit::{self, Benefit},
    drive::Driven,
    fingerprint::{Fingerprint, Machine},
    leak::{self, Leak},
    overhead::Overheads,
    plan::{Comparison, Lane, Plan},
    record::{Numbers, Tally, Times, Visits},
    sample::Memory,
    validity::{self, Validity},
    verdict::{self, Evidence, Verdict},
};

/// Changes whenever a reader of the JSON would have to.
pub const SCHEMA: &str = "braincase-stress/2";

/// What is known when the load has ended.
#[derive(Debug)]
pub struct End {
    /// From the first user to the last answer.
    pub lasted: Duration,
    /// What goose saw.
    pub driven: Driven,
    /// CPU time of the harness over the time of the run.
    pub cpu_share: Option<f64>,
    /// How the server died, if it did.
    pub death: Option<String>,
    /// What was wrong with the end of the programs that we started.
    pub unclean: Vec<String>,
    /// Memory of the server after the audit.
    pub memory: Option<Memory>,
    /// What was seen of the server's memory under load.
    pub samples: Vec<leak::Sample>,
    /// What that says of leaks.
    pub leak: Option<Leak>,
    /// What the audit found.
    pub audit: Audit,
    /// What turns took beyond their provider.
    pub overheads: Overheads,
    /// What became of the turns that arrived, in the open model.
    pub arrivals: Option<arrivals::Counts>,
}

/// A run, told completely.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Report {
    pub schema: &'static str,
    pub preset: &'static str,
    pub purpose: &'static str,
    pub seed: u64,
    /// How load arises, in words.
    pub model: String,
    /// What must be the same for another run to be compared with this one.
    pub fingerprint: Fingerprint,
    pub comparison: Comparison,
    pub users: usize,
    pub ramp_s: f64,
    pub hold_s: f64,
    pub lasted_s: f64,
    pub machine: Machine,
    /// Whether it came to its end; a run that somebody stopped did not.
    pub is_complete: bool,
    pub verdict: Verdict,
    pub totals: Totals,
    pub scenarios: Vec<ScenarioRow>,
    pub rows: Vec<Row>,
    pub benefit: Option<Benefit>,
    pub baseline: Option<Compared>,
    /// The turns that arrived, in the open model.
    pub arrivals: Option<arrivals::Counts>,
    /// How many users at most, if that was what was asked.
    pub capacity: Option<crate::capacity::Capacity>,
    pub memory: Option<Memory>,
    pub leak: Option<Leak>,
    pub validity: Validity,
    pub audit: Audit,
    pub errors: BTreeMap<String, u64>,
    pub kinds_of_errors: Vec<KindOfError>,
    pub distribution: Vec<Bin>,
    pub latency: Latency,
    pub series: Vec<Point>,
}

/// Sums over the judged server.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Totals {
    pub requests: u64,
    pub failed: u64,
    pub turns: Numbers,
    pub image_turns: Numbers,
    /// Turns that ended in a second while all users were there.
    pub turns_per_second: f64,
    pub requests_per_second: f64,
    /// Until the first event of streamed turns.
    pub first_event: Numbers,
    /// Until the first event of streamed turns that holds something of the answer.
    pub first_content: Numbers,
    /// Until users see something of the answer: as above where turns are streamed, to their end where not.
    pub first_answer: Numbers,
    /// Turns without the wait for a user, in the open model; otherwise the same as `turns`.
    pub service: Numbers,
    /// The server's own share of a turn, as it says itself.
    pub overhead: Numbers,
    /// What a turn took beyond the provider, as users and the provider's log saw it.
    pub overhead_seen: Option<Numbers>,
}

/// Turns of one scenario.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct ScenarioRow {
    pub lane: Lane,
    pub scenario: &'static str,
    pub planned_share: f64,
    pub actual_share: f64,
    pub visits: Visits,
    pub turns: Numbers,
}

/// One operation in one scenario.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Row {
    pub lane: Lane,
    pub scenario: &'static str,
    pub operation: &'static str,
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// How many turns took how long.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Bin {
    pub from_ms: f64,
    pub to_ms: f64,
    pub count: u64,
}

impl Report {
    /// What to know when reading it.
    pub fn notes(&self) -> impl Iterator<Item = &String> {
        self.verdict.underpowered.iter().chain(&self.validity.warnings).chain(&self.audit.unchecked)
    }
}

/// Makes the report of a run that has ended.
#[must_use]
pub fn build(plan: &Plan, tally: &Tally, end: End) -> Report {
    let validity = validity::examine(plan, tally, end.driven, end.cpu_share);
    let benefit = benefit::measure(tally, plan.seed);
    let compared = baseline::compare(plan, tally, &end.overheads);
    let overhead = end.overheads.times(Lane::Main);
    let scenarios = scenarios(plan, tally);
    let turns = tally.turns(Lane::Main);
    let verdict = verdict::judge(&Evidence {
        plan,
        turns: turns.numbers(),
        intervals: turns.intervals(),
        arrivals: end.arrivals,
        baseline: compared.as_ref(),
        others: tally.times(|row| row.lane == Lane::Main && !row.operation.is_turn()).numbers(),
        unseen: scenarios.iter().filter(|row| row.turns.count == 0).map(|row| row.scenario).collect(),
        death: end.death.as_deref(),
        unclean: &end.unclean,
        benefit: benefit.as_ref(),
        leak: end.leak.as_ref(),
        validity: &validity,
        audit: &end.audit,
    });
    Report {
        schema: SCHEMA,
        preset: plan.preset.name,
        purpose: plan.preset.purpose,
        seed: plan.seed,
        model: plan.told(),
        fingerprint: Fingerprint::of(plan),
        comparison: plan.comparison,
        users: plan.users,
        ramp_s: plan.ramp.as_secs_f64(),
        hold_s: plan.hold.as_secs_f64(),
        lasted_s: end.lasted.as_secs_f64(),
        machine: Machine::here(),
        is_complete: !end.driven.is_cancelled || end.death.is_some(),
        verdict,
        totals: totals(plan, tally, overhead.as_ref()),
        scenarios,
        rows: rows(tally),
        benefit,
        baseline: compared,
        arrivals: end.arrivals,
        capacity: None,
        memory: end.memory.or_else(|| tally.seconds.iter().rev().find_map(|second| second.memory)),
        leak: end.leak,
        validity,
        audit: end.audit,
        errors: tally.errors.clone(),
        kinds_of_errors: series::kinds_of_errors(tally),
        distribution: distribution(&turns),
        latency: Latency::of(tally, &turns, overhead.as_ref()),
        series: series::series(tally, &end.samples),
    }
}

/// Where the report of a run that was interrupted goes, beside that of the last run that came to its end.
const INTERRUPTED: &str = "interrupted";

/// Writes all forms of the report into a folder; returns where they are.
///
/// # Errors
/// When a file cannot be written.
pub fn write(report: &Report, out: &Path) -> anyhow::Result<PathBuf> {
    let out = if report.is_complete { out.to_owned() } else { out.join(INTERRUPTED) };
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let json = serde_json::to_string_pretty(report).context("the report is not JSON")?;
    let files = [
        ("report.json", json),
        ("report.html", html::render(report)),
        ("report.md", md::render(report)),
        ("junit.xml", junit::render(report)),
    ];
    for (name, text) in files {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(out)
}

fn totals(plan: &Plan, tally: &Tally, overhead: Option<&Times>) -> Totals {
    let all = tally.times(|row| row.lane == Lane::Main).numbers();
    let turns = tally.turns(Lane::Main).numbers();
    let hold = plan.hold_starts().as_secs() as usize..plan.hold_ends().as_secs() as usize;
    let in_hold: u64 = tally
        .seconds
        .get(hold.start..hold.end.min(tally.seconds.len()))
        .unwrap_or_default()
        .iter()
        .map(|second| second.turns)
        .sum();
    let turns_per_second = in_hold as f64 / plan.working_time().as_secs_f64().max(f64::EPSILON);
    Totals {
        requests: all.count,
        failed: all.errors,
        turns,
        image_turns: tally
            .times(|row| row.lane == Lane::Main && row.operation == crate::record::Operation::ImageTurn)
            .numbers(),
        turns_per_second,
        requests_per_second: turns_per_second * all.count as f64 / turns.count.max(1) as f64,
        first_event: tally.first_event.numbers(),
        first_content: tally.first_content.numbers(),
        first_answer: tally.first_answer.numbers(),
        service: tally.service.numbers(),
        overhead: tally.overhead.numbers(),
        overhead_seen: overhead.map(Times::numbers),
    }
}

fn scenarios(plan: &Plan, tally: &Tally) -> Vec<ScenarioRow> {
    let lanes = std::iter::once(Lane::Main).chain(plan.comparison.other());
    let weights: u32 = plan.preset.shares.iter().map(|share| share.weight).sum();
    let mut rows = Vec::new();
    for lane in lanes {
        let visits = |scenario| tally.visits.get(&(lane, scenario)).copied().unwrap_or_default();
        let begun: u64 = plan.preset.shares.iter().map(|share| visits(share.scenario).begun).sum();
        for share in plan.preset.shares {
            let is_row = |row: &crate::record::Subject| row.lane == lane && row.scenario == share.scenario;
            rows.push(ScenarioRow {
                lane,
                scenario: share.scenario.as_str(),
                planned_share: f64::from(share.weight) / f64::from(weights.max(1)),
                actual_share: visits(share.scenario).begun as f64 / begun.max(1) as f64,
                visits: visits(share.scenario),
                turns: tally.times(|row| is_row(row) && row.operation.is_turn()).numbers(),
            });
        }
    }
    rows
}

fn rows(tally: &Tally) -> Vec<Row> {
    let row = |(subject, times): (&crate::record::Subject, &Times)| Row {
        lane: subject.lane,
        scenario: subject.scenario.as_str(),
        operation: subject.operation.as_str(),
        numbers: times.numbers(),
    };
    tally.rows.iter().map(row).collect()
}

/// Thirty bins from nothing to a little more than the slowest turn.
fn distribution(turns: &Times) -> Vec<Bin> {
    const BINS: usize = 30;
    let width = (turns.numbers().max_ms * 1.001 / BINS as f64).max(0.1);
    let bounds: Vec<f64> = (0..=BINS).map(|bound| bound as f64 * width).collect();
    let counts = turns.counts(&bounds);
    bounds.windows(2).zip(counts).map(|(pair, count)| Bin { from_ms: pair[0], to_ms: pair[1], count }).collect()
}
#[cfg(test)]
mod tests;
