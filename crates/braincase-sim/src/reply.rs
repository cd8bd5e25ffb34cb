//! How an answer goes out: at its own pace, and with the fault that was drawn for it.

use std::{collections::VecDeque, convert::Infallible, io, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{answer::Answer, faults::Fault, journal::Giving};

/// The body of every response.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The share of the latency after which the first piece of a stream goes out.
const FIRST_PIECE: f64 = 0.4;
/// A stalled answer ends at last, so that nothing waits for ever.
const STALL: Duration = Duration::from_secs(600);
const GARBAGE: &str = "{\"choices\": [{\"delta\": {\"content\": \u{fffd} <html><body>502";

/// When an answer goes out and what goes wrong with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// When the request was there.
    pub(crate) start: Instant,
    /// How long the answer takes.
    pub(crate) latency: Duration,
    /// What goes wrong.
    pub(crate) fault: Option<Fault>,
}

/// An answer as one JSON document, at the end of its latency.
pub(crate) async fn document(answer: &Answer<'_>, pace: Pace, giving: Giving) -> Response<Body> {
    sleep_until(pace.start + pace.latency).await;
    let text = answer.document();
    let half = text.slice(..text.len() / 2);
    let steps = match pace.fault {
        Some(Fault::Garbage) => vec![Step::Send(GARBAGE.into())],
        Some(Fault::Cut) => vec![Step::Send(half), Step::Cut],
        Some(Fault::Stall) => vec![Step::Send(half), Step::Stall],
        Some(Fault::Slow | Fault::Status(_)) | None => vec![Step::Send(text)],
    };
    let steps = steps.into_iter().map(|step| (pace.latency, step)).collect();
    respond("application/json", pace, steps, giving)
}

/// An answer piece by piece: the first at 40 % of the latency, the last at its end.
pub(crate) fn events(answer: &Answer<'_>, pace: Pace, giving: Giving) -> Response<Body> {
    let mut steps: VecDeque<(Duration, Step)> = paced(answer.pieces(), pace.latency);
    let middle = steps.len() / 2;
    let at_middle = steps.get(middle).map_or(pace.latency, |(at, _)| *at);
    match pace.fault {
        Some(Fault::Stall) => {
            // Only the piece without content goes out: a provider that accepted and then hangs.
            steps.truncate(1);
            steps.push_back((at_middle, Step::Stall));
        }
        Some(Fault::Garbage) => {
            steps.truncate(middle);
            steps.push_back((at_middle, Step::Send(format!("data: {GARBAGE}\n\n").into())));
            steps.push_back((pace.latency, Step::Send(answer.ending())));
        }
        Some(Fault::Cut) => {
            steps.truncate(middle.max(1));
            steps.push_back((at_middle, Step::Cut));
        }
        Some(Fault::Slow | Fault::Status(_)) | None => steps.push_back((pace.latency, Step::Send(answer.ending()))),
    }
    respond("text/event-stream", pace, steps, giving)
}

/// An error in the words of the API.
pub(crate) fn error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
    let mut response = json(status, &json!({"error": {"message": message, "type": kind, "param": null, "code": code}}));
    if matches!(status.as_u16(), 429 | 503 | 529) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// A JSON document, at once.
pub(crate) fn json(status: StatusCode, document: &Value) -> Response<Body> {
    let body = Full::new(Bytes::from(document.to_string())).map_err(|never: Infallible| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Debug)]
enum Step {
    Send(Bytes),
    Cut,
    Stall,
}

fn paced(pieces: Vec<Bytes>, latency: Duration) -> VecDeque<(Duration, Step)> {
    let last = pieces.len().saturating_sub(1).max(1) as f64;
    let at = |index: usize| latency.mul_f64(FIRST_PIECE + (1.0 - FIRST_PIECE) * index as f64 / last);
    pieces.into_iter().enumerate().map(|(index, piece)| (at(index), Step::Send(piece))).collect()
}

fn respond(kind: &'static str, pace: Pace, steps: VecDeque<(Duration, Step)>, giving: Giving) -> Response<Body> {
    let frames = stream::unfold((steps, giving), move |(mut steps, mut giving)| async move {
        let Some((at, step)) = steps.pop_front() else {
            giving.done();
            return None;
        };
        sleep_until(pace.start + at).await;
        match step {
            Step::Send(bytes) => Some((Ok(Frame::data(bytes)), (steps, giving))),
            // Let what was sent go out first: an error in the same breath would take it along.
            Step::Cut => {
                tokio::task::yield_now().await;
                giving.done();
                Some((Err(io::Error::other("cut")), (VecDeque::new(), giving)))
            }
            Step::Stall => {
                sleep(STALL).await;
                giving.done();
                Some((Err(io::Error::other("stalled")), (VecDeque::new(), giving)))
            }
        }
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    let latency = u64::try_from(pace.latency.as_millis()).unwrap_or(u64::MAX);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response.headers_mut().insert(HeaderName::from_static("x-sim-latency-ms"), HeaderValue::from(latency));
    response
}
