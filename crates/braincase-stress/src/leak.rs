//! Leaks: whether memory that nobody declares grows with the turns that were done.
//!
//! What counts is live heap, as the allocator says, without what caches declare: a cache that fills is explained, and
//! resident memory also holds what was freed. Only where a server tells nothing of its heap, resident memory is judged,
//! with a wider budget. Growth is measured by turn, not by time, and once everything had its chance to warm up: in the
//! last 60 % of the time with all users. No sign of growth is not enough to pass: it must be shown that a leak of the size
//! of the budget is not there, and a run that can show neither is inconclusive.
//!
//! `growth` fits the trend, `rounds` judges silences where there are some, `exposition` reads what a server says of its memory, `watch` asks it again and again.

mod exposition;
mod growth;
mod rounds;
#[cfg(test)]
mod tests;
mod watch;

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{plan::Plan, report::table::kibibytes, stats::quantile};
pub use growth::Growth;
use growth::{Trend, trend};
pub use watch::Watch;

/// How much of the time with all users is left for caches, pools and buffers to fill.
const WARM_UP: f64 = 0.4;
/// A window with fewer turns shows nothing, however quiet the memory was.
const MIN_TURNS: u64 = 200;
/// Nor does a shorter one: memory moves slowly, and a trend of some seconds is none.
const MIN_WINDOW: Duration = Duration::from_secs(60);
/// A leak goes on; what warms up gets slower. This share of the slope of the first half must be left in the second.
const STILL_GROWING: f64 = 0.5;
/// A leak stays when the load is gone: so much of what must have leaked.
const REMAINS: f64 = 0.5;

/// What a server holds at some moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Heap {
    /// Bytes that are allocated.
    pub allocated: u64,
    /// Bytes in each cache that declares them, by name.
    pub caches: BTreeMap<String, u64>,
    /// Reads and writes of all its caches so far.
    pub operations: u64,
}

impl Heap {
    /// Bytes in caches that declare them.
    #[must_use]
    pub fn declared(&self) -> u64 {
        self.caches.values().sum()
    }

    /// Bytes that nobody declares.
    #[must_use]
    pub fn unexplained(&self) -> u64 {
        self.allocated.saturating_sub(self.declared())
    }
}

/// One look at a server.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// When, from the start of the run.
    pub at: Duration,
    /// Turns that had ended by then.
    pub turns: u64,
    /// What it says of its heap.
    pub heap: Option<Heap>,
    /// What the system says is resident.
    pub resident: Option<u64>,
}

/// What growth is measured of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Live heap without declared caches.
    Heap,
    /// Resident memory.
    Resident,
}

impl Signal {
    /// The most bytes that may be left behind by a turn.
    #[must_use]
    pub const fn budget(self) -> f64 {
        match self {
            Self::Heap => 2_048.0,
            Self::Resident => 8_192.0,
        }
    }

    /// The words for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Heap => "live heap without declared caches",
            Self::Resident => "resident memory",
        }
    }

    fn bytes(self, sample: &Sample) -> Option<f64> {
        match self {
            Self::Heap => sample.heap.as_ref().map(|heap| heap.unexplained() as f64),
            Self::Resident => sample.resident.map(|bytes| bytes as f64),
        }
    }
}

/// What can be said of leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A leak of the size of the budget is excluded.
    Pass,
    /// More than the budget leaks.
    Fail,
    /// Neither can be said.
    Inconclusive,
}

impl Finding {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

/// The judgement with its reasons.
#[derive(Debug, Clone, Serialize)]
pub struct Leak {
    /// What can be said.
    pub finding: Finding,
    /// Why, in words.
    pub why: String,
    /// What was measured.
    pub signal: Signal,
    /// The most bytes that a turn may leave behind.
    pub budget: f64,
    /// Turns in the window that was judged.
    pub turns: u64,
    /// Bytes a turn over the whole window.
    pub growth: Option<Growth>,
    /// Bytes a turn over its second half.
    pub late_growth: Option<Growth>,
    /// The share of what must have leaked that was left after the load, if it was looked at.
    pub remains: Option<f64>,
    /// Where the line of that growth lies.
    pub fit: Option<Fit>,
    /// What the server held at the end.
    pub heap: Option<Heap>,
    /// Reads and writes of its caches a second, over the time with all users.
    pub cache_operations: Option<f64>,
}

/// Where the fitted line lies: its slope is the growth, and it goes through this point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    /// When the judged time began, in seconds from the start.
    pub from_s: f64,
    /// When it ended.
    pub to_s: f64,
    /// Turns at the point.
    pub turns: f64,
    /// Bytes there.
    pub bytes: f64,
}

impl Leak {
    /// The smallest leak, in bytes a turn, that this run excludes.
    #[must_use]
    pub fn excluded(&self) -> Option<f64> {
        // Memory that shrank by chance may hide a leak as large as that chance.
        self.growth.map(|growth| growth.high.max(growth.high - growth.slope))
    }

    /// The growth as people read it.
    #[must_use]
    pub fn told_growth(&self) -> String {
        let Some(Growth { slope, low, high }) = self.growth else { return "no trend".to_owned() };
        format!("{} (95 %: {} to {})", kibibytes(slope), kibibytes(low), kibibytes(high))
    }
}

/// Whether the samples look like a leak, so that it must be seen what is left of it when the load is gone.
#[must_use]
pub fn is_suspected(plan: &Plan, samples: &[Sample]) -> bool {
    // What is seen in silences is already what is left without load.
    plan.rounds.is_none() && Window::of(plan, samples).is_some_and(|window| window.suspicion().is_ok())
}

