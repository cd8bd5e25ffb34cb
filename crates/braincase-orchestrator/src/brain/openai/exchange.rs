//! One try: send the request, read the answer, with a clock on each wait and a cap on what is read.

use std::{error::Error, fmt, pin::pin, time::Duration};

use braincase_core::brain::BrainError;
use bytes::{Bytes, BytesMut};
use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use reqwest::{
    RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::{
    OpenAiOptions,
    answer::{Answer, Draft, Progress, ProviderError, garbled},
};

/// The most that is read of an error's body.
const MAX_ERROR_BYTES: usize = 64 << 10;
/// How long to wait for counts after the answer itself is complete.
const TRAILER_WAIT: Duration = Duration::from_secs(2);

/// A try that failed.
#[derive(Debug)]
pub(super) struct Failed {
    /// Why.
    pub(super) error: BrainError,
    /// Whether content had come by then.
    pub(super) touched: bool,
}

impl From<BrainError> for Failed {
    fn from(error: BrainError) -> Self {
        Self { error, touched: false }
    }
}

/// A wait with a limit, and how to say that it was too long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// When it is over.
    pub(super) until: Instant,
    waited_for: &'static str,
    limit: Duration,
}

impl Wait {
    /// A wait that starts now.
    pub(super) fn starting_now(waited_for: &'static str, limit: Duration) -> Self {
        Self { until: Instant::now() + limit, waited_for, limit }
    }

    fn or_earlier(self, other: Self) -> Self {
        if other.until < self.until { other } else { self }
    }

    async fn on<T>(self, work: impl Future<Output = T>) -> Result<T, BrainError> {
        timeout_at(self.until, work).await.map_err(|_| self.over())
    }

    const fn over(self) -> BrainError {
        BrainError::TimedOut { waited_for: self.waited_for, limit: self.limit }
    }
}

/// Sends a request and reads the answer; `total` is the limit that all tries share.
pub(super) async fn attempt(request: RequestBuilder, options: &OpenAiOptions, total: Wait) -> Result<Answer, Failed> {
    let first = Wait::starting_now("answer", options.first_token_timeout).or_earlier(total);
    let response = first.on(request.send()).await?.map_err(|error| unreachable(error, options))?;
    if !response.status().is_success() {
        return Err(refusal(response, options, first).await.into());
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        read_stream(response, options, first, total).await
    } else {
        read_json(response, options, first, total).await
    }
}

async fn read_stream(response: Response, options: &OpenAiOptions, first: Wait, total: Wait) -> Result<Answer, Failed> {
    let mut events = pin!(lines(capped(response, options.max_answer_bytes)).eventsource());
    let mut draft = Draft::new(options);
    let mut wait = first;
    loop {
        // Heartbeats and empty pieces leave `wait` as it is, so that they cannot keep a dead answer alive.
        let data = match wait.on(events.next()).await {
            Ok(Some(Ok(event))) => event.data,
            // What follows the end of an answer are counts, and an answer is worth more than its counts.
            Ok(Some(Err(_)) | None) | Err(_) if draft.is_finished() => break,
            Ok(Some(Err(error))) => {
                return Err(failed(&draft, garbled(format!("the stream broke: {}", causes(&error)))));
            }
            Ok(None) => return Err(failed(&draft, garbled("the stream ended in the middle of the answer"))),
            Err(too_long) => return Err(failed(&draft, too_long)),
        };
        if data.trim() == "[DONE]" {
            break;
        }
        match draft.add(&data) {
            Ok(Progress::Nothing) => {}
            Ok(Progress::Content) => wait = Wait::starting_now("go on", options.idle_timeout).or_earlier(total),
            Ok(Progress::Finished) => wait = Wait::starting_now("finish", TRAILER_WAIT).or_earlier(total),
            Err(error) => return Err(failed(&draft, error)),
        }
    }
    let touched = draft.is_touched();
    draft.complete().map_err(|error| Failed { error, touched })
}

