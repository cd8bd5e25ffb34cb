//! What arrives is what was captured, in the receiver's own words.

use braincase_errors::{Sink, deliver::Delivery, spool::SpoolSink};
use serde_json::{Value, json};

use super::{
    LIMIT, PACE, better_stack, capture, ids, open,
    peer::{Answer, Peer},
    record, sentry, start,
};

#[test]
fn a_record_becomes_an_event_of_sentry() {
    // Given
    let (peer, dir) = (Peer::start([Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let delivery = start(&spool, sentry(&peer.url()));
    let record = record(1, "panic");
    // When
    SpoolSink::new(spool.clone()).record(&record);
    let requests = peer.taken(1);
    // Then
    assert_eq!(requests[0].path, "/api/7/envelope/");
    assert_eq!(requests[0].header("content-type"), "application/x-sentry-envelope");
    let auth = requests[0].header("x-sentry-auth");
    assert!(
        auth.starts_with("Sentry sentry_key=0123456789abcdef, sentry_version=7, sentry_client=braincase/"),
        "{auth}"
    );
    let event = &requests[0].items()[0];
    assert_eq!(event["event_id"], record.id.to_string().replace('-', ""));
    let expected = json!({
        "event_id": event["event_id"], "level": "fatal", "timestamp": 1_764_000_000, "platform": "native",
        "fingerprint": ["00112233445566778899aabbccddeeff"], "logger": "braincase", "transaction": "image_analysis",
        "release": "braincase@1.2.3", "environment": "test", "server_name": "here", "user": {"id": "u-17"},
        "sdk": {"name": "braincase", "version": env!("CARGO_PKG_VERSION")},
        "tags": {
            "code": "image_undecodable", "operation": "image_analysis", "outcome": "panic", "late": "true",
            "tenant": "01900000-0000-7000-8000-000000000001", "project": "01900000-0000-7000-8000-000000000002",
            "turn": "01900000-0000-7000-8000-000000000003", "request_id": "r-5",
        },
        "exception": {"values": [
            {"type": "cause", "value": "unexpected end of data"},
            {
                "type": "image_undecodable", "value": "image 1 cannot be decoded", "module": "image_analysis",
                "mechanism": {"type": "panic", "handled": false},
                "stacktrace": {"frames": [
                    {"filename": "crates/vision/src/decode.rs", "lineno": 42, "colno": 7, "in_app": true},
                ]},
            },
        ]},
        "breadcrumbs": {"values": [
            {"timestamp": 1_764_000_000, "category": "vision", "message": "begins to decode"},
        ]},
        "contexts": {"trace": {
            "type": "trace", "op": "image_analysis",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
        }},
        "extra": {
            "count": 3, "duration_ms": 12.5, "attempt": 2, "late_ms": 40.0, "backtrace": "0: decode\n1: analyse",
            "metadata.format": "png",
        },
    });
    assert_eq!(*event, expected);
    assert_eq!(delivery.close(LIMIT), Some(0));
}

#[test]
fn records_become_lines_of_better_stack() {
    // Given
    let (peer, dir) = (Peer::start([Answer::Take(202)]), tempfile::tempdir().unwrap());
    let spool = open(dir.path());
    let captured = capture(&spool, 700);
    // When
    let delivery = start(&spool, better_stack(&peer.url()));
    let requests = peer.taken(700);
    // Then
    assert_eq!(ids(&requests), captured);
    assert!(requests.iter().all(|request| request.items().len() <= 500 && request.body.len() <= 2 << 20));
    assert_eq!(requests[0].header("authorization"), "Bearer source-token");
    let line = &requests[0].items()[0];
    let shown: Value = ["dt", "level", "message", "release", "environment", "code", "outcome"]
        .iter()
        .map(|name| ((*name).to_owned(), line[*name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let expected = json!({
        "dt": "2025-11-24T16:00:00.000000Z", "level": "error", "release": "braincase@1.2.3", "environment": "test",
        "message": "image_analysis failed: image_undecodable: image 0 cannot be decoded: unexpected end of data",
        "code": "image_undecodable", "outcome": "error",
    });
    assert_eq!(shown, expected);
    assert_eq!(delivery.close(LIMIT), Some(0));
}

#[test]
fn every_receiver_gets_everything_once_and_errors_first() {
    // Given
    let [one, other] = [Peer::start([Answer::Take(200)]), Peer::start([Answer::Take(202)])];
    let dir = tempfile::tempdir().unwrap();
    let spool = open(dir.path());
    let sink = SpoolSink::new(spool.clone());
    let mut captured = Vec::new();
    for outcome in ["slow", "error", "cancelled_by_client", "panic", "timed_out", "slow_running"] {
        let record = record(0, outcome);
        sink.record(&record);
        captured.push((!record.outcome.is_error(), record.id.to_string()));
    }
    // When
    let delivery = Delivery::start(&spool, vec![sentry(&one.url()), better_stack(&other.url())], PACE).unwrap();
    let arrived = [ids(&one.taken(6)), ids(&other.taken(6))];
    // Then
    captured.sort_by_key(|(is_notice, _)| *is_notice);
    let expected: Vec<_> = captured.into_iter().map(|(_, id)| id).collect();
    assert_eq!(arrived, [expected.clone(), expected]);
    let stats = delivery.stats();
    assert_eq!(delivery.close(LIMIT), Some(0));
    assert!(stats.iter().all(|stats| stats.dropped == 0), "{stats:?}");
}
