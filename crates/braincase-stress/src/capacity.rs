//! Capacity: how many users a server can take, searched level by level, with the curve that all levels lie on.
//!
//! Each level is a run of its own: users come, a warm-up passes, what follows is judged by the time until users see
//! something of their answer, and the audit looks at what was stored. `search` decides what is tried, `level` judges it.

mod level;
mod search;
mod told;

use std::{str::FromStr, time::Duration};

use anyhow::Context;
use serde::Serialize;
use tokio::time::Instant;

pub use self::{
    level::{Level, Shares},
    search::{Purpose, Search},
};
use crate::{
    plan::Plan,
    report::{Report, table::time, terminal::Terminal},
    run::{Ran, Stage, load_and_audit},
    stats::usl::{self, Usl},
    verdict::{Outcome, Target},
};

/// How long all levels together may take, so that the whole stays below six minutes.
const BUDGET: Duration = Duration::from_secs(320);
/// What a level takes beyond its plan, until the first one has shown it: users go home, and what they did is audited.
const EXTRA: Duration = Duration::from_secs(6);
/// Points of the curve that are written down.
const CURVE_POINTS: usize = 40;

/// What a user may expect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slo {
    /// Until 95 % of the turns show something of their answer, in milliseconds.
    pub p95_ms: f64,
    /// The share of turns that may fail.
    pub error_rate: f64,
}

impl Default for Slo {
    fn default() -> Self {
        Self { p95_ms: 3_000.0, error_rate: 0.01 }
    }
}

impl FromStr for Slo {
    type Err = String;

    /// Reads `p95<3s,errors<1%`; what is not named keeps its default.
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("expected p95<3s, errors<1% or both with a comma, got {text:?}");
        let mut slo = Self::default();
        for part in text.split(',') {
            let (name, limit) = part.split_once('<').ok_or_else(problem)?;
            let unit = |unit: &str| limit.trim().strip_suffix(unit)?.trim().parse::<f64>().ok();
            let limit = match name.trim() {
                "p95" => unit("ms").or_else(|| Some(unit("s")? * 1e3)).map(|ms| (&mut slo.p95_ms, ms)),
                "errors" => unit("%").map(|share| (&mut slo.error_rate, share / 100.0)),
                _ => None,
            };
            let (place, value) = limit.filter(|(_, value)| value.is_finite() && *value > 0.0).ok_or_else(problem)?;
            *place = value;
        }
        Ok(slo)
    }
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Capacity {
    /// In one sentence.
    pub sentence: String,
    /// What users may expect.
    pub slo: Slo,
    /// The most users that met it, confirmed twice.
    pub users: Option<usize>,
    /// What kept it from being more.
    pub limit: Limit,
    /// Level by level, in the order in which they were tried.
    pub levels: Vec<Level>,
    /// The law that the levels follow; nothing with fewer than six of them.
    pub usl: Option<Usl>,
    /// Its curve: users and turns per second, no further than twice the largest level.
    pub curve: Vec<(f64, f64)>,
}

/// What ended a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// More users miss the target, and it is the server that is busy or slow.
    Server,
    /// The machine was full, mostly of those who load: the server may be able to do more.
    Generator,
    /// The machine was full, mostly of programs that have nothing to do with the run.
    Others,
    /// No more users were to be tried.
    Bound,
    /// There was no time to confirm anything.
    Time,
    /// Not even the fewest users meet it.
    Nothing,
}

