//! Every failure within a turn is recorded exactly once, wherever it happens.

use std::sync::Arc;

use braincase_core::{brain::BrainError, event::EventKind, store::Store, turn::TurnStatus, vision::VisionError};
use braincase_errors::{Capture, Limit, MemorySink, Record, Recorder, RecorderOptions};
use braincase_orchestrator::Ask;
use futures_util::FutureExt as _;
use serde_json::json;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

use crate::support::{
    Desk, Setting, call, decision,
    faulty_store::{Calls, Fault, FaultyStore},
    picture, shows, within,
};

/// Records what is logged as an error on this thread, besides what tasks return.
fn listen(logged: &Arc<MemorySink>) -> DefaultGuard {
    let options = RecorderOptions { sinks: vec![logged.clone()], limit: Limit::NONE, ..RecorderOptions::default() };
    let capture = Capture::default();
    capture.connect(Recorder::new(options));
    tracing::subscriber::set_default(tracing_subscriber::registry().with(capture))
}

/// A desk on which one call of the store fails, and what is logged there.
async fn faulty_desk(fault: Fault) -> (Desk, Arc<MemorySink>, DefaultGuard) {
    counting_desk(fault, &Calls::default()).await
}

/// The same, with a count of the calls.
async fn counting_desk(fault: Fault, calls: &Calls) -> (Desk, Arc<MemorySink>, DefaultGuard) {
    let logged = Arc::new(MemorySink::new(1_000));
    let listening = listen(&logged);
    let around = |real| Arc::new(FaultyStore { real, calls: Arc::clone(calls), fault }) as Arc<dyn Store>;
    (Desk::with(Setting::default(), around).await, logged, listening)
}

fn errors(desk: &Desk, logged: &MemorySink) -> Vec<Record> {
    let all = desk.records.records().into_iter().chain(logged.records());
    all.filter(|record| record.outcome.is_error()).collect()
}

#[tokio::test]
async fn a_missing_part_of_the_context_is_recorded_once_with_its_turn() {
    let mut missing = 0;
    for number in 1..=6 {
        // Given
        let (desk, logged, _listening) = faulty_desk(Fault::Before(number)).await;
        // When
        let Ok(turn) = desk.run(desk.ask("add an intro")).await else { continue };
        // Then
        assert_eq!(turn.status, TurnStatus::Completed, "it goes on");
        let [record] = &errors(&desk, &logged)[..] else { panic!("{number}: {:?}", errors(&desk, &logged)) };
        // Whoever runs the load records it; the chat, and what has changed, are read within the turn.
        assert_eq!(record.code, "context_degraded");
        assert!(["context_build", "context_load"].contains(&&*record.operation), "{record:?}");
        assert_eq!(record.context.turn, Some(turn.id));
        assert_eq!(record.context.project, Some(desk.scope.project));
        missing += 1;
    }
    assert_eq!(missing, 5, "four parts, and what tells which of them have changed");
}

#[tokio::test]
async fn a_brain_that_fails_is_recorded_once_with_the_reason() {
    // Given
    let (desk, logged, _listening) = faulty_desk(Fault::None).await;
    desk.brain.will_say(Err(BrainError::Unavailable("status 503".to_owned())));
    // When
    let turn = desk.say("make it blue").await;
    // Then
    let [record] = &errors(&desk, &logged)[..] else { panic!("{:?}", errors(&desk, &logged)) };
    assert_eq!((&*record.code, &*record.operation, record.context.turn), ("turn_failed", "turn", Some(turn.id)));
    assert_eq!(record.metadata, [("reason".into(), "brain_unavailable".to_owned())]);
}

#[tokio::test]
async fn tools_that_cannot_run_are_recorded_once_for_both_tries() {
    // Given
    let (desk, logged, _listening) = faulty_desk(Fault::None).await;
    for _ in 0..2 {
        desk.brain.will_say(Ok(decision(vec![call("delete_scene", json!({"scene_id": "nobody"}))])));
    }
    // When
    desk.say("delete it").await;
    // Then
    let [record] = &errors(&desk, &logged)[..] else { panic!("{:?}", errors(&desk, &logged)) };
    assert_eq!(record.metadata, [("reason".into(), "brain_garbled".to_owned())]);
}

#[tokio::test]
async fn a_brain_that_panics_is_recorded_with_what_it_said_and_where() {
    // Given
    let (desk, logged, _listening) = faulty_desk(Fault::None).await;
    desk.brain.will_panic();
    // When
    desk.say("make it blue").await;
    // Then
    let [record] = &errors(&desk, &logged)[..] else { panic!("{:?}", errors(&desk, &logged)) };
    let panicked = record.breadcrumbs.iter().find(|line| line.target == "panic");
    assert!(panicked.is_some_and(|line| line.message.contains("support.rs")), "{record:?}");
}

