//! The record of a run: one row per user-visible operation, timed from the first byte sent to the last one read.
//!
//! `subject` says what a row is about, `failure` why it failed, `times` holds its times, `tally` is all rows; here they are
//! taken down.

mod failure;
mod subject;
mod tally;
mod times;

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use self::tally::{MAX_ANSWERED, count_error, second_at};
pub(crate) use self::times::ms;
pub use self::{
    failure::{Failure, Kind},
    subject::{Operation, Sample, Subject},
    tally::{Answered, Second, Tally, Visits},
    times::{Intervals, Numbers, Quantile, Times},
};
use crate::{
    client::Ended,
    plan::{Lane, Plan},
    preset::Scenario,
    sample::{CpuTimes, Memory},
};

/// Takes down what happens while it happens.
#[derive(Debug)]
pub struct Recorder {
    started: Instant,
    users: usize,
    hold_ends: Duration,
    active: AtomicUsize,
    tally: Mutex<Tally>,
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
        let to = from + sample.took.saturating_sub(sample.waited);
        let second = to.as_secs() as usize;
        let (subject, failed) = (sample.subject, sample.error.is_some());
        let mut tally = self.lock();
        let busy = self.within_hold(&tally, from, to);
        tally.busy += busy;
        tally.rows.entry(subject).or_default().add(sample.took, failed);
        if let Some(error) = &sample.error {
            count_error(&mut tally.errors, &error.text);
            *tally.kinds.entry(error.kind).or_default().entry(second).or_default() += 1;
        }
        if subject.operation == Operation::ImageTurn && !failed {
            tally.image_turn_ms.entry(subject.lane).or_default().push(ms(sample.took));
        }
        let slot = second_at(&mut tally.seconds, second);
        slot.errors += u64::from(failed);
        if subject.operation.is_turn() && subject.lane == Lane::Main {
            slot.turns += 1;
            slot.turn_ms.push(ms(sample.took));
            tally.service.add(to.saturating_sub(from), failed);
        }
    }

    /// A user thought from then until now.
    pub fn thought(&self, from: Duration) {
        let mut tally = self.lock();
        let thinking = self.within_hold(&tally, from, self.elapsed());
        tally.thinking += thinking;
    }

    /// The particulars of a turn that was answered; it had `waited` for a user before it was sent.
    pub fn particulars(&self, lane: Lane, answered: Answered, waited: Duration, ended: &Ended) {
        let second = self.elapsed().as_secs() as usize;
        let mut tally = self.lock();
        let all = tally.answered.entry(lane).or_default();
        if all.len() < MAX_ANSWERED {
            all.push(answered);
        }
        if lane != Lane::Main {
            return;
        }
        if let Some(first_event) = ended.first_event {
            tally.first_event.add(waited + first_event, false);
        }
        if let Some(first_content) = ended.first_content {
            tally.first_content.add(waited + first_content, false);
            second_at(&mut tally.seconds, second).first_ms.push(ms(waited + first_content));
        }
        let first_answer = waited + ended.first_content.unwrap_or(answered.took);
        tally.first_answer.add(first_answer, false);
        second_at(&mut tally.seconds, second).answer_ms.push(ms(first_answer));
        if let Some(overhead) = ended.overhead_ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok()) {
            tally.overhead.add(overhead, false);
        }
    }

    /// Notes how things stand at the end of a second.
    pub fn tick(&self, memory: Option<Memory>, cpu: Option<CpuTimes>) {
        let (second, users) = (self.elapsed().as_secs() as usize, self.active_users());
        let mut tally = self.lock();
        let slot = second_at(&mut tally.seconds, second.saturating_sub(1));
        slot.users = users;
        slot.memory = memory;
        slot.cpu = cpu;
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
