//! The record of a run: one row per user-visible operation, timed from the first byte sent to the last one read.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    plan::{Lane, Plan},
    preset::Scenario,
};

/// Three digits are exact; the largest value is a minute more than any request may take.
const DIGITS: u8 = 3;
const LARGEST_MICROS: u64 = 120_000_000;
/// Texts of errors that are kept, and their longest form.
const MAX_ERROR_KINDS: usize = 50;
const MAX_ERROR_TEXT: usize = 160;

/// What a user does and waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Starts a project.
    Project,
    /// Uploads one image.
    Upload,
    /// Sends a prompt without images.
    Turn,
    /// Sends a prompt with images.
    ImageTurn,
    /// Sends the same request once more.
    Repeat,
}

impl Operation {
    /// The word for it in tables and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Upload => "upload",
            Self::Turn => "turn",
            Self::ImageTurn => "image_turn",
            Self::Repeat => "repeat",
        }
    }

    /// Whether the targets for turns hold for it.
    #[must_use]
    pub const fn is_turn(self) -> bool {
        matches!(self, Self::Turn | Self::ImageTurn)
    }
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Which server.
    pub lane: Lane,
    /// Which scenario.
    pub scenario: Scenario,
    /// Which operation.
    pub operation: Operation,
}

/// One finished operation.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it was.
    pub subject: Subject,
    /// How long it took.
    pub took: Duration,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// Times of one kind; minimum, maximum and sum are exact, percentiles to three digits.
#[derive(Debug, Clone)]
pub struct Times {
    micros: Histogram<u64>,
    sum: Duration,
    min: Duration,
    max: Duration,
    errors: u64,
}

/// Times in numbers, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Numbers {
    pub count: u64,
    pub errors: u64,
    pub min_ms: f64,
    pub mean_ms: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

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
    /// Memory of the server at its end, if it can be seen.
    pub memory: Option<crate::sample::Memory>,
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
}

/// Takes down what happens while it happens.
#[derive(Debug)]
pub struct Recorder {
    started: Instant,
    users: usize,
    hold_ends: Duration,
    active: AtomicUsize,
    tally: Mutex<Tally>,
}

impl Default for Times {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the two constants are within what a histogram allows")]
        let micros = Histogram::new_with_max(LARGEST_MICROS, DIGITS).expect("valid bounds");
        Self { micros, sum: Duration::ZERO, min: Duration::MAX, max: Duration::ZERO, errors: 0 }
    }
}

impl Times {
    /// Adds one time.
    pub fn add(&mut self, took: Duration, failed: bool) {
        self.micros.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
        self.sum += took;
        self.min = self.min.min(took);
        self.max = self.max.max(took);
        self.errors += u64::from(failed);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same bounds, so that nothing can be out of range.
        let _: Result<(), _> = self.micros.add(&other.micros);
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.errors += other.errors;
    }

    /// The times in numbers.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        let count = self.micros.len();
        if count == 0 {
            return Numbers::default();
        }
        // The histogram rounds up within its three digits; a percentile above the maximum would look wrong.
        let at = |share: f64| (self.micros.value_at_quantile(share) as f64 / 1e3).min(ms(self.max));
        Numbers {
            count,
            errors: self.errors,
            min_ms: ms(self.min),
            mean_ms: ms(self.sum) / count as f64,
            p50_ms: at(0.50),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: ms(self.max),
        }
    }

    /// How many values lie in each of the ranges between the bounds, in milliseconds.
    #[must_use]
    pub fn counts(&self, bounds_ms: &[f64]) -> Vec<u64> {
        let up_to = |bound: f64| self.micros.count_between(0, (bound * 1e3) as u64);
        bounds_ms.windows(2).map(|pair| up_to(pair[1]).saturating_sub(up_to(pair[0]))).collect()
    }
}

