//! Turns: accepted once, ended once, and whole or not at all.

use braincase_core::{
    ImageId, MessageId, SceneId, TurnId,
    event::EventKind,
    message::Role,
    prompt::ToolCall,
    store::{Accepted, Page, SceneChange, Store, StoreError, TurnCommit},
    turn::{Cut, Decided, ImagesUsed, Outcome, Timing, TokenAccount, Turn, TurnError, TurnStatus},
};
use futures_util::future::join_all;
use serde_json::json;

use super::make::{self, ALL, ANY, at, spec};

fn conflict<T>(id: TurnId) -> Result<T, StoreError> {
    Err(StoreError::Conflict { what: format!("turn {id}") })
}

pub(crate) async fn an_accepted_turn_is_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let image_ids = vec![ImageId::new(at(1)), ImageId::new(at(2))];
    let scene_id = Some(SceneId::new(at(3)));
    let turn = Turn { image_ids, scene_id, ..make::turn(scope, 4) };

    let accepted = store.accept_turn(scope, &make::accept(turn.clone())).await.unwrap();

    let Accepted::New(event) = accepted else { panic!("{accepted:?}") };
    assert_eq!((event.seq, event.kind, event.turn_id), (1, EventKind::TurnAccepted, Some(turn.id)));
    assert_eq!(event.at, turn.created_at);
    assert_eq!(store.load_turn(scope, turn.id).await, Ok(Some(turn)));
    assert_eq!(store.events_after(scope, 0, 9).await, Ok(vec![event]));
}

pub(crate) async fn an_ended_turn_is_read_back_with_its_outcome(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let turn = make::turn(scope, 1);
    store.accept_turn(scope, &make::accept(turn.clone())).await.unwrap();
    let mut end = make::end(turn.id);
    end.status = TurnStatus::Failed;
    let outcome = outcome();
    end.outcome = outcome.clone();

    let events = store.commit_turn(scope, &end).await.unwrap();

    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2]);
    let expected = Turn { status: TurnStatus::Failed, finished_at: Some(at(5)), outcome, ..turn };
    assert_eq!(store.load_turn(scope, expected.id).await, Ok(Some(expected)));
    assert_eq!(store.recent_messages(scope, 9, ANY).await, Ok(end.messages));
    assert_eq!(store.list_memories(scope, 1_000).await, Ok(end.changes.memories));
}

fn outcome() -> Outcome {
    let arguments = json!({"title": "\u{0}\u{1F600}", "x": 0.1, "big": u64::MAX});
    let call = ToolCall { name: "add_scene".to_owned(), arguments };
    Outcome {
        decision: Some(Decided { tools: vec![call], reasoning: "weil".to_owned() }),
        reply: Some(String::new()),
        scenes_changed: vec![SceneId::new(at(1))],
        tokens: Some(TokenAccount {
            model: "gpt-4o".to_owned(),
            input: 119_999,
            reserved_output: 8_000,
            limit: 120_000,
            exactness: "exact".to_owned(),
            cut: vec![Cut {
                part: "summary".to_owned(),
                how: "dropped".to_owned(),
                tokens: 7,
                why: "too long".to_owned(),
            }],
        }),
        timing_ms: Timing { total: 0.1 + 0.2, queue: 1e-9, overhead: f64::MAX, ..Timing::default() },
        images: ImagesUsed { used: vec![ImageId::new(at(2))], pending: vec![ImageId::new(at(3))] },
        error: Some(TurnError { code: "brain_failed".to_owned(), message: "…".to_owned() }),
    }
}

