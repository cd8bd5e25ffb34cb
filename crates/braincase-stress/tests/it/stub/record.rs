//! The record of the provider that the stub would have asked, as a real one writes it.

use std::{fs::OpenOptions, io::Write, path::PathBuf};

use braincase_core::{Clock, SystemClock};
use serde_json::{Value, json};

use super::fault::Fault;

pub(super) const INPUT: u64 = 10;
pub(super) const OUTPUT: u64 = 5;
/// The most tokens that a prompt may have.
const LIMIT: u64 = 100;

/// Writes lines to a file, and counts them.
pub(super) struct Record {
    pub(super) fault: Fault,
    pub(super) file: Option<PathBuf>,
    pub(super) count: u64,
}

impl Record {
    /// A request about a turn; tells its number.
    pub(super) fn chat(&mut self, trace: &str, prompt: &str, foreign: &str, is_faulted: bool) -> u64 {
        let text = match self.fault {
            Fault::Wordless => "say something".to_owned(),
            Fault::CrossPrompt => format!("{prompt} {foreign}"),
            _ => prompt.to_owned(),
        };
        let input = if self.fault == Fault::TooLong { LIMIT + 1 } else { INPUT };
        let content = json!([{ "type": "text", "text": text }]);
        let latency = if self.fault == Fault::Zombie { 60_000 } else { 20 };
        self.add(&json!({
            "n": self.count, "at": now(), "kind": "chat", "trace": trace, "took_us": latency * 1_000,
            "fault": is_faulted.then_some("500"), "status": if is_faulted { 500 } else { 200 },
            "messages": [{ "content": content }],
            "tokens": { "input": input, "output": OUTPUT, "limit": LIMIT },
        }))
    }

    /// A request about an image.
    pub(super) fn vision(&mut self, hash: &str) {
        let hash = if self.fault == Fault::OtherImage { "00" } else { hash };
        let content = json!([{ "type": "image", "hash": hash }]);
        self.add(&json!({
            "n": self.count, "at": now(), "kind": "vision", "took_us": 1_000, "status": 200,
            "messages": [{ "content": content }], "tokens": { "input": INPUT, "output": OUTPUT, "limit": LIMIT },
        }));
    }

    /// An answer that is not wanted any more.
    pub(super) fn abort(&self, n: u64) {
        if self.fault != Fault::Zombie {
            self.write(&json!({ "aborted": n, "at": now() }).to_string());
        }
    }

    fn add(&mut self, line: &Value) -> u64 {
        self.count += 1;
        self.write(&line.to_string());
        if self.fault == Fault::TornRecord && self.count == 20 {
            self.write(r#"{"n":"#);
        }
        self.count - 1
    }

    fn write(&self, line: &str) {
        let Some(file) = &self.file else { return };
        let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

fn now() -> Value {
    serde_json::to_value(SystemClock::default().now()).unwrap()
}
