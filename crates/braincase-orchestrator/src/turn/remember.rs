//! Remember: store the end of a turn — scenes, messages, memories, journal, events, outcome — in one transaction.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    MessageId, Scope, Timestamp,
    background::{Failure, Task},
    event::{EventKind, NewEvent},
    message::{Message, Role, TokenCount},
    scene::Origin,
    store::{ChangeCommit, StoreError, TurnCommit},
    turn::{Outcome, Turn, TurnError, TurnStatus},
};
use braincase_tokens::LONG_TEXT;
use serde_json::json;

use super::{
    accept::Client,
    act::Changes,
    end::{Early, Ended, Stop},
    history,
    learn::learn,
    progress::{Progress, Request},
    recall::Context,
};
use crate::engine::Shared;

/// How often the end of a turn that failed is tried to be stored, and how long is waited in between.
const MAX_TRIES: u32 = 5;
const WAIT_BETWEEN_TRIES: Duration = Duration::from_millis(200);
/// How often it is tried afterwards, in the background: for ten minutes.
const MAX_LATER_TRIES: u32 = 300;
const WAIT_BETWEEN_LATER_TRIES: Duration = Duration::from_secs(2);

/// Whether a result is stored.
pub(super) enum Stored {
    Yes(Box<Ended>),
    /// Somebody edited one of the scenes meanwhile; nothing is stored.
    ScenesMoved,
}

/// Stores the result of a turn that did what was asked, or that asks back.
pub(super) async fn remember(
    engine: &Shared,
    turn: &mut Progress,
    context: &Context,
    changes: Changes,
) -> Result<Stored, Stop> {
    let mark = turn.stopwatch.mark();
    let at = engine.parts.clock.now();
    let status = changes.status.unwrap_or(TurnStatus::Completed);
    turn.decided = Some(changes.decided.clone());
    let scenes_changed = changes.scene_ids();
    let outcome = Outcome { reply: Some(changes.reply.clone()), scenes_changed, ..turn.outcome() };
    let mut events = changes.events(&turn.request, at);
    events.push(end_event(&turn.request, EventKind::TurnCompleted, status, &outcome));
    let messages = messages(&turn.request, context, &changes.reply, at);
    let leaving = history::leaving(&engine.parts.limits, context, &messages);
    let memories = learn(&turn.request, context, leaving, at);
    let commit = TurnCommit {
        turn_id: turn.request.turn_id,
        status,
        outcome,
        steps: changes.steps,
        history_from: history::told_from(context, &messages, leaving),
        messages,
        changes: ChangeCommit { scenes: changes.scenes, memories, events, origin: Origin::Turn, at },
    };
    let stored = engine.parts.store.commit_turn(turn.request.scope, &commit).await;
    turn.stopwatch.remember += turn.stopwatch.since(mark);
    match stored {
        Ok(events) => {
            engine.announce(turn.request.scope, &events);
            Ok(Stored::Yes(Box::new(Ended { turn: finished(turn, commit, at), failure: None })))
        }
        Err(StoreError::Conflict { .. }) => Ok(Stored::ScenesMoved),
        Err(error) => Err(error.into()),
    }
}

/// Stores the end of a turn that stopped early. If even that cannot be stored, a restart ends the turn as interrupted.
pub(super) async fn remember_early(engine: &Shared, turn: &mut Progress, early: Early) -> Ended {
    let mark = turn.stopwatch.mark();
    let at = engine.parts.clock.now();
    let commit = early_commit(turn, &early, at);
    let mut stored = engine.parts.store.commit_turn(turn.request.scope, &commit).await;
    for _ in 1..MAX_TRIES {
        if !matches!(stored, Err(StoreError::Busy | StoreError::Failed(_) | StoreError::Full)) {
            break;
        }
        tokio::time::sleep(WAIT_BETWEEN_TRIES).await;
        stored = engine.parts.store.commit_turn(turn.request.scope, &commit).await;
    }
    turn.stopwatch.remember += turn.stopwatch.since(mark);
    let failure = (early.status == TurnStatus::Failed)
        .then(|| Failure::new("turn_failed", early.error.clone()).with("reason", early.error.code));
    match stored {
        Ok(events) => {
            engine.announce(turn.request.scope, &events);
            Ended { turn: finished(turn, commit, at), failure }
        }
        Err(StoreError::Conflict { .. }) => already_ended(engine, turn, commit, at).await,
        Err(error) => {
            close_later(engine, turn.request.scope, commit.clone());
            let failure = Some(Failure::new(error.code(), error));
            Ended { turn: finished(turn, commit, at), failure }
        }
    }
}

