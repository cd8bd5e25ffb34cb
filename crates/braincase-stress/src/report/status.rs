//! How things stand while a run goes on, in one line.

use std::fmt;

use super::table::{mebibytes, time};
use crate::{
    record::{Second, Tally},
    sample::Memory,
    stats::quantile,
    visit::World,
};

/// So many seconds are told of, so that it is seen how things stand and not how they were.
const RECENT: usize = 10;

/// How things stand.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Status {
    pub second: u64,
    pub of_seconds: u64,
    pub users: usize,
    pub turns: u64,
    /// These three tell of the last ten seconds; an answer counts until something of it was seen.
    pub turns_per_second: f64,
    pub answer_p95_ms: Option<f64>,
    pub turn_p95_ms: Option<f64>,
    /// Since the start.
    pub errors: u64,
    /// Resident memory, in bytes.
    pub resident: Option<u64>,
    /// Live heap, in bytes.
    pub heap: Option<u64>,
}

impl Status {
    /// Looks at a run.
    #[must_use]
    pub fn of(world: &World, memory: Option<Memory>, heap: Option<u64>) -> Self {
        let recorder = &world.recorder;
        let status = Self {
            second: recorder.elapsed().as_secs(),
            of_seconds: world.plan.hold_ends().as_secs(),
            users: recorder.active_users(),
            resident: memory.map(|memory| memory.rss),
            heap,
            ..Self::default()
        };
        recorder.with(|tally| status.with(tally))
    }

    /// The second that goes on is not whole yet and does not count.
    fn with(self, tally: &Tally) -> Self {
        let whole = tally.seconds.len().min(usize::try_from(self.second).unwrap_or(usize::MAX));
        let recent = tally.seconds.get(whole.saturating_sub(RECENT)..whole).unwrap_or_default();
        let all = |of: fn(&Second) -> &[f64]| -> Vec<f64> { recent.iter().flat_map(of).copied().collect() };
        let p95 = |times: &[f64]| (!times.is_empty()).then(|| quantile(times, 0.95));
        let (turns, answers) = (all(|second| &second.turn_ms), all(|second| &second.answer_ms));
        Self {
            turns: tally.seconds.iter().map(|second| second.turns).sum(),
            turns_per_second: turns.len() as f64 / recent.len().max(1) as f64,
            answer_p95_ms: p95(&answers),
            turn_p95_ms: p95(&turns),
            errors: tally.errors.values().sum(),
            ..self
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |ms: Option<f64>| ms.map_or_else(|| "–".to_owned(), time);
        let width = self.of_seconds.to_string().len();
        write!(f, "{:>width$}/{} s · {:>2} users", self.second, self.of_seconds, self.users)?;
        write!(f, " · {:>4.1} turns/s", self.turns_per_second)?;
        write!(f, " · p95 first answer {:>6}, turn {:>6}", told(self.answer_p95_ms), told(self.turn_p95_ms))?;
        write!(f, " · {} errors", self.errors)?;
        if let Some(resident) = self.resident {
            write!(f, " · rss {}", mebibytes(resident))?;
        }
        self.heap.map_or(Ok(()), |heap| write!(f, " · heap {}", mebibytes(heap)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_of_the_last_ten_whole_seconds() {
        // Given half a minute with a turn a second that get slower, and a second that has only begun.
        let second = |at: u32| Second {
            turns: 1,
            turn_ms: vec![100.0 * f64::from(at)],
            answer_ms: vec![10.0 * f64::from(at)],
            ..Second::default()
        };
        let mut tally = Tally { seconds: (1..=31).map(second).collect(), ..Tally::default() };
        tally.errors.insert("broken".to_owned(), 3);

        let status =
            Status { second: 30, of_seconds: 151, users: 5, heap: Some(12 << 20), ..Status::default() }.with(&tally);

        insta::assert_snapshot!(status, @" 30/151 s ·  5 users ·  1.0 turns/s · p95 first answer 300 ms, turn 3.00 s · 3 errors · heap 12.0 MiB");
    }

    #[test]
    fn nothing_is_told_of_what_was_not_seen() {
        let status = Status { of_seconds: 9, ..Status::default() }.with(&Tally::default());
        insta::assert_snapshot!(status, @"0/9 s ·  0 users ·  0.0 turns/s · p95 first answer      –, turn      – · 0 errors");
    }
}