pub(crate) async fn a_repeated_request_is_recognised(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let (first, second) = (make::turn(scope, 1), make::turn(scope, 2));
    store.accept_turn(scope, &make::accept_with_key(first.clone(), "schlüssel", "same")).await.unwrap();

    let repeated = store.accept_turn(scope, &make::accept_with_key(second.clone(), "schlüssel", "same")).await;

    assert_eq!(repeated, Ok(Accepted::Repeated(first.id)));
    assert_eq!(store.load_turn(scope, second.id).await, Ok(None));
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_key_with_another_request_is_refused(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let (first, second) = (make::turn(scope, 1), make::turn(scope, 2));
    store.accept_turn(scope, &make::accept_with_key(first, "key", "one")).await.unwrap();

    let refused = store.accept_turn(scope, &make::accept_with_key(second.clone(), "key", "two")).await;

    assert_eq!(refused, Ok(Accepted::KeyReused));
    assert_eq!(store.load_turn(scope, second.id).await, Ok(None));
}

pub(crate) async fn a_key_belongs_to_its_project(store: &dyn Store) {
    let one = make::stored_project(store).await;
    let other = make::stored_project_of(store, one.tenant).await;
    store.accept_turn(one, &make::accept_with_key(make::turn(one, 1), "key", "one")).await.unwrap();

    let accepted = store.accept_turn(other, &make::accept_with_key(make::turn(other, 1), "key", "two")).await;

    assert!(matches!(accepted, Ok(Accepted::New(_))), "{accepted:?}");
}

pub(crate) async fn old_keys_are_forgotten_and_their_turns_stay(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let accepts = [10, 20, 30].map(|millis| make::accept_with_key(make::turn(scope, millis), &millis.to_string(), "x"));
    for accept in &accepts {
        store.accept_turn(scope, accept).await.unwrap();
    }
    let known = async || {
        let mut known = Vec::new();
        for accept in &accepts {
            let idempotency = accept.idempotency.as_ref().unwrap();
            known.push(store.find_repeated(scope, idempotency).await.unwrap().is_some());
        }
        known
    };

    // The oldest go first; one that was used at the very time stays.
    assert_eq!(store.forget_idempotency(at(30), 1).await, Ok(1));
    assert_eq!(known().await, [false, true, true]);
    assert_eq!(store.forget_idempotency(at(30), 9).await, Ok(1));
    assert_eq!(store.forget_idempotency(at(30), 9).await, Ok(0));
    assert_eq!(known().await, [false, false, true]);
    for accept in &accepts {
        assert!(store.load_turn(scope, accept.turn.id).await.unwrap().is_some());
    }
}

pub(crate) async fn of_many_equal_requests_one_is_accepted(store: &dyn Store) {
    let scope = make::stored_project(store).await;

    let tries = (0..32).map(|millis| async move {
        store.accept_turn(scope, &make::accept_with_key(make::turn(scope, millis), "key", "same")).await.unwrap()
    });
    let results = join_all(tries).await;

    let turns = store.list_turns(scope, &ALL).await.unwrap();
    assert_eq!(turns.len(), 1);
    assert_eq!(results.iter().filter(|result| matches!(result, Accepted::New(_))).count(), 1);
    assert_eq!(results.iter().filter(|result| **result == Accepted::Repeated(turns[0].id)).count(), 31);
}

pub(crate) async fn a_turn_of_an_unknown_project_is_not_accepted(store: &dyn Store) {
    let scope = make::unknown();
    let turn = make::turn(scope, 1);

    assert_eq!(store.accept_turn(scope, &make::accept(turn.clone())).await, Ok(Accepted::NoProject));
    let with_key = make::accept_with_key(turn.clone(), "key", "request");
    assert_eq!(store.accept_turn(scope, &with_key).await, Ok(Accepted::NoProject));
    assert_eq!(store.load_turn(scope, turn.id).await, Ok(None));
}

pub(crate) async fn a_turn_accepted_twice_is_a_conflict(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let turn = make::turn(scope, 1);
    store.accept_turn(scope, &make::accept(turn.clone())).await.unwrap();

    let again = store.accept_turn(scope, &make::accept_with_key(turn.clone(), "key", "request")).await;

    assert_eq!(again, conflict(turn.id));
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
    // The key was not used up by what was refused.
    let next = make::accept_with_key(make::turn(scope, 2), "key", "other");
    assert!(matches!(store.accept_turn(scope, &next).await, Ok(Accepted::New(_))));
}

pub(crate) async fn a_turn_ends_once(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_turn(store, scope, 1).await;

    let ends = join_all((0..16).map(|_| async { store.commit_turn(scope, &make::end(id)).await })).await;

    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert!(ends.iter().all(|end| end.is_ok() || *end == conflict(id)));
    assert_eq!(store.recent_messages(scope, 99, ANY).await.unwrap().len(), 2);
    assert_eq!(store.events_after(scope, 0, 99).await.unwrap().len(), 2);
}

pub(crate) async fn a_turn_that_conflicts_leaves_nothing(store: &dyn Store) {
    // Given an open turn that wants to edit a scene which was edited meanwhile.
    let scope = make::stored_project(store).await;
    let scene = make::stored_scene(store, scope, "first").await;
    let turn = make::stored_turn(store, scope, 1).await;
    let meanwhile = SceneChange::Edit { id: scene, on: 1, spec: spec("meanwhile") };
    store.commit_changes(scope, &make::scene_changes(vec![meanwhile])).await.unwrap();
    let events = store.events_after(scope, 0, 9).await.unwrap();

    // When it ends.
    let mut end = make::end(turn);
    end.changes.scenes = vec![SceneChange::Edit { id: scene, on: 1, spec: spec("late") }];
    let refused = store.commit_turn(scope, &end).await;

    // Then it is open as before, and can end otherwise.
    assert_eq!(refused, Err(StoreError::Conflict { what: format!("scene {scene}") }));
    assert_eq!(store.load_turn(scope, turn).await.unwrap().unwrap().status, TurnStatus::Accepted);
    assert_eq!(store.recent_messages(scope, 9, ANY).await, Ok(vec![]));
    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![]));
    assert_eq!(store.events_after(scope, 0, 9).await, Ok(events));
    end.changes.scenes = vec![SceneChange::Edit { id: scene, on: 2, spec: spec("late") }];
    store.commit_turn(scope, &end).await.unwrap();
}

