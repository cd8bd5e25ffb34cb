//! Accept: store the turn, then tell the client. From here on it will end in a terminal state, whatever happens.

use std::sync::{Mutex, PoisonError};

use braincase_core::{
    background::Failure,
    event::EventKind,
    store::{Accept, Accepted},
};
use serde_json::json;
use tokio::sync::oneshot;

use super::{end::Stop, progress::Request};
use crate::{Error, Submitted, engine::Shared};

/// Stores the turn as accepted and tells the client. When the store fails it may be stored nevertheless.
pub(super) async fn accept(engine: &Shared, request: &Request, client: &Client) -> Result<(), Stop> {
    let image_ids: Vec<_> = request.images.iter().map(|image| image.id).collect();
    let accept = Accept {
        turn: request.as_turn(),
        idempotency: request.idempotency.clone(),
        event: request.event(EventKind::TurnAccepted, json!({"image_ids": image_ids})),
    };
    let accepted = engine.parts.store.accept_turn(request.scope, &accept).await;
    match accepted.map_err(Stop::Unsure)? {
        Accepted::New(event) => {
            if let Some(idempotency) = &request.idempotency {
                engine.keys.note(request.scope, idempotency, request.turn_id);
            }
            client.accept(Submitted { turn_id: request.turn_id, after: event.seq - 1, repeated: false });
            engine.announce(request.scope, &[event]);
            Ok(())
        }
        Accepted::Repeated(earlier) => Err(Stop::Repeated(earlier)),
        Accepted::KeyReused => Err(Stop::Refused(Error::KeyReused)),
        Accepted::NoProject => {
            Err(Stop::Refused(Error::NotFound { what: "project", id: request.scope.project.to_string() }))
        }
    }
}

/// The one who sent the request; is told once, and may have gone.
#[derive(Debug)]
pub(crate) struct Client(Mutex<Option<oneshot::Sender<Result<Submitted, Error>>>>);

impl Client {
    /// A client, and where it hears.
    pub(crate) fn new() -> (Self, oneshot::Receiver<Result<Submitted, Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Mutex::new(Some(sender))), receiver)
    }

    /// The request is accepted. A client that has gone misses nothing: the turn goes on without it.
    fn accept(&self, submitted: Submitted) {
        // Nothing has failed, so nothing is lost.
        let _told = self.tell(Ok(submitted));
    }

    /// The request is refused, or it was accepted before. That is the client's affair, so nothing is recorded, unless the
    /// client is gone and the store failed.
    pub(super) fn turn_away(&self, stop: Stop) -> Result<(), Failure> {
        self.tell(match stop {
            Stop::Refused(error) => Err(error),
            Stop::Unsure(error) => Err(error.into()),
            // Its events are found by its id, wherever they begin.
            Stop::Repeated(earlier) => Ok(Submitted { turn_id: earlier, after: 0, repeated: true }),
            Stop::Early(early) => Err(Error::Conflict(early.error.message)),
        })
    }

    /// Whether it has been told.
    pub(super) fn is_told(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// What failed must not go with a client that has gone.
    fn tell(&self, answer: Result<Submitted, Error>) -> Result<(), Failure> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match sender.map(|sender| sender.send(answer)) {
            Some(Err(Err(Error::Store(error)))) => Err(Failure::new(error.code(), error)),
            Some(Ok(()) | Err(_)) | None => Ok(()),
        }
    }
}
