//! Events: one order within a project, with no gap.

use braincase_core::{
    TurnId,
    event::{Event, EventKind, NewEvent},
    store::{Store, StoreError},
};
use futures_util::future::join_all;
use serde_json::json;

use super::make::{self, at, told};

fn numbers(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.seq).collect()
}

pub(crate) async fn events_are_numbered_from_one_in_each_project(store: &dyn Store) {
    let one = make::stored_project(store).await;
    let other = make::stored_project_of(store, one.tenant).await;
    let two = [told(EventKind::Decision), told(EventKind::ToolStarted)];

    assert_eq!(numbers(&store.append_events(one, &two, at(1)).await.unwrap()), [1, 2]);
    assert_eq!(numbers(&store.append_events(other, &two, at(1)).await.unwrap()), [1, 2]);
    assert_eq!(numbers(&store.append_events(one, &two[..1], at(2)).await.unwrap()), [3]);
}

pub(crate) async fn events_are_read_in_parts(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let ten: Vec<_> = (0..10).map(|_| told(EventKind::Decision)).collect();
    let stored = store.append_events(scope, &ten, at(1)).await.unwrap();

    assert_eq!(store.events_after(scope, 0, 4).await, Ok(stored[..4].to_vec()));
    assert_eq!(store.events_after(scope, 4, 99).await, Ok(stored[4..].to_vec()));
    assert_eq!(store.events_after(scope, 10, 99).await, Ok(vec![]));
    assert_eq!(store.events_after(scope, i64::MIN, usize::MAX).await, Ok(stored));
}

pub(crate) async fn numbers_have_no_gaps_under_concurrency(store: &dyn Store) {
    // Given 64 tasks, of which some fail in between.
    let scope = make::stored_project(store).await;
    let turn = make::stored_turn(store, scope, 1).await;
    let appended = join_all((0..64_u64).map(|number| async move {
        if number % 8 == 7 {
            // Takes a number, then conflicts: the turn that it would accept is there already.
            let again = braincase_core::turn::Turn { id: turn, ..make::turn(scope, number) };
            store.accept_turn(scope, &make::accept(again)).await.unwrap_err();
            return vec![];
        }
        let events: Vec<_> = (0..=number % 3).map(|_| told(EventKind::Decision)).collect();
        store.append_events(scope, &events, at(number)).await.unwrap()
    }))
    .await;

    // Then every number was given once, and those of one call are neighbours.
    let stored = store.events_after(scope, 0, 999).await.unwrap();
    assert_eq!(numbers(&stored), (1..=i64::try_from(stored.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(stored.len(), 1 + appended.iter().map(Vec::len).sum::<usize>());
    for events in appended.iter().filter(|events| !events.is_empty()) {
        let first = usize::try_from(events[0].seq).unwrap() - 1;
        assert_eq!(*events, stored[first..first + events.len()]);
    }
}

pub(crate) async fn events_of_an_unknown_project_are_a_conflict(store: &dyn Store) {
    let refused = store.append_events(make::unknown(), &[told(EventKind::Decision)], at(1)).await;

    assert_eq!(refused, Err(StoreError::Conflict { what: "the project".to_owned() }));
}

pub(crate) async fn every_kind_of_event_is_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let turn_id = Some(TurnId::new(at(1)));
    let data = json!({"text": "ё\u{0}", "deep": [[{"x": -0.1}]], "n": i64::MIN, "null": null});
    let events = EventKind::ALL.map(|kind| NewEvent { kind, turn_id, data: data.clone() });

    let stored = store.append_events(scope, &events, at(7)).await.unwrap();

    for (seq, (event, new)) in (1..).zip(stored.iter().zip(events)) {
        assert_eq!(*event, Event { seq, kind: new.kind, turn_id, at: at(7), data: new.data });
    }
    assert_eq!(store.events_after(scope, 0, 99).await, Ok(stored));
}

pub(crate) async fn no_events_are_no_write(store: &dyn Store) {
    let scope = make::stored_project(store).await;

    assert_eq!(store.append_events(scope, &[], at(1)).await, Ok(vec![]));
    assert_eq!(store.events_after(scope, 0, 9).await, Ok(vec![]));
}
