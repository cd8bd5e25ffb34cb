//! Streams that are cut, split, slow, endless or not streams at all.

use std::time::Duration;

use braincase_core::{
    brain::{Brain, BrainError},
    prompt::Prompt,
};

use crate::support::{Play, Script, assert_same, brain, expected, head, options, patient, prompt, recorded, whole};

const EVENTS: &str = "text/event-stream";

/// A body in chunks, as most providers send it: a cut is then an error and not an end.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = [&head("200 OK", EVENTS)[..], b"transfer-encoding: chunked\r\n\r\n"].concat();
    for chunk in body.chunks(700) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_is_garbled_or_complete() {
    let body = recorded("hi", true).await;
    assert_cut_anywhere_is_noticed(&whole("200 OK", EVENTS, &body)).await;
}

#[tokio::test]
async fn a_stream_in_chunks_cut_at_any_byte_is_garbled_or_complete() {
    let body = recorded("hi", true).await;
    assert_cut_anywhere_is_noticed(&chunked(&body)).await;
}

async fn assert_cut_anywhere_is_noticed(answer: &[u8]) {
    let complete = expected("hi").await;
    let body_at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let plays = (0..=answer.len()).map(|end| Play::Send(answer[..end].to_vec())).collect();
    let server = Script::start(plays).await;
    let brain = brain(patient(server.base_url()));
    // Without tools, whose schemas would make thousands of requests slow for nothing.
    let ask = Prompt { tools: [].into(), ..prompt("hi") };
    let mut completed_from = None;
    for end in 0..=answer.len() {
        match brain.decide(&ask).await {
            Ok(decision) => {
                assert_same(&decision, &complete);
                completed_from.get_or_insert(end);
            }
            Err(BrainError::Unavailable(_)) if end < body_at => {}
            Err(BrainError::Garbled(_)) if end >= body_at && completed_from.is_none() => {}
            Err(error) => panic!("cut at {end} of {}: {error:?}", answer.len()),
        }
    }
    let from = completed_from.expect("the whole answer is complete");
    assert!(from > answer.len() / 2, "complete from {from} of {}", answer.len());
}

#[tokio::test]
async fn a_stream_in_single_bytes_is_the_same_answer() {
    let body = recorded("Grüße 🎬", true).await;
    let server = Script::start(vec![Play::Trickle(whole("200 OK", EVENTS, &body))]).await;
    let decision = brain(patient(server.base_url())).decide(&prompt("Grüße 🎬")).await.unwrap();
    assert_same(&decision, &expected("Grüße 🎬").await);
}

#[tokio::test]
async fn a_plain_json_answer_is_the_same_answer() {
    let document = recorded("hi", false).await;
    let server = Script::start(vec![Play::Send(whole("200 OK", "application/json", &document))]).await;
    let decision = brain(patient(server.base_url())).decide(&prompt("hi")).await.unwrap();
    assert_same(&decision, &expected("hi").await);
    assert!(decision.usage.is_some_and(|usage| usage.input_tokens > 0 && usage.output_tokens > 0));
}

#[tokio::test]
async fn silence_times_out_as_no_answer() {
    let server = Script::start(vec![Play::Hang]).await;
    assert_eq!(timed_out(&server).await, "answer");
}

#[tokio::test]
async fn heartbeats_are_no_answer() {
    let heartbeat = b": ping\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    let server = Script::start(vec![Play::Repeat {
        first: whole("200 OK", EVENTS, b""),
        again: heartbeat.to_vec(),
        every: Duration::from_millis(20),
    }])
    .await;
    assert_eq!(timed_out(&server).await, "answer");
    assert!(server.sent() > heartbeat.len(), "heartbeats did come");
}

#[tokio::test]
async fn heartbeats_after_content_do_not_keep_a_dead_stream_alive() {
    let content = b"data: {\"choices\":[{\"delta\":{\"content\":\"par\"}}]}\n\n";
    let server = Script::start(vec![Play::Repeat {
        first: whole("200 OK", EVENTS, content),
        again: b": ping\n\n".to_vec(),
        every: Duration::from_millis(20),
    }])
    .await;
    assert_eq!(timed_out(&server).await, "go on");
}

#[tokio::test]
async fn a_drip_of_content_ends_at_the_limit_for_all_of_it() {
    let content = b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
    let server = Script::start(vec![Play::Repeat {
        first: whole("200 OK", EVENTS, content),
        again: content.to_vec(),
        every: Duration::from_millis(20),
    }])
    .await;
    let mut options = patient(server.base_url());
    options.total_timeout = Duration::from_millis(400);
    let error = brain(options).decide(&prompt("hi")).await.unwrap_err();
    assert!(matches!(error, BrainError::TimedOut { waited_for: "finish", .. }), "{error:?}");
}

async fn timed_out(server: &Script) -> &'static str {
    match brain(options(server.base_url())).decide(&prompt("hi")).await {
        Err(BrainError::TimedOut { waited_for, limit }) => {
            assert_eq!(limit, Duration::from_millis(300));
            waited_for
        }
        other => panic!("expected a time-out, got {other:?}"),
    }
}

#[tokio::test]
async fn an_endless_answer_is_read_up_to_the_limit_and_no_further() {
    let content = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "x".repeat(60_000));
    let line = "x".repeat(64 << 10);
    for (kind, again) in [(EVENTS, content.as_str()), (EVENTS, &line), ("application/json", &line)] {
        let server = Script::start(vec![Play::Repeat {
            first: whole("200 OK", kind, b""),
            again: again.as_bytes().to_vec(),
            every: Duration::ZERO,
        }])
        .await;
        let error = brain(patient(server.base_url())).decide(&prompt("hi")).await.unwrap_err();
        let BrainError::Garbled(why) = &error else { panic!("{kind}: {error:?}") };
        assert!(why.contains("longer than"), "{kind}: {why}");
        // What the kernel buffers on both sides comes on top of the limit of 1 MiB.
        assert!(server.sent() < 24 << 20, "{kind}: {} bytes were taken", server.sent());
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_garbled() {
    for kind in [EVENTS, "application/json"] {
        let server = Script::start(vec![Play::Send(whole("200 OK", kind, b"data: \xff\xfe\x00\n\n"))]).await;
        let error = brain(patient(server.base_url())).decide(&prompt("hi")).await.unwrap_err();
        assert!(matches!(error, BrainError::Garbled(_)), "{kind}: {error:?}");
    }
}
