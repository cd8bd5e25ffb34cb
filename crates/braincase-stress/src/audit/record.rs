//! The provider's own record: one JSON line for each request that it got, and one for each answer that nobody took.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use braincase_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::workload::canary::Aviary;

/// The longest line that is read: a few images in base64.
const MAX_LINE: u64 = 128 << 20;

/// Everything that the provider saw.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What it was asked, in the order of the lines.
    pub requests: Vec<Request>,
    /// Requests whose answer was not taken to the end, and when that was seen, in microseconds since the epoch.
    pub aborted: BTreeMap<u64, i64>,
    /// What is wrong with the record itself.
    pub flaws: Vec<String>,
}

/// One request to the provider.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Its number.
    pub n: u64,
    /// When it came, in microseconds since the epoch.
    pub at_micros: i64,
    /// How long the answer takes unless somebody leaves, in microseconds.
    pub took_us: u64,
    /// Whether it is about a turn, rather than about an image.
    pub is_chat: bool,
    /// The project, the turn and the attempt that it was made for, if it says so.
    pub attempt: Option<(u32, u32, u32)>,
    /// The projects whose text is in it.
    pub marks: BTreeSet<u32>,
    /// Whether the words of that very turn are in it.
    pub has_own_words: bool,
    /// The hashes of the images in it.
    pub images: Vec<String>,
    /// What went wrong on purpose.
    pub fault: Option<String>,
    /// What it was answered.
    pub status: u16,
    /// Its tokens, as the provider counts them.
    pub input: u64,
    /// The tokens of the answer.
    pub output: u64,
    /// The most tokens that it may have, if that is known.
    pub limit: Option<u64>,
}

impl Record {
    /// Reads the log of a provider.
    #[must_use]
    pub fn read(log: &Path, aviary: Aviary) -> Self {
        match File::open(log) {
            Ok(file) => Self::scan(BufReader::new(file), aviary),
            Err(error) => {
                Self { flaws: vec![format!("the provider's record cannot be read: {error}")], ..Self::default() }
            }
        }
    }

    pub(super) fn scan(mut log: impl BufRead, aviary: Aviary) -> Self {
        let (mut record, mut line) = (Self::default(), Vec::new());
        loop {
            line.clear();
            match log.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => record.add(&String::from_utf8_lossy(&line), aviary),
                Err(error) => {
                    record.flaws.push(format!("the provider's record breaks off: {error}"));
                    break;
                }
            }
        }
        let mut numbers = BTreeSet::new();
        let twice = record.requests.iter().filter(|request| !numbers.insert(request.n));
        let twice: Vec<_> =
            twice.map(|request| format!("request {} is in the provider's record twice", request.n)).collect();
        record.flaws.extend(twice);
        record
    }

    fn add(&mut self, text: &str, aviary: Aviary) {
        match serde_json::from_str::<Line>(text) {
            Ok(Line { aborted: Some(n), at, .. }) => {
                self.aborted.insert(n, at.as_micros());
            }
            Ok(line) => self.requests.push(line.request(text, aviary)),
            Err(error) => self.flaws.push(format!("a line of the provider's record is no request: {error}")),
        }
    }

    /// When the last byte of an answer went out, or would have, in microseconds since the epoch.
    #[must_use]
    pub fn ended(&self, request: &Request) -> i64 {
        let took = i64::try_from(request.took_us).unwrap_or(i64::MAX);
        self.aborted.get(&request.n).copied().unwrap_or(request.at_micros.saturating_add(took))
    }

    /// Whether an answer was taken to its end.
    #[must_use]
    pub fn was_taken(&self, request: &Request) -> bool {
        let is_whole = request.fault.as_deref().is_none_or(|fault| fault == "slow");
        request.status == 200 && is_whole && !self.aborted.contains_key(&request.n)
    }

    /// The turns of which some request went wrong on purpose, as project and turn.
    #[must_use]
    pub fn faulted(&self) -> BTreeSet<(u32, u32)> {
        let faulted = self.requests.iter().filter(|request| request.fault.is_some());
        faulted.filter_map(|request| request.attempt.map(|(project, turn, _)| (project, turn))).collect()
    }
}

#[derive(Debug, Deserialize)]
struct Line {
    at: Timestamp,
    aborted: Option<u64>,
    #[serde(default)]
    n: u64,
    kind: Option<String>,
    trace: Option<String>,
    #[serde(default)]
    took_us: u64,
    fault: Option<String>,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    tokens: Tokens,
}

#[derive(Debug, Default, Deserialize)]
struct Tokens {
    input: u64,
    output: u64,
    limit: Option<u64>,
}

impl Line {
    fn request(self, text: &str, aviary: Aviary) -> Request {
        let attempt = self.trace.as_deref().and_then(|trace| aviary.attempt_of(trace));
        let words = attempt.map(|(project, turn, _)| aviary.canary(project, turn));
        Request {
            n: self.n,
            at_micros: self.at.as_micros(),
            took_us: self.took_us,
            is_chat: self.kind.as_deref() == Some("chat"),
            attempt,
            marks: aviary.projects_in(text),
            has_own_words: words.is_none_or(|words| text.contains(&words)),
            images: self.messages.iter().flat_map(images_of).collect(),
            fault: self.fault,
            status: self.status,
            input: self.tokens.input,
            output: self.tokens.output,
            limit: self.tokens.limit,
        }
    }
}

fn images_of(message: &Value) -> Vec<String> {
    let parts = message["content"].as_array().into_iter().flatten();
    let images = parts.filter(|part| part["type"] == "image");
    images.filter_map(|image| image["hash"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_that_nobody_took_are_read() {
        let aviary = Aviary::of(9);
        let (trace, words) = (aviary.trace(1, 2, 1), aviary.canary(1, 2));
        let log = format!(
            r#"{{"n":0,"at":"2026-11-25T09:00:00Z","kind":"chat","trace":"{trace}","took_us":1500000,"fault":null,"status":200,"messages":[{{"content":[{{"type":"text","text":"{words}"}},{{"type":"image","hash":"ab"}}]}}],"tokens":{{"input":7,"output":3,"limit":9}}}}
{{"n":1,"at":"2026-11-25T09:00:00Z","kind":null,"fault":"429","status":429}}
{{"aborted":0,"at":"2026-11-25T09:00:01Z"}}
"#
        );
        let record = Record::scan(log.as_bytes(), aviary);
        assert_eq!((record.requests.len(), record.flaws.len()), (2, 0), "{:?}", record.flaws);
        let [first, second] = &record.requests[..] else { unreachable!() };
        assert_eq!(
            (first.attempt, first.has_own_words, &first.images[..]),
            (Some((1, 2, 1)), true, &["ab".to_owned()][..])
        );
        assert_eq!((first.input, first.output, first.limit), (7, 3, Some(9)));
        assert_eq!(record.ended(first) - first.at_micros, 1_000_000);
        assert!(!record.was_taken(first) && !record.was_taken(second));
        assert_eq!(record.faulted().len(), 0, "the second belongs to nobody");
    }

    #[test]
    fn lines_that_are_broken_or_there_twice_are_flaws() {
        let line = r#"{"n":4,"at":"2026-11-25T09:00:00Z","status":200}"#;
        let record = Record::scan(format!("{line}\n{line}\n{{\"n\":\n").as_bytes(), Aviary::of(9));
        assert_eq!(record.flaws.len(), 2, "{:?}", record.flaws);
    }
}
