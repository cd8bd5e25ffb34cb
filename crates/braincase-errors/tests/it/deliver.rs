//! Delivery to real receivers on the loopback, of which each has its own way of failing.

mod arriving;
mod closing;
pub(crate) mod peer;
mod refusing;
mod trouble;

use std::{sync::Arc, time::Duration};

use braincase_core::{ErrorEventId, Timestamp};
use braincase_errors::{
    Record, Sink,
    deliver::{BetterStack, BetterStackOptions, Delivery, Limits, Pace, Receiver, Sentry, SentryOptions},
    spool::{Bounds, Spool, SpoolSink},
};
use serde_json::{Value, json};

use crate::LIMIT;

/// Fast enough for tests, with every wait there is.
pub(crate) const PACE: Pace = Pace {
    first_wait: Duration::from_millis(5),
    longest_wait: Duration::from_millis(50),
    between: Duration::from_millis(1),
    denied: Duration::from_secs(600),
    attempt: Duration::from_secs(15),
};
/// Shorter than what a hung receiver takes, longer than what a good one takes on a busy machine.
const LIMITS: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(10) };

pub(crate) fn sentry(address: &str) -> Arc<dyn Receiver> {
    sentry_at(&format!("{address}/7").replace("://", "://0123456789abcdef@"))
}

pub(crate) fn sentry_at(dsn: &str) -> Arc<dyn Receiver> {
    let options = SentryOptions {
        release: Some("braincase@1.2.3".to_owned()),
        environment: Some("test".to_owned()),
        server_name: Some("here".to_owned()),
        limits: LIMITS,
        ..SentryOptions::new(dsn.parse().unwrap())
    };
    Arc::new(Sentry::new(options).unwrap())
}

pub(crate) fn better_stack(address: &str) -> Arc<dyn Receiver> {
    let options = BetterStackOptions {
        url: address.to_owned(),
        token: "source-token".to_owned(),
        release: Some("braincase@1.2.3".to_owned()),
        environment: Some("test".to_owned()),
        limits: LIMITS,
    };
    Arc::new(BetterStack::new(options).unwrap())
}

pub(crate) fn open(dir: &std::path::Path) -> Spool {
    Spool::open(dir, Bounds::default()).unwrap()
}

pub(crate) fn start(spool: &Spool, receiver: Arc<dyn Receiver>) -> Delivery {
    Delivery::start(spool, vec![receiver], PACE).unwrap()
}

/// A record with everything that there can be.
pub(crate) fn record(number: u32, outcome: &str) -> Record {
    let at = Timestamp::from_micros(1_764_000_000_000_000);
    let fields = json!({
        "id": ErrorEventId::new(at), "fingerprint": "00112233445566778899aabbccddeeff", "code": "image_undecodable",
        "operation": "image_analysis", "outcome": outcome,
        "errors": [format!("image {number} cannot be decoded"), "unexpected end of data"],
        "location": "crates/vision/src/decode.rs:42:7",
        "context": {
            "tenant": "01900000-0000-7000-8000-000000000001", "project": "01900000-0000-7000-8000-000000000002",
            "turn": "01900000-0000-7000-8000-000000000003", "user": "u-17", "request_id": "r-5", "attempt": 2,
            "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        },
        "metadata": [["format", "png"]],
        "breadcrumbs": [{"at": at, "level": "INFO", "target": "vision", "message": "begins to decode"}],
        "backtrace": "0: decode\n1: analyse", "count": 3, "at": at, "duration_ms": 12.5, "late_ms": 40.0,
    });
    serde_json::from_value(fields).unwrap()
}

/// Puts some records into a spool, and says what ids they have.
fn capture(spool: &Spool, count: u32) -> Vec<String> {
    let sink = SpoolSink::new(spool.clone());
    let ids = (0..count).map(|number| {
        let record = record(number, "error");
        sink.record(&record);
        record.id.to_string()
    });
    ids.collect()
}

/// The ids of what arrived, in order, by either protocol.
fn ids(received: &[peer::Request]) -> Vec<String> {
    let id = |value: &Value| {
        let text = value["event_id"].as_str().or(value["id"].as_str()).unwrap().replace('-', "");
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    };
    received.iter().flat_map(|request| request.items()).map(|item| id(&item)).collect()
}