/// Judges; nothing if the server's memory cannot be seen. `drained` is a look at it some time after the load.
#[must_use]
pub fn judge(plan: &Plan, samples: &[Sample], drained: Option<&Sample>) -> Option<Leak> {
    if let Some(rounds) = plan.rounds {
        return rounds::judge(plan, rounds, samples);
    }
    let window = Window::of(plan, samples)?;
    let remains = drained.and_then(|sample| window.remains(window.signal.bytes(sample)?));
    let (finding, why) = window.find(remains);
    Some(Leak {
        finding,
        why,
        signal: window.signal,
        budget: window.signal.budget(),
        turns: window.turns,
        growth: window.trend.map(|trend| trend.all),
        late_growth: window.trend.map(|trend| trend.late),
        remains,
        fit: window.fit(),
        heap: samples.iter().rev().find_map(|sample| sample.heap.clone()),
        cache_operations: cache_operations(plan, samples),
    })
}

fn cache_operations(plan: &Plan, samples: &[Sample]) -> Option<f64> {
    let held = samples.iter().filter(|sample| (plan.hold_starts()..=plan.hold_ends()).contains(&sample.at));
    let counts: Vec<_> = held.filter_map(|sample| Some((sample.at, sample.heap.as_ref()?.operations))).collect();
    let ((from, before), (to, after)) = (counts.first()?, counts.last()?);
    let lasted = to.saturating_sub(*from).as_secs_f64();
    (lasted > 0.0).then(|| after.saturating_sub(*before) as f64 / lasted)
}

/// The samples that count, and their trend.
struct Window {
    signal: Signal,
    turns: u64,
    from: Duration,
    lasted: Duration,
    first: f64,
    middle: (f64, f64),
    trend: Option<Trend>,
}

impl Window {
    /// The heap is judged if it was seen in the window, resident memory otherwise.
    fn of(plan: &Plan, samples: &[Sample]) -> Option<Self> {
        let from = plan.hold_starts() + plan.hold.mul_f64(WARM_UP);
        let lasted = plan.hold_ends() - from;
        let seen = |signal: Signal| {
            let within = samples.iter().filter(|sample| (from..=plan.hold_ends()).contains(&sample.at));
            let points: Vec<_> =
                within.filter_map(|sample| Some((sample.turns as f64, signal.bytes(sample)?))).collect();
            (!points.is_empty()).then_some((signal, points))
        };
        let (signal, points) = seen(Signal::Heap).or_else(|| seen(Signal::Resident))?;
        let span = points.last()?.0 - points.first()?.0;
        let trend = trend(&points);
        let first = trend.map_or(points.first()?.1, |trend| trend.first);
        let along = |axis: fn(&(f64, f64)) -> f64| quantile(&points.iter().map(axis).collect::<Vec<_>>(), 0.5);
        let middle = (along(|point| point.0), along(|point| point.1));
        Some(Self { signal, turns: span as u64, from, lasted, first, middle, trend })
    }

    /// The line through the medians, as Theil and Sen have it.
    fn fit(&self) -> Option<Fit> {
        self.trend?;
        let (from_s, lasted_s) = (self.from.as_secs_f64(), self.lasted.as_secs_f64());
        let (turns, bytes) = self.middle;
        Some(Fit { from_s, to_s: from_s + lasted_s, turns, bytes })
    }

    fn find(&self, remains: Option<f64>) -> (Finding, String) {
        let budget = self.signal.budget();
        let Some(trend) = self.trend else {
            return (Finding::Inconclusive, "too few looks at the memory for a trend".to_owned());
        };
        if self.is_too_small() {
            let (turns, seconds) = (self.turns, self.lasted.as_secs());
            return (Finding::Inconclusive, format!("{turns} turns in {seconds} s are too few to tell"));
        }
        if trend.all.high < budget {
            return (Finding::Pass, "a leak of the size of the budget is excluded".to_owned());
        }
        match (self.suspicion(), remains) {
            (Err(why), _) => (Finding::Inconclusive, why.to_owned()),
            (Ok(()), Some(share)) if share >= REMAINS => {
                (Finding::Fail, format!("it goes on, and {:.0} % of it is left after the load", share * 100.0))
            }
            (Ok(()), Some(share)) => {
                let left = share.max(0.0) * 100.0;
                (Finding::Inconclusive, format!("it grew, but only {left:.0} % of it is left after the load"))
            }
            (Ok(()), None) => {
                (Finding::Inconclusive, "it grew, and what is left after the load is not known".to_owned())
            }
        }
    }

    fn is_too_small(&self) -> bool {
        self.turns < MIN_TURNS || self.lasted < MIN_WINDOW
    }

    /// Whether everything that can be seen under load speaks for a leak; otherwise what speaks against it.
    fn suspicion(&self) -> Result<(), &'static str> {
        let Some(Trend { early, late, surely, .. }) = self.trend else { return Err("there is no trend") };
        if self.is_too_small() {
            Err("too few turns")
        } else if surely <= self.signal.budget() {
            Err("it may or may not be within the budget")
        } else if late.low <= 0.0 {
            Err("it grew, but not surely to the end")
        } else if late.slope < STILL_GROWING * early.slope {
            Err("it grew, but ever slower, as what warms up does")
        } else {
            Ok(())
        }
    }

    /// The share of what must have leaked in the window that is left.
    fn remains(&self, drained: f64) -> Option<f64> {
        let leaked = self.trend?.all.slope * self.turns as f64;
        (leaked > 0.0).then(|| (drained - self.first) / leaked)
    }
}
