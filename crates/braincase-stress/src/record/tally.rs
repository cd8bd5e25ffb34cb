//! The tally: everything that was recorded, by row, by second and by visit.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{failure::Kind, subject::Subject, times::Times};
use crate::{
    plan::Lane,
    preset::Scenario,
    sample::{CpuTimes, Memory},
};

/// Texts of errors that are kept, and their longest form.
const MAX_ERROR_KINDS: usize = 50;
pub(super) const MAX_ANSWERED: usize = 200_000;
const MAX_ERROR_TEXT: usize = 160;

/// One second of a run.
#[derive(Debug, Clone, Default)]
pub struct Second {
    /// Users in a visit at its end.
    pub users: usize,
    /// Turns that ended in it.
    pub turns: u64,
    /// Operations that failed in it.
    pub errors: u64,
    /// What its turns took, in milliseconds.
    pub turn_ms: Vec<f64>,
    /// Until those of its turns that were streamed showed something of their answer, in milliseconds.
    pub first_ms: Vec<f64>,
    /// Until users saw something of the answers that ended in it, in milliseconds.
    pub answer_ms: Vec<f64>,
    /// CPU time used until its end, if the machine tells.
    pub cpu: Option<CpuTimes>,
    /// Memory of the server at its end, if it can be seen.
    pub memory: Option<Memory>,
}

/// A turn that was answered, by the mark of its project and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The mark of its project.
    pub mark: u32,
    /// Its number there.
    pub turn: u32,
    /// From the first byte sent to the last one read.
    pub took: Duration,
}

/// What is known of the visits of one scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Visits {
    /// Begun.
    pub begun: u64,
    /// Done to their last step.
    pub finished: u64,
}

/// Everything that was recorded.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Times by subject.
    pub rows: BTreeMap<Subject, Times>,
    /// Time to the first event of streamed turns.
    pub first_event: Times,
    /// Time to the first event of streamed turns that holds something of the answer.
    pub first_content: Times,
    /// Time until users see something of the answer: as above where turns are streamed, to their end where not.
    pub first_answer: Times,
    /// What turns took without the wait for a user, in the open model.
    pub service: Times,
    /// The turns that were answered; the first two hundred thousand of each server.
    pub answered: BTreeMap<Lane, Vec<Answered>>,
    /// The server's own share of each turn, as it says itself.
    pub overhead: Times,
    /// What each image turn took, in milliseconds.
    pub image_turn_ms: BTreeMap<Lane, Vec<f64>>,
    /// The run second by second.
    pub seconds: Vec<Second>,
    /// Visits by scenario.
    pub visits: BTreeMap<(Lane, Scenario), Visits>,
    /// Since when all users are there; from then on their time is accounted for.
    pub all_here: Option<Duration>,
    /// Time that users spent in operations while all of them were there.
    pub busy: Duration,
    /// Time that they spent thinking while all of them were there.
    pub thinking: Duration,
    /// Messages of panics in visits.
    pub panics: Vec<String>,
    /// Visits that had to be given up.
    pub abandoned: u64,
    /// Texts of errors and how often they came.
    pub errors: BTreeMap<String, u64>,
    /// Kinds of errors and how often they came in each second.
    pub kinds: BTreeMap<Kind, BTreeMap<usize, u64>>,
}

impl Tally {
    /// The times of all rows that are asked for.
    #[must_use]
    pub fn times(&self, wanted: impl Fn(&Subject) -> bool) -> Times {
        let mut times = Times::default();
        for (subject, row) in &self.rows {
            if wanted(subject) {
                times.merge(row);
            }
        }
        times
    }

    /// The turns of a lane.
    #[must_use]
    pub fn turns(&self, lane: Lane) -> Times {
        self.times(|subject| subject.lane == lane && subject.operation.is_turn())
    }
}

pub(super) fn second_at(seconds: &mut Vec<Second>, index: usize) -> &mut Second {
    if seconds.len() <= index {
        seconds.resize_with(index + 1, Second::default);
    }
    &mut seconds[index]
}

pub(super) fn count_error(errors: &mut BTreeMap<String, u64>, error: &str) {
    let text: String = error.chars().take(MAX_ERROR_TEXT).collect();
    let is_known = errors.contains_key(&text);
    let text = if is_known || errors.len() < MAX_ERROR_KINDS { text } else { "other errors".to_owned() };
    *errors.entry(text).or_default() += 1;
}