pub(crate) async fn an_unknown_turn_cannot_end(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = TurnId::new(at(1));

    assert_eq!(store.commit_turn(scope, &make::end(id)).await, conflict(id));
    assert_eq!(store.recent_messages(scope, 9, ANY).await, Ok(vec![]));
}

pub(crate) async fn messages_come_in_the_order_in_which_they_were_said(store: &dyn Store) {
    // Given messages that were all made in the same millisecond.
    let scope = make::stored_project(store).await;
    for number in 0..5 {
        let turn = make::stored_turn(store, scope, number).await;
        let mut end = make::end(turn);
        end.messages = (0..4).map(|part| make::message(turn, Role::Tool, &format!("{number}.{part}"))).collect();
        store.commit_turn(scope, &end).await.unwrap();
    }

    let said = |messages: Vec<braincase_core::message::Message>| -> Vec<String> {
        messages.into_iter().map(|message| message.content).collect()
    };
    let all: Vec<String> = (0..5).flat_map(|turn| (0..4).map(move |part| format!("{turn}.{part}"))).collect();
    assert_eq!(said(store.recent_messages(scope, 99, ANY).await.unwrap()), all);
    assert_eq!(said(store.recent_messages(scope, 6, ANY).await.unwrap()), all[14..]);
    assert_eq!(said(store.recent_messages(scope, 0, ANY).await.unwrap()), all[20..]);
}

pub(crate) async fn the_chat_is_told_from_where_a_turn_said(store: &dyn Store) {
    // Given a chat of three turns, and one of another project.
    let scope = make::stored_project(store).await;
    let other = make::stored_project(store).await;
    let mut messages = Vec::new();
    for number in 0..3 {
        let end = make::end(make::stored_turn(store, scope, number).await);
        messages.extend(end.messages.clone());
        store.commit_turn(scope, &end).await.unwrap();
    }
    let elsewhere = make::end(make::stored_turn(store, other, 4).await);
    store.commit_turn(other, &elsewhere).await.unwrap();

    // When a turn says that prompts tell the chat from its third message on.
    let mut end = make::end(make::stored_turn(store, scope, 5).await);
    end.history_from = Some(messages[2].id);
    messages.extend(end.messages.clone());
    store.commit_turn(scope, &end).await.unwrap();

    // Then they do, in this project only.
    assert_eq!(store.recent_messages(scope, 99, ANY).await.unwrap(), messages[2..]);
    assert_eq!(store.recent_messages(scope, 3, ANY).await.unwrap(), messages[5..]);
    assert_eq!(store.recent_messages(other, 99, ANY).await.unwrap(), elsewhere.messages);

    // When a later one names an earlier message, nothing comes back; it may name a message of its own.
    let mut end = make::end(make::stored_turn(store, scope, 6).await);
    end.history_from = Some(messages[0].id);
    messages.extend(end.messages.clone());
    store.commit_turn(scope, &end).await.unwrap();
    assert_eq!(store.recent_messages(scope, 99, ANY).await.unwrap(), messages[2..]);
    let mut end = make::end(make::stored_turn(store, scope, 7).await);
    end.history_from = Some(end.messages[1].id);
    store.commit_turn(scope, &end).await.unwrap();
    assert_eq!(store.recent_messages(scope, 99, ANY).await.unwrap(), end.messages[1..]);
}

