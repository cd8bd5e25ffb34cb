//! Overhead: what a turn took beyond what the provider took for it, as the provider saw it.
//!
//! The server says itself what it cost; this is the same seen from outside, from the user's clock and the provider's log,
//! so that a server that flatters itself is found out. It also holds what the server cannot see: the network and queues
//! in front of it, and the harness.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::{
    plan::Lane,
    record::{Answered, Times},
    visit::World,
    workload::canary::Aviary,
};

/// The longest line that is read.
const MAX_LINE: u64 = 16 << 20;

/// What the provider took for each turn, by the mark of its project and its number there.
type Upstream = BTreeMap<(u32, u32), Duration>;

/// The overhead of the turns of each server, as far as its provider saw them.
#[derive(Debug, Clone, Default)]
pub struct Overheads {
    /// The overhead of each turn.
    pub each: BTreeMap<Lane, Vec<Duration>>,
}

impl Overheads {
    /// All of a lane; nothing if its provider cannot be seen.
    #[must_use]
    pub fn times(&self, lane: Lane) -> Option<Times> {
        let mut times = Times::default();
        self.each.get(&lane)?.iter().for_each(|overhead| times.add(*overhead, false));
        Some(times)
    }
}

/// Sets what users saw against what the logs say. A blocking server waits for images within its turns, so that its
/// overhead would mean something else.
#[must_use]
pub fn measure(world: &World, logs: &[(Lane, PathBuf)]) -> Overheads {
    let mut each = BTreeMap::new();
    for (lane, log) in logs.iter().filter(|(lane, _)| *lane != Lane::Blocking) {
        let Some(upstream) = read(log, world.aviary) else { continue };
        let overheads = world.recorder.with(|tally| match_up(tally.answered.get(lane)?, &upstream));
        each.extend(overheads.map(|overheads| (*lane, overheads)));
    }
    Overheads { each }
}

fn match_up(answered: &[Answered], upstream: &Upstream) -> Option<Vec<Duration>> {
    let overhead = |turn: &Answered| Some(turn.took.saturating_sub(*upstream.get(&(turn.mark, turn.turn))?));
    let overheads: Vec<Duration> = answered.iter().filter_map(overhead).collect();
    (!overheads.is_empty()).then_some(overheads)
}

fn read(log: &Path, aviary: Aviary) -> Option<Upstream> {
    scan(BufReader::new(File::open(log).ok()?), aviary)
}

/// Nothing if the log is not one that tells how long answers took. A turn may have asked more than once.
fn scan(mut log: impl BufRead, aviary: Aviary) -> Option<Upstream> {
    #[derive(Deserialize)]
    struct Request {
        kind: Option<String>,
        took_us: u64,
    }
    let mut upstream = Upstream::new();
    let mut line = Vec::new();
    while log.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok()? > 0 {
        let Request { kind, took_us } = serde_json::from_slice(&line).ok()?;
        // Images are looked at beside the turn, not within it. The newest words of a prompt are those of its turn.
        if kind.as_deref() == Some("chat")
            && let Some(turn) = newest(aviary, &line)
        {
            *upstream.entry(turn).or_default() += Duration::from_micros(took_us);
        }
        line.clear();
    }
    Some(upstream)
}

fn newest(aviary: Aviary, line: &[u8]) -> Option<(u32, u32)> {
    aviary.turns_in(&String::from_utf8_lossy(line)).into_iter().max_by_key(|(_, turn)| *turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_turn_took_beyond_all_that_the_provider_took_for_it_is_its_overhead() {
        let aviary = Aviary::of(5);
        let (first, second) = (aviary.canary(1, 1), aviary.canary(1, 2));
        let request = |kind: &str, took_us: u64, words: &str| {
            format!("{{\"kind\":\"{kind}\",\"took_us\":{took_us},\"x\":\"{words}\"}}\n")
        };
        // The second turn is told what the first one said, and asked twice; an image is looked at meanwhile.
        let log = [
            request("chat", 1_000, &first),
            request("chat", 2_000, &format!("{first} {second}")),
            request("vision", 70_000, &second),
            request("chat", 3_000, &format!("{first} {second}")),
        ];

        let upstream = scan(log.concat().as_bytes(), aviary).unwrap();

        let answered = [(1, 1_500), (2, 5_250), (3, 9_000)].map(|(turn, micros)| Answered {
            mark: 1,
            turn,
            took: Duration::from_micros(micros),
        });
        let overheads = match_up(&answered, &upstream).unwrap();
        assert_eq!(overheads, [500, 250].map(Duration::from_micros), "the third turn is in no log");
    }

    #[test]
    fn a_log_that_does_not_tell_is_no_measurement() {
        assert_eq!(scan(&b"{\"kind\":\"chat\"}\n"[..], Aviary::of(5)), None);
        assert_eq!(match_up(&[], &Upstream::new()), None);
    }
}
