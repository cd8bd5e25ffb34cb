//! Recovery: what a process that died left behind is put in order by the next one.

use braincase_core::{
    TurnId,
    event::{EventKind, NewEvent},
    image::Analysis,
    store::Accept,
    turn::{Outcome, Turn, TurnStatus},
};
use serde_json::json;

use crate::support::{Desk, picture};

#[tokio::test]
async fn a_turn_that_was_left_behind_is_interrupted_and_the_project_goes_on() {
    let desk = Desk::new().await;
    let at = braincase_core::Timestamp::from_micros(1_700_000_000_000_001);
    let turn = Turn {
        id: TurnId::new(at),
        project_id: desk.scope.project,
        status: TurnStatus::Accepted,
        prompt: "left behind".to_owned(),
        image_ids: Vec::new(),
        scene_id: None,
        created_at: at,
        finished_at: None,
        outcome: Outcome::default(),
    };
    let event = NewEvent { kind: EventKind::TurnAccepted, turn_id: Some(turn.id), data: json!({}) };
    let accept = Accept { turn: turn.clone(), idempotency: None, event };
    desk.store.accept_turn(desk.scope, &accept).await.unwrap();

    desk.orchestrator.recover().await.unwrap();
    desk.orchestrator.recover().await.unwrap();

    assert_eq!(desk.finished(turn.id).await.status, TurnStatus::Interrupted);
    let ends = desk.events().await.iter().filter(|event| event.kind == EventKind::TurnInterrupted).count();
    assert_eq!(ends, 1, "recovering twice tells it once");
    assert_eq!(desk.say("add an intro").await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn an_analysis_that_was_left_behind_is_taken_up_again() {
    let desk = Desk::new().await;
    // The process died between storing the image and looking at it.
    let bytes = picture(7);
    let at = braincase_core::Timestamp::from_micros(1_700_000_000_000_001);
    let image = braincase_core::image::Image {
        id: braincase_core::ImageId::new(at),
        project_id: desk.scope.project,
        hash: braincase_core::ContentHash::of(&bytes),
        format: braincase_core::image::ImageFormat::Png,
        width: 16,
        height: 8,
        bytes: bytes.len() as u64,
        analysis: Analysis::Pending,
        created_at: at,
    };
    desk.store.save_blob(desk.scope.tenant, image.hash, bytes).await.unwrap();
    desk.store.add_image(desk.scope, &image).await.unwrap();

    desk.orchestrator.recover().await.unwrap();

    desk.event(EventKind::ImageFactsProcessed, 0).await;
    let image = desk.orchestrator.image(desk.scope, image.id).await.unwrap();
    assert!(matches!(image.analysis, Analysis::Ready(_)), "{image:?}");
}
