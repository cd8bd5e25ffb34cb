//! A store that fails at a chosen call, and what a turn does at each of them: SQLite's own way of testing.

use std::sync::Arc;

use braincase_core::{
    store::{Page, Store},
    turn::TurnStatus,
};
use braincase_orchestrator::Ask;

use crate::support::{
    Desk, Setting,
    faulty_store::{Calls, Fault, FaultyStore},
    shows,
};

fn count(calls: &Calls) -> usize {
    calls.lock().unwrap().len()
}

/// Uploads an image and makes a scene of it, with a store that fails at one call; returns how many calls there were.
async fn make_a_scene_with(fault: Fault) -> usize {
    let calls = Calls::default();
    let counter = calls.clone();
    let desk = Desk::with(Setting::default(), |real| Arc::new(FaultyStore { real, calls: counter, fault })).await;
    let Ok(image) = desk.orchestrator.upload(desk.scope, crate::support::picture(1)).await else {
        return count(&calls);
    };
    desk.brain.will_say(Ok(shows(image.id)));
    let turn = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await;

    let page = Page { limit: 10, before: None };
    let turns = desk.store.list_turns(desk.scope, &page).await.unwrap();
    let scenes = desk.scenes().await.len();
    match turn {
        Ok(turn) => {
            assert!(turn.status.is_terminal(), "{fault:?}: {turn:?}");
            let stored = &turns[0];
            assert_eq!((stored.id, stored.status), (turn.id, turn.status), "{fault:?}");
            assert_eq!(scenes, usize::from(turn.status == TurnStatus::Completed), "{fault:?}: {turn:?}");
        }
        Err(refused) => {
            assert_eq!(scenes, 0, "{fault:?}: {refused}");
            // If it was stored nevertheless it must not stay open.
            for turn in &turns {
                assert_eq!(desk.finished(turn.id).await.status, TurnStatus::Failed, "{fault:?}");
            }
        }
    }
    let ends = desk.events().await.iter().filter(|event| event.kind.ends_turn()).count();
    assert_eq!(ends, turns.len(), "{fault:?}: each accepted turn ends exactly once");
    count(&calls)
}

#[tokio::test]
async fn whichever_call_of_the_store_fails_a_turn_ends_once_and_changes_everything_or_nothing() {
    let calls = make_a_scene_with(Fault::None).await;
    assert!(calls > 10, "only {calls} calls");
    for number in 1..=calls {
        make_a_scene_with(Fault::Before(number)).await;
    }
}

#[tokio::test]
async fn whichever_answer_of_the_store_is_lost_a_turn_ends_once_and_changes_everything_or_nothing() {
    let calls = make_a_scene_with(Fault::None).await;
    for number in 1..=calls {
        make_a_scene_with(Fault::After(number)).await;
    }
}

#[tokio::test]
async fn a_part_of_the_context_that_cannot_be_had_does_not_stop_the_turn() {
    // Without images a turn starts with accepting, asking for revisions and the four parts of its context, in an order that
    // may differ. Without revisions every part is read.
    let mut degraded = 0;
    for number in 1..=6 {
        let fault = Fault::Before(number);
        let around = |real| Arc::new(FaultyStore { real, calls: Arc::default(), fault }) as Arc<dyn Store>;
        let desk = Desk::with(Setting::default(), around).await;
        let Ok(turn) = desk.run(desk.ask("add an intro")).await else { continue };
        assert_eq!(turn.status, TurnStatus::Completed, "{fault:?}");
        let told = desk.events().await.into_iter().find(|event| event.kind.as_str() == "context.ready").unwrap();
        degraded += told.data["degraded"].as_array().unwrap().len();
    }
    assert_eq!(degraded, 4, "each part failed once");
}
