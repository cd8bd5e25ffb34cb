//! Answers as they go over the line.

use std::{fmt, future, time::Duration};

use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    body::{Bytes, Frame},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{fault::Fault, state::End};

/// The line is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

pub(super) type Body = UnsyncBoxBody<Bytes, HungUp>;

pub(super) fn document(status: StatusCode, value: &Value) -> Response<Body> {
    respond(status, "application/json", value.to_string())
}

pub(super) fn text(text: String) -> Response<Body> {
    respond(StatusCode::OK, "text/plain", text)
}

/// A typed error, and no word on when to come back.
pub(super) fn problem(status: StatusCode) -> Response<Body> {
    let value = json!({ "status": status.as_u16(), "code": "oops", "request_id": "r1" });
    respond(status, "application/problem+json", value.to_string())
}

fn respond(status: StatusCode, kind: &str, text: String) -> Response<Body> {
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
    Response::builder().status(status).header("content-type", kind).body(body).unwrap()
}

/// Events that were told, and then nothing, for ever; like the real one.
pub(super) fn silent_stream(events: &[Value]) -> Response<Body> {
    let told: String = events.iter().map(frame).collect();
    let told = stream::once(future::ready(Ok(Frame::data(Bytes::from(told)))));
    event_stream(told.chain(stream::pending()))
}

/// The stream of one turn.
pub(super) struct Frames {
    pub(super) fault: Fault,
    pub(super) nth: u64,
    pub(super) first: Value,
}

impl Frames {
    /// The first event now, the last when the turn has ended.
    pub(super) fn respond(self, end: JoinHandle<Result<End, HungUp>>) -> Response<Body> {
        let first = frame(&self.first).into_bytes();
        let last = stream::once(async move {
            let end = end.await.map_err(|_| HungUp)??;
            Ok(self.last(&end.event))
        });
        let last = last.flat_map(|pieces: Result<Vec<_>, HungUp>| match pieces {
            Ok(pieces) => stream::iter(pieces),
            Err(hung_up) => stream::iter(vec![Err(hung_up)]),
        });
        // In pieces of their own, so that they are not sent as one.
        let pieces = stream::once(future::ready(Ok(first))).chain(last).then(|piece| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            piece.map(|bytes: Vec<u8>| Frame::data(Bytes::from(bytes)))
        });
        event_stream(pieces)
    }

    fn last(&self, event: &Value) -> Vec<Result<Vec<u8>, HungUp>> {
        let bytes = frame(event).into_bytes();
        let inside = bytes.iter().position(|byte| !byte.is_ascii()).map(|at| at + 1);
        match (self.fault, inside) {
            (Fault::CutStreams, _) if self.nth.is_multiple_of(5) => vec![Err(HungUp)],
            (Fault::Panic, _) if self.nth.is_multiple_of(33) => vec![Err(HungUp)],
            (Fault::NoEnd, _) if self.nth.is_multiple_of(5) => Vec::new(),
            (Fault::SplitUtf8, Some(at)) => vec![Ok(bytes[..at].to_vec()), Ok(bytes[at..].to_vec())],
            (Fault::BrokenUtf8, Some(at)) if self.nth.is_multiple_of(5) => {
                vec![Ok([&bytes[..at], &bytes[at + 1..]].concat())]
            }
            _ => vec![Ok(bytes)],
        }
    }
}

fn frame(event: &Value) -> String {
    format!("id: {}\nevent: {}\ndata: {event}\n\n", event["seq"], event["kind"].as_str().unwrap())
}

fn event_stream(frames: impl stream::Stream<Item = Result<Frame<Bytes>, HungUp>> + Send + 'static) -> Response<Body> {
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(StreamBody::new(frames).boxed_unsync())
        .unwrap()
}
