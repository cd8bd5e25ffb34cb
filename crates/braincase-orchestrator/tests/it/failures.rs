//! What breaks a turn, and what it leaves behind: one terminal state, one record, nothing half-done, a usable project.

use braincase_core::{brain::BrainError, turn::TurnStatus};
use braincase_orchestrator::{Error, Policy};
use serde_json::json;

use crate::support::{Desk, adds, call, decision, within};

async fn assert_failed(desk: &Desk, code: &str) {
    let turn = desk.say("do it").await;
    assert_eq!(turn.status, TurnStatus::Failed);
    assert_eq!(turn.outcome.error.as_ref().unwrap().code, code);
    assert!(desk.scenes().await.is_empty(), "nothing half-done");
    assert_eq!(desk.say("add an intro").await.status, TurnStatus::Completed, "the project stays usable");
}

#[tokio::test]
async fn a_brain_that_fails_fails_the_turn_with_its_code() {
    let errors = [
        (BrainError::Unavailable("gone".to_owned()), "brain_unavailable"),
        (BrainError::Overloaded { status: 429, retry_after: None }, "brain_overloaded"),
        (BrainError::Refused { status: 400, message: "no".to_owned() }, "brain_refused"),
    ];
    for (error, code) in errors {
        let desk = Desk::new().await;
        desk.brain.will_say(Err(error));
        assert_failed(&desk, code).await;
    }
}

#[tokio::test]
async fn garbage_is_returned_to_the_brain_once_with_the_reason() {
    let desk = Desk::new().await;
    desk.brain.will_say(Ok(decision(vec![call("add_scene", json!({"spec": {"title": 7}}))])));
    desk.brain.will_say(Ok(adds("Intro")));

    let turn = desk.say("add an intro").await;

    assert_eq!(turn.status, TurnStatus::Completed);
    let second = &desk.brain.prompts()[1];
    assert!(second.messages.iter().any(|message| message.content.contains("spec.title")), "{second:?}");
    assert_eq!(second.messages.last().unwrap().content, "add an intro");
}

#[tokio::test]
async fn garbage_twice_fails_the_turn() {
    let desk = Desk::new().await;
    for _ in 0..2 {
        desk.brain.will_say(Err(BrainError::Garbled("no JSON".to_owned())));
    }
    assert_failed(&desk, "brain_garbled").await;
}

#[tokio::test]
async fn a_scene_of_another_project_cannot_be_named() {
    let desk = Desk::new().await;
    let other = crate::support::new_project(&desk.store).await;
    let foreign = desk.orchestrator.add_scene(other, crate::support::spec("Foreign")).await.unwrap();
    for _ in 0..2 {
        desk.brain.will_say(Ok(decision(vec![call("delete_scene", json!({"scene_id": foreign.id}))])));
    }

    let turn = desk.say("delete it").await;

    assert_eq!(turn.status, TurnStatus::Failed);
    assert_eq!(desk.store.list_scenes(other).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_panic_ends_the_turn_and_is_recorded_once() {
    let desk = Desk::new().await;
    desk.brain.will_panic();

    assert_failed(&desk, "panic").await;

    let records = desk.records.records();
    assert_eq!(records.iter().filter(|record| record.operation == "turn").count(), 1, "{records:?}");
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_its_turn() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let turn = desk.submit(desk.ask("add an intro")).await;
    let waiting = desk.orchestrator.finished(desk.scope, turn);

    drop(waiting);
    gate.add_permits(1);

    assert_eq!(desk.finished(turn).await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_turn_can_be_cancelled_while_the_brain_thinks_and_while_it_waits() {
    let desk = Desk::new().await;
    let _never = desk.brain.will_wait(adds("Intro"));
    let thinking = desk.submit(desk.ask("first")).await;
    let waiting = desk.submit(desk.ask("second")).await;
    desk.brain.asked(1).await;

    let second = within(desk.orchestrator.cancel(desk.scope, waiting)).await.unwrap();
    let first = within(desk.orchestrator.cancel(desk.scope, thinking)).await.unwrap();

    assert_eq!((first.status, second.status), (TurnStatus::Cancelled, TurnStatus::Cancelled));
    assert!(desk.scenes().await.is_empty());
    let again = within(desk.orchestrator.cancel(desk.scope, thinking)).await.unwrap();
    assert_eq!(again.status, TurnStatus::Cancelled, "cancelling twice changes nothing");
    assert_eq!(desk.say("add an intro").await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_busy_project_refuses_or_interrupts_if_it_is_told_to() {
    let desk = Desk::new().await;
    let _never = desk.brain.will_wait(adds("Never"));
    let running = desk.submit(desk.ask("first")).await;
    desk.brain.asked(1).await;

    let rejected = desk.run(braincase_orchestrator::Ask { policy: Policy::Reject, ..desk.ask("second") }).await;
    let interrupting = braincase_orchestrator::Ask { policy: Policy::Interrupt, ..desk.ask("third") };
    let third = desk.run(interrupting).await.unwrap();

    assert!(matches!(rejected, Err(Error::Conflict(_))), "{rejected:?}");
    assert_eq!(third.status, TurnStatus::Completed);
    assert_eq!(desk.finished(running).await.status, TurnStatus::Cancelled);
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_and_store_nothing() {
    let desk = Desk::new().await;
    let unknown: braincase_core::ImageId = "0190b0a0-0000-7000-8000-00000000dead".parse().unwrap();
    let base = || desk.ask("add an intro");
    let long = "x".repeat((1 << 20) + 1);

    let empty = desk.run(desk.ask("  \n ")).await;
    let too_long = desk.run(desk.ask(&long)).await;
    let no_image = desk.run(braincase_orchestrator::Ask { image_ids: vec![unknown], ..base() }).await;
    let no_scene = braincase_orchestrator::Ask { scene_id: Some(unknown.to_string().parse().unwrap()), ..base() };
    let no_scene = desk.run(no_scene).await;
    let no_model = desk.run(braincase_orchestrator::Ask { model: Some("gpt-4p".to_owned()), ..base() }).await;
    let mut elsewhere = base();
    elsewhere.scope.project = unknown.to_string().parse().unwrap();
    let no_project = desk.run(elsewhere).await;

    assert!(matches!(empty, Err(Error::Invalid { field: "prompt", .. })), "{empty:?}");
    assert!(matches!(too_long, Err(Error::TooLarge { field: "prompt", .. })), "{too_long:?}");
    assert!(matches!(no_image, Err(Error::NotFound { what: "image", .. })), "{no_image:?}");
    assert!(matches!(no_scene, Err(Error::NotFound { what: "scene", .. })), "{no_scene:?}");
    assert!(matches!(no_model, Err(Error::Invalid { field: "model", .. })), "{no_model:?}");
    assert!(matches!(no_project, Err(Error::NotFound { what: "project", .. })), "{no_project:?}");
    assert!(desk.events().await.is_empty());
}