impl Recorder {
    /// Starts the clock of a run.
    #[must_use]
    pub fn start(plan: &Plan) -> Self {
        Self {
            started: Instant::now(),
            users: plan.users,
            hold_ends: plan.hold_ends(),
            active: AtomicUsize::new(0),
            tally: Mutex::new(Tally::default()),
        }
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Users that are in a visit now.
    #[must_use]
    pub fn active_users(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }

    /// A user begins a visit.
    pub fn enter(&self, lane: Lane, scenario: Scenario) {
        let active = self.active.fetch_add(1, Ordering::Relaxed) + 1;
        let mut tally = self.lock();
        if active >= self.users {
            tally.all_here.get_or_insert_with(|| self.elapsed());
        }
        tally.visits.entry((lane, scenario)).or_default().begun += 1;
    }

    /// A user ends a visit, however that came.
    pub fn leave(&self) {
        self.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// A visit came to its last step.
    pub fn finish(&self, lane: Lane, scenario: Scenario) {
        self.lock().visits.entry((lane, scenario)).or_default().finished += 1;
    }

    /// A visit panicked.
    pub fn panicked(&self, message: String) {
        self.lock().panics.push(message);
    }

    /// A visit did not end in time.
    pub fn abandoned(&self) {
        self.lock().abandoned += 1;
    }

    /// An operation that began at `from` has ended now.
    pub fn operation(&self, from: Duration, sample: &Sample) {
        let to = from + sample.took;
        let second = to.as_secs() as usize;
        let (subject, failed) = (sample.subject, sample.error.is_some());
        let mut tally = self.lock();
        let busy = self.within_hold(&tally, from, to);
        tally.busy += busy;
        tally.rows.entry(subject).or_default().add(sample.took, failed);
        if let Some(error) = &sample.error {
            count_error(&mut tally.errors, error);
        }
        if subject.operation == Operation::ImageTurn && !failed {
            tally.image_turn_ms.entry(subject.lane).or_default().push(ms(sample.took));
        }
        let slot = second_at(&mut tally.seconds, second);
        slot.errors += u64::from(failed);
        if subject.operation.is_turn() && subject.lane == Lane::Main {
            slot.turns += 1;
            slot.turn_ms.push(ms(sample.took));
        }
    }

    /// A user thought from then until now.
    pub fn thought(&self, from: Duration) {
        let mut tally = self.lock();
        let thinking = self.within_hold(&tally, from, self.elapsed());
        tally.thinking += thinking;
    }

    /// The particulars that some turns tell.
    pub fn particulars(&self, first_event: Option<Duration>, overhead_ms: Option<f64>) {
        let mut tally = self.lock();
        if let Some(first_event) = first_event {
            tally.first_event.add(first_event, false);
        }
        if let Some(overhead) = overhead_ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok()) {
            tally.overhead.add(overhead, false);
        }
    }

    /// Notes how things stand at the end of a second.
    pub fn tick(&self, memory: Option<crate::sample::Memory>) {
        let (second, users) = (self.elapsed().as_secs() as usize, self.active_users());
        let mut tally = self.lock();
        let slot = second_at(&mut tally.seconds, second.saturating_sub(1));
        slot.users = users;
        slot.memory = memory;
    }

    /// Looks at what was recorded so far.
    pub fn with<T>(&self, look: impl FnOnce(&Tally) -> T) -> T {
        look(&self.lock())
    }

    fn within_hold(&self, tally: &Tally, from: Duration, to: Duration) -> Duration {
        let since = tally.all_here.unwrap_or(self.hold_ends);
        to.min(self.hold_ends).saturating_sub(from.max(since))
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

fn second_at(seconds: &mut Vec<Second>, index: usize) -> &mut Second {
    if seconds.len() <= index {
        seconds.resize_with(index + 1, Second::default);
    }
    &mut seconds[index]
}

fn count_error(errors: &mut BTreeMap<String, u64>, error: &str) {
    let text: String = error.chars().take(MAX_ERROR_TEXT).collect();
    let is_known = errors.contains_key(&text);
    let text = if is_known || errors.len() < MAX_ERROR_KINDS { text } else { "other errors".to_owned() };
    *errors.entry(text).or_default() += 1;
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: impl IntoIterator<Item = u64>) -> Times {
        let mut times = Times::default();
        for value in millis {
            times.add(Duration::from_millis(value), value == 7);
        }
        times
    }

    #[test]
    fn numbers_are_those_of_the_values() {
        let numbers = times(1..=100).numbers();
        assert_eq!((numbers.count, numbers.errors), (100, 1));
        assert_eq!((numbers.min_ms, numbers.mean_ms, numbers.max_ms), (1.0, 50.5, 100.0));
        assert!((numbers.p95_ms - 95.0).abs() < 0.1, "{numbers:?}");
    }

    #[test]
    fn merging_is_the_same_as_adding_all() {
        let mut merged = times(1..=50);
        merged.merge(&times(51..=100));
        assert_eq!(merged.numbers(), times(1..=100).numbers());
        assert_eq!(Times::default().numbers(), Numbers::default());
    }

    #[test]
    fn no_percentile_is_above_the_maximum() {
        let numbers = times([1_999]).numbers();
        assert!(numbers.p99_ms <= numbers.max_ms);
    }

    #[test]
    fn counts_add_up() {
        assert_eq!(times(1..=100).counts(&[0.0, 10.0, 50.0, 1_000.0]), [10, 40, 50]);
    }
}
