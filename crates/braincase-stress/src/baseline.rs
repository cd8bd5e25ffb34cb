//! The baseline: whether turns got slower than those of another program in the same run, or of an earlier run.
//!
//! Another program is loaded beside ours by users who come in pairs, so that whatever disturbs the machine disturbs both.
//! An earlier run is only compared if it was the same run on the same machine. Something is a regression if it is surely
//! slower, and by more than 5 %; what may be slower by more than that without being so for sure is said, too.

use std::{
    fs::{self, File},
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fingerprint::Fingerprint,
    overhead::Overheads,
    plan::{Lane, Plan},
    record::{Tally, ms},
    stats::{self, Change},
};

/// How much slower something may become.
pub const TOLERANCE: f64 = 0.05;
/// With fewer turns on either side nothing is compared.
const MIN_TURNS: usize = 30;
/// The largest report that is read.
const MAX_REPORT: u64 = 64 << 20;

/// What ours is compared with.
#[derive(Debug, Clone)]
pub enum Baseline {
    /// A program of the server.
    Program(PathBuf),
    /// What is known of an earlier run.
    Past(Past),
}

/// What an earlier run took: how many turns took how many milliseconds, to 1 %.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Past {
    turn_lengths: Vec<(f64, u64)>,
    overhead_lengths: Vec<(f64, u64)>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// With what, in words.
    pub with: &'static str,
    /// Number by number.
    pub rows: Vec<Row>,
}

/// One number.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What it is; times are in milliseconds.
    pub name: &'static str,
    /// How it changed.
    #[serde(flatten)]
    pub change: Change,
    /// Whether that is a regression.
    pub is_regression: bool,
}

impl Baseline {
    /// What a file is: a report is JSON, anything else must be a program.
    ///
    /// # Errors
    /// When it cannot be read, is neither, or is the report of another kind of run.
    pub fn open(path: &Path, plan: &Plan) -> anyhow::Result<Self> {
        let mut file = File::open(path).with_context(|| format!("cannot read the baseline {}", path.display()))?;
        let mut first = [0];
        let is_report = file.read(&mut first).is_ok_and(|count| count == 1) && first == *b"{";
        if is_report {
            return Ok(Self::Past(Past::load(path, plan)?));
        }
        let mode =
            fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?.permissions().mode();
        if mode & 0o111 == 0 {
            bail!("the baseline {} is neither a report.json nor a program that may be run", path.display());
        }
        Ok(Self::Program(path.to_owned()))
    }
}

impl Past {
    fn load(path: &Path, plan: &Plan) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut report: Value = serde_json::from_reader(file.take(MAX_REPORT))
            .with_context(|| format!("{} is no report.json", path.display()))?;
        let differences = Fingerprint::of(plan).differences(&report["fingerprint"]);
        if !differences.is_empty() {
            bail!(
                "{} is of another run, its times say nothing of this one: {}",
                path.display(),
                differences.join("; ")
            );
        }
        serde_json::from_value(report["latency"].take()).with_context(|| format!("{} has no times", path.display()))
    }
}

/// Compares, when there is something to compare with.
#[must_use]
pub fn compare(plan: &Plan, tally: &Tally, overheads: &Overheads) -> Option<Compared> {
    let all = |lane: Lane| -> Vec<f64> {
        tally.answered.get(&lane).into_iter().flatten().map(|turn| ms(turn.took)).collect()
    };
    let overhead = |lane: Lane| -> Vec<f64> {
        overheads.each.get(&lane).into_iter().flatten().map(|overhead| ms(*overhead)).collect()
    };
    let (with, ours, theirs) = match plan.baseline.as_ref()? {
        Baseline::Program(_) => (
            "another program, side by side",
            [all(Lane::Main), overhead(Lane::Main)],
            [all(Lane::Baseline), overhead(Lane::Baseline)],
        ),
        Baseline::Past(past) => {
            let overheads = overheads.times(Lane::Main).map(|times| times.lengths()).unwrap_or_default();
            let ours = [spell_out(&tally.turns(Lane::Main).lengths()), spell_out(&overheads)];
            ("an earlier run", ours, [spell_out(&past.turn_lengths), spell_out(&past.overhead_lengths)])
        }
    };
    let numbers = [("average turn", 0, None), ("p95 of turns", 0, Some(0.95)), ("median overhead", 1, Some(0.5))];
    let row = |(name, which, share): (&'static str, usize, Option<f64>)| {
        if ours[which].len().min(theirs[which].len()) < MIN_TURNS {
            return None;
        }
        let change = stats::change(&ours[which], &theirs[which], share, plan.seed)?;
        Some(Row { name, change, is_regression: change.is_growth_beyond(TOLERANCE) })
    };
    Some(Compared { with, rows: numbers.into_iter().filter_map(row).collect() })
}

fn spell_out(lengths: &[(f64, u64)]) -> Vec<f64> {
    lengths.iter().flat_map(|(ms, count)| std::iter::repeat_n(*ms, usize::try_from(*count).unwrap_or(0))).collect()
}

#[cfg(test)]
mod tests;