/// Searches, and tells it as the report of the level that was found.
///
/// # Errors
/// When the load cannot be started.
pub async fn measure(plan: &Plan, slo: Slo, stage: &mut Stage, terminal: &mut Terminal) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut search = Search::new(plan.preset.users, plan.users);
    let (mut levels, mut runs): (Vec<Level>, Vec<Ran>) = (Vec::new(), Vec::new());
    let mut expected = plan.hold_ends() + EXTRA;
    // A level that was stopped says nothing, and nobody waits for the next.
    while !runs.last().is_some_and(|ran| ran.end.driven.is_cancelled)
        && let Some((users, purpose)) = search.next(left(started, expected))
    {
        let level_plan = Plan { users, ..plan.clone() };
        let begun = Instant::now();
        let ran = load_and_audit(level_plan, stage, levels.len() as u64, terminal).await?;
        let level = ran.world.recorder.with(|tally| Level::of(&ran.world.plan, purpose, tally, slo));
        terminal.say(&level.told());
        search.tell(users, purpose, level.is_met);
        expected = expected.max(begun.elapsed());
        levels.push(level);
        runs.push(ran);
    }
    let unclean = stage.stop().await;
    let capacity = answer(&search, levels, slo, plan.seed);
    tell(capacity, runs, unclean)
}

/// How many more levels fit into the time.
fn left(started: Instant, expected: Duration) -> u32 {
    let left = BUDGET.saturating_sub(started.elapsed());
    (left.as_secs_f64() / expected.as_secs_f64()) as u32
}

fn answer(search: &Search, levels: Vec<Level>, slo: Slo, seed: u64) -> Capacity {
    let users = search.found();
    let points: Vec<usl::Level> = levels
        .iter()
        .filter(|level| level.turns > 0)
        .map(|level| usl::Level { users: level.users as f64, throughput: level.turns_per_second, count: level.turns })
        .collect();
    let usl = usl::fit(&points, seed);
    let curve = usl.map(|usl| {
        let at = |point: usize| {
            let users = 1.0 + (usl.max_users - 1.0) * point as f64 / (CURVE_POINTS - 1) as f64;
            Some((users, usl.throughput(users)?))
        };
        (0..CURVE_POINTS).filter_map(at).collect()
    });
    let limit = limit(search, &levels);
    let sentence = told::sentence(users, limit, slo, usl.as_ref(), &levels);
    Capacity { sentence, slo, users, limit, levels, usl, curve: curve.unwrap_or_default() }
}

fn limit(search: &Search, levels: &[Level]) -> Limit {
    let missed = levels.iter().filter(|level| !level.is_met).min_by_key(|level| level.users);
    match (search.found(), missed) {
        (None, _) if levels.iter().any(|level| level.is_met) => Limit::Time,
        (None, _) => Limit::Nothing,
        (Some(_), _) if search.is_at_its_bound() => Limit::Bound,
        (Some(_), missed) => missed.and_then(|level| level.cpu).map_or(Limit::Server, |cpu| cpu.limit()),
    }
}

/// The report is that of the last level that counts; what any level broke or got wrong is in it.
fn tell(capacity: Capacity, mut runs: Vec<Ran>, unclean: Vec<String>) -> anyhow::Result<Report> {
    let is_it = |level: &Level| level.is_met && Some(level.users) == capacity.users;
    let at = capacity.levels.iter().rposition(is_it).unwrap_or(runs.len().saturating_sub(1));
    let broken: Vec<_> = runs.iter().flat_map(|ran| ran.end.audit.violations.clone()).collect();
    let death = runs.iter_mut().find_map(|ran| ran.end.death.take());
    let is_stopped = runs.iter().any(|ran| ran.end.driven.is_cancelled);
    let mut ran = (at < runs.len()).then(|| runs.swap_remove(at)).context("no level was tried")?;
    ran.end.unclean = unclean;
    ran.end.death = death;
    ran.end.audit.violations = broken;
    ran.end.driven.is_cancelled |= is_stopped;
    let mut report = ran.report();
    report.verdict.targets.push(Target {
        name: "users at once",
        limit: format!(
            "first answer p95 < {}, errors < {} %",
            time(capacity.slo.p95_ms),
            capacity.slo.error_rate * 100.0
        ),
        observed: capacity.sentence.clone(),
        is_met: capacity.users.is_some(),
    });
    if report.verdict.outcome == Outcome::Pass {
        report.verdict.sentence.clone_from(&capacity.sentence);
        if capacity.users.is_none() {
            report.verdict.outcome = Outcome::Fail;
        }
    }
    report.capacity = Some(capacity);
    Ok(report)
}
