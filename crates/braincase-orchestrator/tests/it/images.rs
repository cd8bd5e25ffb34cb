//! Images: turns never wait for their analysis; facts in time are used, late facts are hooked in.

use std::time::{Duration, Instant};

use braincase_core::{
    event::EventKind,
    image::Analysis,
    memory::MemoryKind,
    scene::{Background, Content, Origin},
    turn::TurnStatus,
    vision::VisionError,
};
use braincase_orchestrator::{Ask, ImageMode, briefing::Briefing};

use crate::support::{Desk, Setting, facts, picture, shows};

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the wall clock is what this promise is about")]
async fn with_a_slow_vision_and_an_instant_brain_an_image_turn_ends_at_once_and_its_facts_come_later() {
    let desk = Desk::new().await;
    desk.vision.delay(Duration::from_secs(3));
    let image = desk.upload(1).await;
    desk.brain.will_say(Ok(shows(image.id)));

    let started = Instant::now();
    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();
    let took = started.elapsed();

    assert_eq!(turn.status, TurnStatus::Completed);
    // A third of what looking takes; a busy machine needs some of it.
    assert!(took < Duration::from_secs(1), "took {took:?}");
    assert_eq!(turn.outcome.images.pending, [image.id]);
    let ready = desk.event(EventKind::ImageFactsReady, 0).await;
    assert_eq!(ready.data["image_id"], serde_json::json!(image.id));
    let processed = desk.event(EventKind::ImageFactsProcessed, ready.seq).await;
    assert!(processed.seq > ready.seq);
}

#[tokio::test]
async fn late_facts_enrich_the_scene_that_was_built_without_them() {
    let desk = Desk::new().await;
    let gate = desk.vision.hold();
    let image = desk.upload(1).await;
    desk.brain.will_say(Ok(shows(image.id)));
    desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();
    let plain = desk.scenes().await.remove(0);

    gate.add_permits(1);
    let enriched = desk.event(EventKind::SceneEnriched, 0).await;

    assert_eq!(enriched.data["scene_id"], serde_json::json!(plain.id));
    let scene = desk.scene(plain.id).await;
    assert_eq!(scene.version, plain.version + 1);
    assert_eq!(scene.spec.background, Background::Color(facts().palette[0].color));
    let Content::Image(content) = &scene.spec.elements[0].content else { panic!("{scene:?}") };
    assert_eq!(content.alt.as_ref().unwrap().as_str(), facts().description);
    let iterations = desk.store.list_iterations(desk.scope, plain.id).await.unwrap();
    assert_eq!(iterations[0].origin, Origin::ImageFacts);
    let memories = desk.store.list_memories(desk.scope, 1_000).await.unwrap();
    assert!(memories.iter().any(|memory| memory.kind == MemoryKind::ImageFact && memory.value == facts().description));
}

#[tokio::test]
async fn facts_that_arrive_while_a_turn_builds_the_scene_enrich_it_afterwards() {
    let desk = Desk::new().await;
    let gate = desk.vision.hold();
    let image = desk.upload(1).await;
    let thinking = desk.brain.will_wait(shows(image.id));
    let turn = desk.submit(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await;
    desk.brain.asked(1).await;

    gate.add_permits(1);
    desk.event(EventKind::ImageFactsReady, 0).await;
    thinking.add_permits(1);

    assert_eq!(desk.finished(turn).await.status, TurnStatus::Completed);
    let enriched = desk.event(EventKind::SceneEnriched, 0).await;
    assert_eq!(enriched.data["version"], 2);
}

#[tokio::test]
async fn facts_that_are_known_join_the_prompt_and_the_scene() {
    let desk = Desk::new().await;
    let image = desk.upload(1).await;
    desk.event(EventKind::ImageFactsProcessed, 0).await;
    desk.brain.will_say(Ok(shows(image.id)));

    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();

    assert_eq!(turn.outcome.images.used, [image.id]);
    let briefing = Briefing::read(&desk.brain.prompts()[0]);
    assert!(briefing.images[0].attached);
    assert_eq!(briefing.images[0].facts, Some(facts()));
    assert_ne!(desk.scenes().await[0].spec.background, Background::default());
}

#[tokio::test]
async fn the_same_bytes_are_looked_at_once_whoever_uploads_them() {
    let desk = Desk::new().await;
    let gate = desk.vision.hold();
    let other = crate::support::new_project(&desk.store).await;
    let first = desk.upload(1).await;
    let second = desk.upload(1).await;
    let third = desk.orchestrator.upload(other, picture(1)).await.unwrap();

    gate.add_permits(1);
    desk.event(EventKind::ImageFactsProcessed, 0).await;
    let fourth = desk.upload(1).await;

    for (scope, id) in [(desk.scope, first.id), (desk.scope, second.id), (other, third.id), (desk.scope, fourth.id)] {
        let image = desk.orchestrator.image(scope, id).await.unwrap();
        assert_eq!(image.analysis, Analysis::Ready(Box::new(facts())));
    }
    assert_eq!(desk.vision.looked(), 1);
    let told = desk.event(EventKind::ImageFactsReady, 0).await;
    assert_eq!(told.data["status"], "ready");
}

#[tokio::test]
async fn in_blocking_mode_a_turn_waits_for_its_images() {
    let setting = Setting { image_mode: ImageMode::Blocking, ..Setting::default() };
    let desk = Desk::with(setting, |store| store).await;
    desk.vision.delay(Duration::from_millis(50));
    let image = desk.upload(1).await;

    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await.unwrap();

    assert_eq!(turn.outcome.images.used, [image.id]);
    assert!(turn.outcome.images.pending.is_empty());
}

#[tokio::test]
async fn an_analysis_that_fails_is_told_and_recorded_once_and_the_project_goes_on() {
    let desk = Desk::new().await;
    desk.vision.fail(VisionError::Undecodable("no pixels".to_owned()));

    let image = desk.upload(1).await;
    let processed = desk.event(EventKind::ImageFactsProcessed, 0).await;

    assert_eq!(processed.data["status"], "failed");
    let image = desk.orchestrator.image(desk.scope, image.id).await.unwrap();
    assert!(matches!(image.analysis, Analysis::Failed(_)), "{image:?}");
    let records = desk.records.records();
    assert_eq!(records.iter().filter(|record| record.operation == "image_analysis").count(), 1, "{records:?}");
    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("use it") }).await.unwrap();
    assert_eq!(turn.status, TurnStatus::Completed);
}
