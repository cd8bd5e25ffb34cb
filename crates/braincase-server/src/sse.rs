//! Server-sent events: one project's events, or those of one turn, as a response that never falls behind in memory.
//!
//! Nothing is queued: the next events are read when the client has taken the ones before.

use std::{convert::Infallible, error::Error, fmt::Write as _};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use braincase_core::{Scope, TurnId, event::Event};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, header};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use crate::{app::App, error::Problem};

/// The most events that are read after the end of a turn.
const MAX_REST: usize = 256;
const KEEP_ALIVE: &str = ": keep-alive\n\n";
const SHUTDOWN: &str = "event: shutdown\ndata: {}\n\n";

/// Which events a stream shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// All of the project, until the client leaves.
    Project,
    /// Those of one turn, until its last one.
    Turn(TurnId),
}

/// Streams events with numbers above `after`.
pub(crate) fn respond(app: App, scope: Scope, after: i64, watch: Watch) -> Result<Response, Problem> {
    let permit = app.load.streams.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Problem::busy("too many event streams are open; repeat later"))?;
    let feed = Feed { app, scope, after, watch, state: State::Open, _permit: permit };
    let body = Body::from_stream(stream::unfold(feed, Feed::next_chunk));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

struct Feed {
    app: App,
    scope: Scope,
    after: i64,
    watch: Watch,
    state: State,
    _permit: OwnedSemaphorePermit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
}

impl Feed {
    /// The next piece of the response; `None` ends it.
    async fn next_chunk(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        while self.state == State::Open {
            let chunk = self.wait().await;
            if !chunk.is_empty() {
                return Some((Ok(Bytes::from(chunk)), self));
            }
        }
        None
    }

    /// Waits for the next events; empty if there was none to show.
    async fn wait(&mut self) -> String {
        let next = self.app.orchestrator.next_events(self.scope, self.after);
        match timeout(self.app.http.heartbeat, next).await {
            Ok(Ok(events)) if events.is_empty() => self.end(SHUTDOWN),
            Ok(Ok(events)) => self.show(&events),
            Ok(Err(error)) => self.break_off(&error),
            Err(_) => self.keep_alive().await,
        }
    }

    fn show(&mut self, events: &[Event]) -> String {
        let mut chunk = String::new();
        for event in events {
            self.after = self.after.max(event.seq);
            match self.watch {
                Watch::Turn(turn) if event.turn_id != Some(turn) => {}
                Watch::Turn(_) if event.kind.ends_turn() => {
                    write_event(&mut chunk, event);
                    self.state = State::Ended;
                    return chunk;
                }
                Watch::Turn(_) | Watch::Project => write_event(&mut chunk, event),
            }
        }
        chunk
    }

    /// A turn whose last event is no longer stored must not keep its stream open for ever.
    async fn keep_alive(&mut self) -> String {
        let Watch::Turn(turn) = self.watch else { return KEEP_ALIVE.to_owned() };
        match self.app.store.load_turn(self.scope, turn).await {
            Ok(Some(turn)) if !turn.status.is_terminal() => KEEP_ALIVE.to_owned(),
            Ok(_) => self.show_rest().await,
            Err(error) => self.break_off(&error),
        }
    }

    /// The turn has ended, perhaps a moment ago: what it told last is still to be shown.
    async fn show_rest(&mut self) -> String {
        match self.app.store.events_after(self.scope, self.after, MAX_REST).await {
            Ok(rest) if rest.is_empty() => self.end(KEEP_ALIVE),
            Ok(rest) => self.show(&rest),
            Err(error) => self.break_off(&error),
        }
    }

    /// The status line is long sent: all that is left is to end the stream; the client resumes by number.
    fn break_off(&mut self, error: &dyn Error) -> String {
        tracing::error!(
            code = "event_stream_failed", operation = "event_stream", %error, project.id = %self.scope.project,
            "an event stream ended early",
        );
        self.end("")
    }

    fn end(&mut self, with: &str) -> String {
        self.state = State::Ended;
        with.to_owned()
    }
}

fn write_event(chunk: &mut String, event: &Event) {
    let data = serde_json::json!({
        "seq": event.seq,
        "kind": event.kind.as_str(),
        "turn_id": event.turn_id,
        "at": event.at,
        "data": event.data,
    });
    // Writing to a string cannot fail; JSON has no raw line breaks, so one data line is enough.
    let _ = write!(chunk, "id: {}\nevent: {}\ndata: {data}\n\n", event.seq, event.kind.as_str());
}