/// Goes on trying to store the end of a turn when the store has been failing for a while.
fn close_later(engine: &Shared, scope: Scope, commit: TurnCommit) {
    let task = Task { scope: Some(scope), turn: Some(commit.turn_id), ..Task::new("turn_end") };
    let engine = Arc::clone(engine);
    engine.clone().spawn(task, async move {
        for _ in 0..MAX_LATER_TRIES {
            tokio::time::sleep(WAIT_BETWEEN_LATER_TRIES).await;
            match engine.parts.store.commit_turn(scope, &commit).await {
                Ok(events) => {
                    engine.announce(scope, &events);
                    return Ok(());
                }
                Err(StoreError::Conflict { .. }) => return Ok(()),
                Err(StoreError::Busy | StoreError::Full | StoreError::Failed(_) | StoreError::Corrupt(_)) => {}
            }
        }
        Err(Failure::new("turn_left_open", "its end could not be stored; a restart ends it as interrupted"))
    });
}

/// Turns away a request whose acceptance may or may not be stored, and ends the turn if it is: its client will send it
/// again, and must not find it open for ever.
pub(super) async fn close_unsure(
    engine: &Shared,
    mut turn: Progress,
    client: &Client,
    stop: Stop,
) -> Result<(), Failure> {
    let code = match &stop {
        Stop::Unsure(error) => error.code(),
        Stop::Early(_) | Stop::Refused(_) | Stop::Repeated(_) => "cancelled",
    };
    let message = "the request could not be stored; nothing was changed, send it again with a new key".to_owned();
    let error = TurnError { code: code.to_owned(), message };
    let told = client.turn_away(stop);
    let ended = remember_early(engine, &mut turn, Early { status: TurnStatus::Failed, error }).await;
    turn.running.finish(ended.turn);
    told
}

/// The stop came while the result was being stored, and the result was faster.
async fn already_ended(engine: &Shared, turn: &Progress, commit: TurnCommit, at: Timestamp) -> Ended {
    // Whoever stored it may not have lived to tell.
    engine.hub.wake(turn.request.scope);
    let stored = engine.parts.store.load_turn(turn.request.scope, turn.request.turn_id).await;
    match stored {
        Ok(Some(stored)) => Ended { turn: stored, failure: None },
        Ok(None) => Ended { turn: finished(turn, commit, at), failure: None },
        Err(error) => Ended { turn: finished(turn, commit, at), failure: Some(Failure::new(error.code(), error)) },
    }
}

fn early_commit(turn: &Progress, early: &Early, at: Timestamp) -> TurnCommit {
    let kind = match early.status {
        TurnStatus::Cancelled => EventKind::TurnCancelled,
        TurnStatus::Interrupted => EventKind::TurnInterrupted,
        TurnStatus::Failed | TurnStatus::Accepted | TurnStatus::Completed | TurnStatus::Clarification => {
            EventKind::TurnFailed
        }
    };
    let outcome = Outcome { error: Some(early.error.clone()), ..turn.outcome() };
    // What happened before the stop is told first, unless it was told already.
    let mut events = turn.untold.clone();
    events.push(end_event(&turn.request, kind, early.status, &outcome));
    TurnCommit {
        turn_id: turn.request.turn_id,
        status: early.status,
        outcome,
        steps: Vec::new(),
        messages: Vec::new(),
        history_from: None,
        changes: ChangeCommit { scenes: Vec::new(), memories: Vec::new(), events, origin: Origin::Turn, at },
    }
}

fn finished(turn: &Progress, commit: TurnCommit, at: Timestamp) -> Turn {
    let timing_ms = turn.stopwatch.timing();
    let outcome = Outcome { timing_ms, ..commit.outcome };
    Turn { status: commit.status, finished_at: Some(at), outcome, ..turn.request.as_turn() }
}

fn end_event(request: &Request, kind: EventKind, status: TurnStatus, outcome: &Outcome) -> NewEvent {
    let error: Option<&TurnError> = outcome.error.as_ref();
    let data = json!({
        "status": status, "reply": outcome.reply, "scenes_changed": outcome.scenes_changed, "error": error,
    });
    request.event(kind, data)
}

fn messages(request: &Request, context: &Context, reply: &str, at: Timestamp) -> Vec<Message> {
    let encoding = request.model.encoding;
    let message = |role, content: &str, tokens: Option<usize>, image_ids| Message {
        id: MessageId::new(at),
        turn_id: request.turn_id,
        role,
        content: content.to_owned(),
        image_ids,
        tokens: tokens.map(|count| TokenCount { encoding: encoding.as_str().to_owned(), count }),
        created_at: at,
    };
    let image_ids = request.images.iter().map(|image| image.id).collect();
    // What is long is counted by the next prompt, which does so off the async threads.
    let replied = (reply.len() <= LONG_TEXT).then(|| braincase_tokens::count(encoding, reply));
    vec![
        message(Role::User, &request.prompt, context.prompt_tokens, image_ids),
        message(Role::Assistant, reply, replied, Vec::new()),
    ]
}
