//! Reading request bodies: never more than the cap in memory, never longer than the deadline, all bodies within one budget.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, Multipart, Request, multipart::Field},
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    app::{App, HttpLimits},
    error::Problem,
    extract::media_type,
};

/// How much of a refused body is read and thrown away so that the client gets to see the answer, in multiples of the cap.
const PATIENCE: usize = 4;

/// A body in memory, with its share of the budget.
#[derive(Debug)]
pub(crate) struct Held {
    bytes: Vec<u8>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Held {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[cfg(test)]
    pub(crate) const fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, permit: None }
    }

    /// The bytes, and their share of the budget to be kept as long as they are.
    pub(crate) fn into_parts(self) -> (Bytes, Option<OwnedSemaphorePermit>) {
        (Bytes::from(self.bytes), self.permit)
    }
}

/// Reads a whole body of at most `cap` bytes; `field` is what it is called if it is too large.
pub(crate) async fn read(request: Request, cap: usize, field: &'static str, app: &App) -> Result<Held, Problem> {
    let declared = content_length(request.headers());
    let waits_for_leave = request.headers().contains_key(header::EXPECT);
    if declared.is_some_and(|length| length > cap) {
        if !waits_for_leave {
            discard(request.into_body(), app).await;
        }
        return Err(over(field, cap));
    }
    let mut source = Chunks::of(request.into_body(), &app.http);
    let mut sink = Sink::new(cap, field, declared.unwrap_or(0));
    while let Some(chunk) = source.next().await? {
        sink.take(&chunk, app)?;
    }
    sink.finish()
}

/// The image of an upload: the body itself, or the one file of a form.
pub(crate) async fn read_upload(request: Request, app: &App) -> Result<Held, Problem> {
    let cap = app.limits.max_image_bytes;
    let media_type = media_type(request.headers());
    if media_type == "multipart/form-data" {
        return timeout(app.http.body_deadline, read_form(request, cap, app))
            .await
            .map_err(|_| Problem::body_timed_out())?;
    }
    if media_type.starts_with("image/") || media_type == "application/octet-stream" {
        return read(request, cap, "image", app).await;
    }
    discard(request.into_body(), app).await;
    Err(Problem::wrong_content_type("image/*, application/octet-stream or multipart/form-data", &media_type))
}

/// Reads and throws away, within bounds: a client that is still sending would miss an answer on a closed connection.
pub(crate) async fn discard(body: Body, app: &App) {
    let mut source = Chunks::of(body, &app.http);
    let mut left = PATIENCE.saturating_mul(app.limits.max_image_bytes);
    while let Ok(Some(chunk)) = source.next().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

async fn read_form(request: Request, cap: usize, app: &App) -> Result<Held, Problem> {
    let mut form =
        Multipart::from_request(request, app).await.map_err(|_| form_problem("its content type names no boundary"))?;
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(|error| form_problem(&error.body_text()))? {
        let name = field.name().unwrap_or_default().to_owned();
        match (name.as_str(), &found) {
            ("image" | "file", None) => found = Some(read_field(field, cap, app).await?),
            ("image" | "file", Some(_)) => return Err(Problem::invalid("image", "expected one image in a request")),
            (other, _) => {
                let other: String = other.chars().take(100).collect();
                return Err(Problem::invalid(other, "there is no such field here; allowed: `image` (or `file`)"));
            }
        }
    }
    found.ok_or_else(|| Problem::invalid("image", "the form has no field `image`"))
}

async fn read_field(mut field: Field<'_>, cap: usize, app: &App) -> Result<Held, Problem> {
    let mut sink = Sink::new(cap, "image", 0);
    loop {
        let next = timeout(app.http.body_idle, field.chunk()).await.map_err(|_| Problem::body_timed_out())?;
        let Some(chunk) = next.map_err(|error| form_problem(&error.body_text()))? else { break };
        sink.take(&chunk, app)?;
    }
    sink.finish()
}

/// The chunks of a body, each within the idle limit and all within the deadline.
struct Chunks {
    stream: BodyDataStream,
    idle: Duration,
    until: Instant,
}

impl Chunks {
    fn of(body: Body, limits: &HttpLimits) -> Self {
        let until = Instant::now() + limits.body_deadline;
        Self { stream: body.into_data_stream(), idle: limits.body_idle, until }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let by = self.until.min(Instant::now() + self.idle);
        let chunk = timeout_at(by, self.stream.next()).await.map_err(|_| Problem::body_timed_out())?;
        chunk.transpose().map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "body_cut_off", format!("the body ended early: {error}"))
        })
    }
}

/// Collects chunks up to the cap; beyond it, what was collected is let go and the rest is only counted.
struct Sink {
    cap: usize,
    field: &'static str,
    seen: usize,
    held: Held,
}

impl Sink {
    fn new(cap: usize, field: &'static str, expected: usize) -> Self {
        Self {
            cap,
            field,
            seen: 0,
            held: Held { bytes: Vec::with_capacity(expected.min(cap).min(1 << 20)), permit: None },
        }
    }

    fn take(&mut self, chunk: &[u8], app: &App) -> Result<(), Problem> {
        self.seen = self.seen.saturating_add(chunk.len());
        if self.seen > self.cap {
            self.held = Held { bytes: Vec::new(), permit: None };
            return if self.seen > self.cap.saturating_mul(PATIENCE) {
                Err(over(self.field, self.cap))
            } else {
                Ok(())
            };
        }
        self.held.permit = Some(grow(self.held.permit.take(), chunk.len(), app)?);
        self.held.bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn finish(self) -> Result<Held, Problem> {
        if self.seen > self.cap { Err(over(self.field, self.cap)) } else { Ok(self.held) }
    }
}

fn grow(held: Option<OwnedSemaphorePermit>, by: usize, app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    let more = app.load.buffered.clone().try_acquire_many_owned(by);
    let more = more.map_err(|_| Problem::busy("too many request bodies are being received; repeat later"))?;
    Ok(match held {
        Some(mut permit) => {
            permit.merge(more);
            permit
        }
        None => more,
    })
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn over(field: &'static str, cap: usize) -> Problem {
    Problem::too_large(field, format!("larger than the {cap} bytes that are allowed"))
}

fn form_problem(text: &str) -> Problem {
    let problem = if text.starts_with("incomplete") { "it ends before its last boundary" } else { text };
    Problem::new(StatusCode::BAD_REQUEST, "malformed_form", format!("the form cannot be read: {problem}"))
}
