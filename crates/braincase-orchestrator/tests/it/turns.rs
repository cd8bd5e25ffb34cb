//! What a turn does: tools, memory, the account it gives.

use braincase_core::{message::Role, scene::Origin, turn::TurnStatus};
use serde_json::json;

use crate::support::{Desk, adds, call, decision, spec};

#[tokio::test]
async fn a_turn_changes_the_storyboard_and_gives_its_account() {
    let desk = Desk::new().await;
    desk.brain.will_say(Ok(adds("Intro")));

    let turn = desk.say("add an intro").await;

    assert_eq!(turn.status, TurnStatus::Completed);
    let scenes = desk.scenes().await;
    assert_eq!(scenes.len(), 1);
    assert_eq!(scenes[0].spec.title.as_str(), "Intro");
    assert_eq!(turn.outcome.scenes_changed, [scenes[0].id]);
    assert_eq!(turn.outcome.reply.as_deref(), Some("Done."));
    let tokens = turn.outcome.tokens.clone().unwrap();
    assert!(tokens.input > 0 && tokens.input <= tokens.limit, "{tokens:?}");
    let stored = desk.store.load_turn(desk.scope, turn.id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.outcome.decision), (turn.status, turn.outcome.decision.clone()));
}

#[tokio::test]
async fn several_steps_of_one_request_are_stored_together() {
    let desk = Desk::new().await;
    let old = desk.add_scene("Old").await;
    desk.brain.will_say(Ok(decision(vec![
        call("change_duration", json!({"scene_id": "new:2", "duration_ms": 9000})),
        call("add_scene", json!({"spec": {"title": "New"}, "at": 1})),
        call("delete_scene", json!({"scene_id": old.id})),
    ])));

    let turn = desk.say("replace it").await;

    let scenes = desk.scenes().await;
    let left: Vec<_> = scenes.iter().map(|scene| (scene.spec.title.as_str(), scene.spec.duration_ms.get())).collect();
    assert_eq!(left, [("New", 9000)]);
    let tools = turn.outcome.decision.unwrap().tools;
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["add_scene", "change_duration", "delete_scene"]);
    assert_eq!(tools[1].arguments["scene_id"], json!(scenes[0].id), "a reference is told as the id it became");
}

#[tokio::test]
async fn a_question_changes_nothing_and_ends_as_clarification() {
    let desk = Desk::new().await;
    let ask = call("ask_clarification", json!({"question": "Which scene?", "options": ["1", "2"]}));
    desk.brain.will_say(Ok(decision(vec![ask])));

    let turn = desk.say("make it better").await;

    assert_eq!(turn.status, TurnStatus::Clarification);
    assert!(desk.scenes().await.is_empty());
}

#[tokio::test]
async fn the_brain_is_told_of_scenes_messages_and_wishes() {
    let desk = Desk::new().await;
    desk.say("From now on use short scenes").await;
    let scene = desk.add_scene("Pricing").await;

    desk.say("add another").await;

    let prompt = desk.brain.prompts().pop().unwrap();
    let briefing = braincase_orchestrator::briefing::Briefing::read(&prompt);
    assert!(briefing.scenes.iter().any(|line| line.scene_id == scene.id && line.number == 2));
    assert_eq!(briefing.preferences.len(), 1);
    assert!(briefing.preferences[0].value.contains("short scenes"));
    let users = prompt.messages.iter().filter(|message| message.role == Role::User);
    let said: Vec<_> = users.map(|message| message.content.as_str()).collect();
    assert_eq!(said, ["From now on use short scenes", "add another"]);
}

#[tokio::test]
async fn a_prompt_that_cannot_fit_fails_with_the_numbers_and_the_project_stays_usable() {
    let desk = Desk::new().await;
    let huge = "nonsense word salad ".repeat(50_000);

    let turn = desk.say(&huge).await;

    assert_eq!(turn.status, TurnStatus::Failed);
    assert_eq!(turn.outcome.error.unwrap().code, "prompt_too_long");
    assert_eq!(desk.say("add an intro").await.status, TurnStatus::Completed);
}

#[tokio::test]
async fn a_scene_that_a_person_edits_meanwhile_keeps_both_changes() {
    let desk = Desk::new().await;
    let scene = desk.add_scene("Pricing").await;
    let change = call("change_duration", json!({"scene_id": scene.id, "duration_ms": 9000}));
    let gate = desk.brain.will_wait(decision(vec![change]));
    let turn = desk.submit(desk.ask("make it nine seconds")).await;
    desk.brain.asked(1).await;

    desk.orchestrator.replace_scene(desk.scope, scene.id, None, spec("Prices")).await.unwrap();
    gate.add_permits(1);

    assert_eq!(desk.finished(turn).await.status, TurnStatus::Completed);
    let now = desk.scene(scene.id).await;
    assert_eq!((now.spec.title.as_str(), now.spec.duration_ms.get(), now.version), ("Prices", 9000, 3));
    let origins: Vec<_> = desk.store.list_iterations(desk.scope, scene.id).await.unwrap();
    let origins: Vec<_> = origins.iter().map(|iteration| iteration.origin).collect();
    assert_eq!(origins, [Origin::Turn, Origin::User, Origin::User]);
}

#[tokio::test]
async fn a_stale_direct_edit_is_refused_and_an_earlier_iteration_can_be_restored() {
    let desk = Desk::new().await;
    let scene = desk.add_scene("One").await;
    desk.orchestrator.replace_scene(desk.scope, scene.id, Some(1), spec("Two")).await.unwrap();

    let stale = desk.orchestrator.replace_scene(desk.scope, scene.id, Some(1), spec("Three")).await;
    let restored = desk.orchestrator.restore_scene(desk.scope, scene.id, 1).await.unwrap();

    assert!(matches!(stale, Err(braincase_orchestrator::Error::Conflict(_))), "{stale:?}");
    assert_eq!((restored.spec.title.as_str(), restored.version), ("One", 3));
}
