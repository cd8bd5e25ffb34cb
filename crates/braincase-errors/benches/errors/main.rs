//! What a failure costs whoever it happens to, and what becomes of it, beside the bare sentry crate in the same run.
//!
//! `cargo bench -p braincase-errors --bench errors -- [--json PATH]`

#![expect(clippy::expect_used, reason = "a bench that cannot run has nothing to say")]
#![expect(clippy::print_stdout, reason = "its table is for people")]

mod burst;
mod receiver;
mod report;
mod single;

use std::{env, io, path::PathBuf, time::Duration};

use braincase_core::{ErrorEventId, Timestamp};
use braincase_errors::Record;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::report::Report;

fn main() -> io::Result<()> {
    let mut arguments = env::args();
    let json = arguments.by_ref().find(|argument| argument == "--json").and_then(|_| arguments.next());
    let mut report = Report::new();
    single::measure(&mut report);
    burst::measure(&mut report);
    json.map_or(Ok(()), |path| report.write(&PathBuf::from(path)))
}

/// A failure as it comes from the server: with its context, and what was logged before.
fn record(number: u64) -> Record {
    let at = Timestamp::from_micros(1_795_593_600_000_000);
    let breadcrumbs: Vec<Value> = (0..LINES)
        .map(|line| json!({"at": at, "level": "info", "target": "braincase_store::sqlite", "message": message(line)}))
        .collect();
    let fields = json!({
        "id": ErrorEventId::new(at), "fingerprint": "00112233445566778899aabbccddeeff", "code": CODE,
        "operation": OPERATION, "outcome": "error", "errors": [error(number), "unexpected end of data"],
        "location": "crates/braincase-orchestrator/src/vision/local.rs:42:7",
        "context": {
            "tenant": ID, "project": ID, "turn": ID, "request_id": "r-5",
            "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        },
        "metadata": [["format", "png"]], "breadcrumbs": breadcrumbs, "backtrace": null, "count": 1, "at": at,
        "duration_ms": 12.5,
    });
    serde_json::from_value(fields).expect("a record")
}

const CODE: &str = "image_undecodable";
const OPERATION: &str = "image_analysis";
const ID: &str = "01900000-0000-7000-8000-000000000001";
const LINES: u64 = 8;

fn error(number: u64) -> String {
    format!("image {number} cannot be decoded")
}

fn message(line: u64) -> String {
    format!("read 12 rows of scenes for the project in step {line}")
}

/// What the calling thread has worked.
fn thread_time() -> Duration {
    time(ClockId::ThreadCPUTime)
}

/// What passes for whoever waits.
fn wall_time() -> Duration {
    time(ClockId::Monotonic)
}

fn time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn micros(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1e3
}
