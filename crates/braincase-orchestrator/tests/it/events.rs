//! Events: complete, in order, numbered without gaps, stored before anyone sees them.

use braincase_core::event::EventKind;

use crate::support::{Desk, adds, within};

#[tokio::test]
async fn a_turn_tells_its_steps_in_order() {
    let desk = Desk::new().await;
    desk.brain.will_say(Ok(adds("Intro")));

    let turn = desk.say("add an intro").await;

    let events = desk.events().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "turn.accepted",
        "context.ready",
        "prompt.composed",
        "decision",
        "tool.started",
        "tool.finished",
        "scene.changed",
        "turn.completed",
    ];
    assert_eq!(kinds, expected);
    assert!(events.iter().all(|event| event.turn_id == Some(turn.id)));
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_waits_for_an_event_gets_it_and_who_comes_late_gets_all() {
    let desk = Desk::new().await;
    let waiting = desk.orchestrator.next_events(desk.scope, 0);
    let (first, _) = within(async { tokio::join!(waiting, desk.say("add an intro")) }).await;

    let all = desk.orchestrator.next_events(desk.scope, 0).await.unwrap();

    assert_eq!(first.unwrap()[0].kind, EventKind::TurnAccepted);
    assert_eq!(all.last().unwrap().kind, EventKind::TurnCompleted);
}

#[tokio::test]
async fn a_failed_turn_tells_how_far_it_came() {
    let desk = Desk::new().await;
    desk.brain.will_say(Err(braincase_core::brain::BrainError::Unavailable("gone".to_owned())));

    desk.say("add an intro").await;

    let kinds: Vec<_> = desk.events().await.iter().map(|event| event.kind).collect();
    assert_eq!(kinds.last(), Some(&EventKind::TurnFailed));
    assert_eq!(kinds.iter().filter(|kind| kind.ends_turn()).count(), 1);
}

#[tokio::test]
async fn events_of_many_turns_at_once_have_no_gaps() {
    let desk = Desk::new().await;
    let turns = (0..20).map(|number| desk.ask(&format!("scene {number}")));
    let turns: Vec<_> = futures_util::future::join_all(turns.map(|ask| desk.run(ask))).await;
    assert!(turns.iter().all(Result::is_ok));

    let numbers: Vec<_> = desk.events().await.iter().map(|event| event.seq).collect();

    assert_eq!(numbers, (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(numbers.len(), 20 * 8);
}
