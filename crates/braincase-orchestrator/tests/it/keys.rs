//! Idempotency keys are good for a day.

use std::time::Duration;

use braincase_core::{
    Clock as _, ContentHash, SystemClock, Timestamp, TurnId,
    event::{EventKind, NewEvent},
    store::{Accept, Idempotency},
    turn::{Outcome, Turn, TurnStatus},
};
use serde_json::json;

use crate::support::{Desk, within};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A request that was made with a key at some time.
async fn requested(desk: &Desk, key: &str, at: Timestamp) -> Idempotency {
    let turn = Turn {
        id: TurnId::new(at),
        project_id: desk.scope.project,
        status: TurnStatus::Accepted,
        prompt: "add an intro".to_owned(),
        image_ids: Vec::new(),
        scene_id: None,
        created_at: at,
        finished_at: None,
        outcome: Outcome::default(),
    };
    let event = NewEvent { kind: EventKind::TurnAccepted, turn_id: Some(turn.id), data: json!({}) };
    let idempotency = Idempotency { key: key.to_owned(), request: ContentHash::of(key.as_bytes()) };
    let accept = Accept { turn, idempotency: Some(idempotency.clone()), event };
    desk.store.accept_turn(desk.scope, &accept).await.unwrap();
    idempotency
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day_and_not_before() {
    let desk = Desk::new().await;
    let now = SystemClock::default().now();
    let minute = Duration::from_secs(60);
    let old = requested(&desk, "old", now - (DAY + minute)).await;
    let young = requested(&desk, "young", now - (DAY - minute)).await;

    desk.orchestrator.recover().await.unwrap();

    within(async {
        while desk.store.find_repeated(desk.scope, &old).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(desk.store.find_repeated(desk.scope, &young).await.unwrap().is_some());
}