#[tokio::test]
async fn an_image_that_cannot_be_looked_at_is_recorded_once() {
    // Given
    let (desk, logged, _listening) = faulty_desk(Fault::None).await;
    desk.vision.fail(VisionError::Undecodable("no pixels".to_owned()));
    // When
    let image = desk.upload(1).await;
    desk.event(EventKind::ImageFactsProcessed, 0).await;
    // Then
    let [record] = &errors(&desk, &logged)[..] else { panic!("{:?}", errors(&desk, &logged)) };
    assert_eq!((&*record.operation, record.context.image), ("image_analysis", Some(image.id)));
}

#[tokio::test]
async fn late_facts_that_cannot_be_taken_in_are_recorded_once_for_each_image() {
    // Given two images that are looked at while a turn has the project's line.
    let (desk, logged, _listening) = faulty_desk(Fault::Each("commit_changes")).await;
    let gate = desk.brain.will_wait(decision(Vec::new()));
    let turn = desk.submit(desk.ask("what is this?")).await;
    desk.brain.asked(1).await;
    let images = [desk.upload(1).await.id, desk.upload(2).await.id];
    let mut seen = 0;
    for _ in images {
        seen = desk.event(EventKind::ImageFactsReady, seen).await.seq;
    }
    // When it lets them in
    gate.add_permits(1);
    assert!(desk.finished(turn).await.status.is_terminal());
    desk.idle().await;
    // Then
    let records = errors(&desk, &logged);
    let of = |record: &Record| (record.operation.to_string(), record.context.image, record.context.project);
    let mut expected = images.map(|image| ("image_facts".to_owned(), Some(image), Some(desk.scope.project)));
    let mut found: Vec<_> = records.iter().map(of).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_request_that_cannot_be_stored_is_recorded_once_if_its_client_is_gone() {
    for is_gone in [false, true] {
        // Given
        let (desk, logged, _listening) = faulty_desk(Fault::Each("accept_turn")).await;
        let submitted = desk.orchestrator.submit(desk.ask("add an intro"));
        // When
        match is_gone {
            true => assert!(submitted.now_or_never().is_none(), "it takes longer than that"),
            false => assert!(submitted.await.is_err(), "it is told"),
        }
        desk.idle().await;
        // Then
        let records: Vec<_> = errors(&desk, &logged).iter().map(|record| record.code.to_string()).collect();
        assert_eq!(records, vec!["store_failed"; usize::from(is_gone)]);
    }
}

#[tokio::test]
async fn what_runs_by_itself_and_fails_is_recorded_once_and_goes_on() {
    // Given
    let (desk, logged, _listening) = faulty_desk(Fault::Each("forget_idempotency")).await;
    // When
    desk.orchestrator.recover().await.unwrap();
    within(async {
        while errors(&desk, &logged).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Then
    let [record] = &errors(&desk, &logged)[..] else { panic!("{:?}", errors(&desk, &logged)) };
    assert_eq!((&*record.code, &*record.operation), ("store_failed", "key_sweep"));
    assert!(desk.supervisor.running() >= 3, "the store's writer and both sweeps");
}

/// Uploads an image and makes a scene of it, with one fault, and waits until everything has ended.
async fn make_a_scene(desk: &Desk) -> bool {
    let Ok(image) = desk.orchestrator.upload(desk.scope, picture(1)).await else { return false };
    desk.brain.will_say(Ok(shows(image.id)));
    let told = desk.run(Ask { image_ids: vec![image.id], ..desk.ask("make a scene of this") }).await;
    desk.idle().await;
    told.is_ok()
}

#[tokio::test]
async fn whichever_call_of_the_store_fails_it_is_told_to_the_client_or_recorded_once() {
    let calls = {
        let counter = Calls::default();
        let (desk, _, _listening) = counting_desk(Fault::None, &counter).await;
        make_a_scene(&desk).await;
        counter.lock().unwrap().len()
    };
    for number in 1..=calls {
        // Given
        let (desk, logged, _listening) = faulty_desk(Fault::Before(number)).await;
        // When
        let went_on = make_a_scene(&desk).await;
        // Then
        let errors = errors(&desk, &logged);
        assert!(errors.len() <= 1, "call {number}: {errors:?}");
        assert!(!went_on || errors.len() == 1, "call {number} failed unseen");
    }
}