async fn read_json(response: Response, options: &OpenAiOptions, first: Wait, total: Wait) -> Result<Answer, Failed> {
    let mut pieces = pin!(capped(response, options.max_answer_bytes));
    let mut text = Vec::new();
    let mut wait = first;
    while let Some(piece) = wait.on(pieces.next()).await? {
        let piece = piece.map_err(|error| garbled(format!("the answer broke: {}", causes(&error))))?;
        text.extend_from_slice(&piece);
        wait = Wait::starting_now("go on", options.idle_timeout).or_earlier(total);
    }
    let text = String::from_utf8(text).map_err(|_| garbled("the answer is not UTF-8"))?;
    let mut draft = Draft::new(options);
    draft.add(&text)?;
    let touched = draft.is_touched();
    draft.complete().map_err(|error| Failed { error, touched })
}

fn failed(draft: &Draft<'_>, error: BrainError) -> Failed {
    Failed { error, touched: draft.is_touched() }
}

/// The bytes of a response, up to a limit.
fn capped(response: Response, limit: usize) -> impl Stream<Item = Result<Bytes, ReadError>> {
    let mut left = limit;
    response.bytes_stream().map_err(|error| ReadError::Broken(error.without_url())).map(move |piece| {
        let piece = piece?;
        left = left.checked_sub(piece.len()).ok_or(ReadError::TooLong { limit })?;
        Ok(piece)
    })
}

/// The same bytes as whole lines. The parser of events starts a line anew with each piece of it, so that one long line in
/// many pieces would take time with the square of its length.
fn lines(pieces: impl Stream<Item = Result<Bytes, ReadError>>) -> impl Stream<Item = Result<Bytes, ReadError>> {
    stream::unfold((Box::pin(pieces), BytesMut::new(), 0), |(mut pieces, mut buffer, mut searched)| async move {
        loop {
            if let Some(at) = buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line = buffer.split_to(searched + at + 1).freeze();
                return Some((Ok(line), (pieces, buffer, 0)));
            }
            searched = buffer.len();
            match pieces.next().await {
                Some(Ok(piece)) => buffer.extend_from_slice(&piece),
                Some(Err(error)) => return Some((Err(error), (pieces, BytesMut::new(), 0))),
                None if buffer.is_empty() => return None,
                None => return Some((Ok(buffer.split().freeze()), (pieces, buffer, 0))),
            }
        }
    })
}

#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("it is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error(transparent)]
    Broken(reqwest::Error),
}

fn unreachable(error: reqwest::Error, options: &OpenAiOptions) -> BrainError {
    if error.is_connect() && error.is_timeout() {
        return BrainError::TimedOut { waited_for: "connect", limit: options.connect_timeout };
    }
    BrainError::Unavailable(causes(&error.without_url()))
}

/// An answer with a bad status, as an error.
async fn refusal(response: Response, options: &OpenAiOptions, wait: Wait) -> BrainError {
    let status = response.status();
    let retry_after = retry_after(&response);
    let code = status.as_u16();
    match code {
        429 | 503 | 529 => BrainError::Overloaded { status: code, retry_after },
        _ if status.is_server_error() => BrainError::Unavailable(explain(response, options, wait).await),
        _ => BrainError::Refused { status: code, message: explain(response, options, wait).await },
    }
}

/// Only the form in seconds: a date would need the provider's clock to agree with ours.
fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// What the provider says about a bad status, without our key, and never much of it.
async fn explain(response: Response, options: &OpenAiOptions, wait: Wait) -> String {
    #[derive(Deserialize)]
    struct Body {
        error: ProviderError,
    }
    let status = response.status();
    let read = capped(response, MAX_ERROR_BYTES).try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    let text = match wait.on(read).await {
        Ok(Ok(text)) => serde_json::from_slice::<Body>(&text).map(|body| body.error.message).unwrap_or_default(),
        Ok(Err(_)) | Err(_) => String::new(),
    };
    let text = options.api_key.as_ref().map_or_else(|| text.clone(), |key| key.strike_from(&text));
    let reason = StatusCode::canonical_reason(&status).unwrap_or("unknown status");
    let text: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    if text.is_empty() { format!("{} {reason}", status.as_u16()) } else { text }
}

/// An error with its causes, which is where HTTP clients say what happened.
fn causes(error: &(impl Error + fmt::Display)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
