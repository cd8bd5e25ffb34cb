//! Order and repetition: one turn at a time in a project, and the same request only once.

use braincase_core::turn::TurnStatus;
use braincase_orchestrator::{Ask, Error};

use crate::support::{Desk, adds, within};

#[tokio::test]
async fn turns_of_one_project_run_in_the_order_of_their_arrival() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("first"));
    let mut turns = vec![desk.submit(desk.ask("first")).await];
    for number in 1..8 {
        turns.push(desk.submit(desk.ask(&format!("scene {number}"))).await);
    }
    desk.brain.asked(1).await;

    gate.add_permits(1);
    for turn in turns {
        assert_eq!(desk.finished(turn).await.status, TurnStatus::Completed);
    }

    let titles: Vec<_> = desk.scenes().await.iter().map(|scene| scene.spec.title.to_string()).collect();
    let expected: Vec<_> = std::iter::once("first".to_owned()).chain((1..8).map(|n| format!("scene {n}"))).collect();
    assert_eq!(titles, expected);
}

#[tokio::test]
async fn a_repeated_request_is_the_same_turn_also_while_it_runs() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let ask = || Ask { idempotency_key: Some("k1".to_owned()), ..desk.ask("add an intro") };
    let first = desk.orchestrator.submit(ask()).await.unwrap();

    let second = within(desk.orchestrator.submit(ask())).await.unwrap();
    gate.add_permits(1);
    let turn = desk.finished(second.turn_id).await;
    let third = desk.orchestrator.submit(ask()).await.unwrap();

    assert_eq!((first.turn_id, second.turn_id), (second.turn_id, third.turn_id));
    assert_eq!((first.repeated, second.repeated, third.repeated), (false, true, true));
    assert_eq!(turn.status, TurnStatus::Completed);
    assert_eq!(desk.scenes().await.len(), 1);
}

#[tokio::test]
async fn a_key_that_was_used_for_something_else_is_refused() {
    let desk = Desk::new().await;
    let ask = |prompt: &str| Ask { idempotency_key: Some("k1".to_owned()), ..desk.ask(prompt) };
    desk.run(ask("add an intro")).await.unwrap();

    let other = desk.run(ask("add an outro")).await;

    assert_eq!(other.unwrap_err(), Error::KeyReused);
    assert_eq!(desk.scenes().await.len(), 1);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_at_once() {
    let mut setting = crate::support::Setting::default();
    setting.limits.max_queued_turns = 2;
    let desk = Desk::with(setting, |store| store).await;
    let _never = desk.brain.will_wait(adds("Never"));
    desk.submit(desk.ask("first")).await;
    desk.submit(desk.ask("second")).await;

    let third = desk.run(desk.ask("third")).await;

    assert!(matches!(third, Err(Error::Busy(_))), "{third:?}");
}

#[tokio::test]
async fn stopping_lets_turns_finish_and_takes_no_more() {
    let desk = Desk::new().await;
    let gate = desk.brain.will_wait(adds("Intro"));
    let turn = desk.submit(desk.ask("add an intro")).await;
    desk.brain.asked(1).await;

    let stop = desk.orchestrator.stop(crate::support::LIMIT);
    let rest = async {
        let refused = loop {
            match desk.orchestrator.submit(desk.ask("too late")).await {
                Err(error) => break error,
                Ok(_) => tokio::task::yield_now().await,
            }
        };
        gate.add_permits(1);
        refused
    };
    let ((), refused) = within(async { tokio::join!(stop, rest) }).await;

    assert!(matches!(refused, Error::Busy(_)), "{refused:?}");
    let stored = desk.store.load_turn(desk.scope, turn).await.unwrap().unwrap();
    assert_eq!(stored.status, TurnStatus::Completed);
}

#[tokio::test]
async fn stopping_cancels_what_does_not_finish_in_time() {
    let desk = Desk::new().await;
    let _never = desk.brain.will_wait(adds("Never"));
    let turn = desk.submit(desk.ask("add an intro")).await;
    desk.brain.asked(1).await;

    within(desk.orchestrator.stop(std::time::Duration::from_millis(10))).await;

    let stored = desk.store.load_turn(desk.scope, turn).await.unwrap().unwrap();
    assert_eq!(stored.status, TurnStatus::Cancelled);
    assert!(desk.orchestrator.next_events(desk.scope, i64::MAX).await.unwrap().is_empty(), "waiting ends");
}