pub(crate) async fn no_more_words_are_read_than_asked_for(store: &dyn Store) {
    // Given messages of two bytes each, the first of which has one character.
    let scope = make::stored_project(store).await;
    let turn = make::stored_turn(store, scope, 1).await;
    let said = ["é", "ab", "cd", "ef"];
    let messages: Vec<_> = said.iter().map(|words| make::message(turn, Role::User, words)).collect();
    store.commit_turn(scope, &TurnCommit { messages: messages.clone(), ..make::end(turn) }).await.unwrap();

    for (max_bytes, kept) in [(8, 4), (7, 3), (6, 3), (2, 1), (1, 0), (0, 0)] {
        let read = store.recent_messages(scope, 9, max_bytes).await.unwrap();
        assert_eq!(read, messages[4 - kept..], "{max_bytes}");
    }
    assert_eq!(store.recent_messages(scope, 2, 8).await.unwrap(), messages[2..]);
}

pub(crate) async fn a_chat_told_from_an_unknown_message_leaves_nothing(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let mut end = make::end(make::stored_turn(store, scope, 1).await);
    end.history_from = Some(MessageId::new(at(9)));

    assert!(store.commit_turn(scope, &end).await.is_err());
    assert_eq!(store.recent_messages(scope, 9, ANY).await, Ok(vec![]));
}

pub(crate) async fn turns_are_listed_newest_first_page_by_page(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let mut ids = Vec::new();
    for millis in [3, 1, 4, 2] {
        ids.push(make::stored_turn(store, scope, millis).await);
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));

    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.list_turns(scope, &Page { limit: 3, before }).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id.as_uuid());
        seen.extend(page.iter().map(|turn| turn.id));
    }

    assert_eq!(seen, ids);
}

pub(crate) async fn open_turns_are_interrupted_once(store: &dyn Store) {
    // Given open turns in two projects of two tenants, and one that has ended.
    let (one, other) = (make::stored_project(store).await, make::stored_project(store).await);
    let ended = make::stored_turn(store, one, 1).await;
    store.commit_turn(one, &make::end(ended)).await.unwrap();
    let open = [
        (one, make::stored_turn(store, one, 2).await),
        (one, make::stored_turn(store, one, 3).await),
        (other, make::stored_turn(store, other, 4).await),
    ];

    // When they are interrupted, twice.
    assert_eq!(store.interrupt_turns(at(50)).await, Ok(3));
    assert_eq!(store.interrupt_turns(at(60)).await, Ok(0));

    // Then each is, with one event, and the ended one is as it was.
    for (scope, id) in open {
        let turn = store.load_turn(scope, id).await.unwrap().unwrap();
        assert_eq!((turn.status, turn.finished_at), (TurnStatus::Interrupted, Some(at(50))));
        let events = store.events_after(scope, 0, 99).await.unwrap();
        let told: Vec<_> = events.iter().filter(|event| event.turn_id == Some(id)).map(|event| event.kind).collect();
        assert_eq!(told, [EventKind::TurnAccepted, EventKind::TurnInterrupted]);
    }
    assert_eq!(store.load_turn(one, ended).await.unwrap().unwrap().status, TurnStatus::Completed);
}

pub(crate) async fn an_interrupted_turn_cannot_end_again(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_turn(store, scope, 1).await;
    store.interrupt_turns(at(9)).await.unwrap();

    assert_eq!(store.commit_turn(scope, &make::end(id)).await, conflict(id));
    assert_eq!(store.load_turn(scope, id).await.unwrap().unwrap().status, TurnStatus::Interrupted);
}

pub(crate) async fn texts_of_any_kind_are_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let texts = ["", "\u{0}in the middle\u{0}", "'; DROP TABLE turn; --", "👩🏽‍🚀\u{202e}\u{feff}", &"ж".repeat(1 << 19)];
    for (millis, text) in (0..).zip(texts) {
        let turn = Turn { prompt: text.to_owned(), ..make::turn(scope, millis) };
        store.accept_turn(scope, &make::accept(turn.clone())).await.unwrap();
        let mut end = make::end(turn.id);
        end.messages = vec![make::message(turn.id, Role::User, text)];

        store.commit_turn(scope, &end).await.unwrap();

        assert_eq!(store.load_turn(scope, turn.id).await.unwrap().unwrap().prompt, text);
        assert_eq!(store.recent_messages(scope, 1, ANY).await, Ok(end.messages));
    }
}
