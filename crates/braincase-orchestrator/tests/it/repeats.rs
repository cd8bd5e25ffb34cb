//! Repeated and refused requests leave the turns of others, and their own first try, alone.

use braincase_core::turn::TurnStatus;
use braincase_orchestrator::{Ask, Error, Policy};
use serde_json::json;

use crate::support::{Desk, Setting, adds, call, decision, shows, within};

#[tokio::test]
async fn repeating_a_request_that_interrupts_does_not_interrupt_itself() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let ask = || Ask { idempotency_key: Some("k".to_owned()), policy: Policy::Interrupt, ..desk.ask("add an intro") };
    let first = desk.orchestrator.submit(ask()).await.unwrap();
    desk.brain.asked(1).await;

    let second = within(desk.orchestrator.submit(ask())).await.unwrap();
    gate.add_permits(1);

    assert_eq!(second.turn_id, first.turn_id);
    assert_eq!(desk.finished(first.turn_id).await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_refused_request_does_not_interrupt_anyone() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let running = desk.submit(desk.ask("add an intro")).await;
    desk.brain.asked(1).await;
    let unknown = "0190b0a0-0000-7000-8000-00000000dead".parse().unwrap();

    let refused = Ask { policy: Policy::Interrupt, image_ids: vec![unknown], ..desk.ask("use it") };
    let refused = desk.run(refused).await;
    gate.add_permits(1);

    assert!(matches!(refused, Err(Error::NotFound { what: "image", .. })), "{refused:?}");
    assert_eq!(desk.finished(running).await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_repeated_request_is_answered_even_if_the_project_has_moved_on() {
    let desk = Desk::new().await;
    let scene = desk.add_scene("Old").await;
    desk.brain.will_say(Ok(decision(vec![call("delete_scene", json!({"scene_id": scene.id}))])));
    let ask = || Ask {
        idempotency_key: Some("k".to_owned()),
        policy: Policy::Reject,
        scene_id: Some(scene.id),
        ..desk.ask("delete this scene")
    };
    let first = desk.run(ask()).await.unwrap();

    let second = desk.run(ask()).await.unwrap();

    assert_eq!((first.id, first.status), (second.id, TurnStatus::Completed));
}

#[tokio::test]
async fn a_request_that_rejects_company_is_not_in_its_own_way() {
    let desk = Desk::new().await;
    let turn = desk.run(Ask { policy: Policy::Reject, ..desk.ask("add an intro") }).await.unwrap();
    assert_eq!(turn.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_scene_whose_image_is_older_than_the_newest_fifty_can_still_be_edited() {
    let desk = Desk::new().await;
    let image = desk.upload(0).await;
    desk.brain.will_say(Ok(shows(image.id)));
    desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();
    for seed in 1..=51 {
        desk.upload(seed).await;
    }
    let scene = desk.scenes().await.remove(0);
    let change = json!({"scene_id": scene.id, "duration_ms": 3000});
    desk.brain.will_say(Ok(decision(vec![call("change_duration", change)])));

    let turn = desk.say("make it three seconds").await;

    assert_eq!(turn.status, TurnStatus::Completed, "{turn:?}");
}

#[tokio::test]
async fn facts_that_wait_do_not_fill_the_line_of_turns() {
    let mut setting = Setting::default();
    setting.limits.max_queued_turns = 2;
    let desk = Desk::with(setting, |store| store).await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let running = desk.submit(desk.ask("add an intro")).await;
    desk.brain.asked(1).await;
    for seed in 0..20 {
        desk.upload(seed).await;
    }

    let second = desk.submit(desk.ask("add another")).await;
    gate.add_permits(1);

    assert_eq!(desk.finished(running).await.status, TurnStatus::Completed);
    assert_eq!(desk.finished(second).await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn scenes_added_at_the_same_time_have_room_between_them() {
    let desk = Desk::new().await;
    let adding = (0..8).map(|number| {
        let spec = crate::support::spec(&format!("Scene {number}"));
        desk.orchestrator.add_scene(desk.scope, spec)
    });
    futures_util::future::try_join_all(adding).await.unwrap();
    let add = json!({"spec": {"title": "Milk"}, "at": 3});
    desk.brain.will_say(Ok(decision(vec![call("add_scene", add)])));

    desk.say("add a scene about milk as scene 3").await;

    let scenes = desk.scenes().await;
    assert_eq!((scenes.len(), scenes[2].spec.title.as_str()), (9, "Milk"));
}

#[tokio::test]
async fn a_wish_without_end_does_not_make_a_key_without_end() {
    let desk = Desk::new().await;
    desk.say(&format!("I prefer {}", "a".repeat(10_000))).await;
    let memories = desk.store.list_memories(desk.scope, 1_000).await.unwrap();
    assert!(memories.iter().all(|memory| memory.key.len() <= 100 && memory.value.len() <= 200), "{memories:?}");
    assert_eq!(memories.len(), 1);
}

#[tokio::test]
async fn an_analysis_that_takes_too_long_is_given_up_and_told() {
    let mut setting = Setting::default();
    setting.limits.analysis_deadline = std::time::Duration::from_millis(50);
    let desk = Desk::with(setting, |store| store).await;
    let _never = desk.vision.hold();

    let image = desk.upload(1).await;

    let processed = desk.event(braincase_core::event::EventKind::ImageFactsProcessed, 0).await;
    assert_eq!(processed.data["status"], "failed");
    assert_eq!(processed.data["image_id"], json!(image.id));
}
