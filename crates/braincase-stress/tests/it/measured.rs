//! What only some runs measure: turns that arrive unasked, a baseline, and how many users there may be.

use braincase_stress::{
    capacity::{self, Limit, Slo},
    plan::Model,
};

use super::*;

async fn stage(lanes: &[(Lane, Fault)]) -> Stage {
    let mut urls = std::collections::BTreeMap::new();
    for (lane, fault) in lanes {
        urls.insert(*lane, stub::start(*fault).await);
    }
    Stage { urls, targets: Vec::new(), nonce: 1 }
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_that_arrive_are_sent_though_nobody_thinks_and_each_is_accounted_for() {
    let plan = Plan { model: Model::Open { per_second: 20.0 }, users: 12, ..short("smoke", 1) };
    let report = load(plan, Fault::None).await;

    let counts = report.arrivals.unwrap();
    assert_eq!(report.verdict.outcome, Outcome::Pass, "{}: {:?}", report.verdict.sentence, report.validity);
    assert_eq!((counts.due, counts.dropped), (counts.begun, 0), "{counts:?}");
    assert_eq!(report.totals.turns.count, counts.begun);
    assert!(counts.due > 15, "{counts:?}");
    assert!(report.model.contains("from intended start"), "{}", report.model);
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_that_had_to_wait_took_as_long_as_they_waited_and_those_that_nobody_took_up_are_missed() {
    // One user gets two or three image turns done in a second.
    let plan = Plan { model: Model::Open { per_second: 20.0 }, users: 3, ..short("image_stress", 1) };
    let report = load(plan, Fault::SlowImageTurns).await;

    let (counts, totals) = (report.arrivals.unwrap(), &report.totals);
    assert_eq!(report.verdict.outcome, Outcome::Fail, "{}", report.verdict.sentence);
    assert!(report.verdict.sentence.contains("arrivals dropped"), "{}", report.verdict.sentence);
    assert!(counts.late > 0 && counts.dropped > 0 && counts.due == counts.begun + counts.dropped, "{counts:?}");
    assert!(totals.turns.max_ms > totals.service.max_ms + 500.0, "{:?} {:?}", totals.turns, totals.service);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_became_slower_than_the_program_beside_it_misses_its_target() {
    let _turn = ONE_ATTACK.lock().await;
    let baseline = Some(Baseline::Program("another".into()));
    let plan = Plan { comparison: Comparison::Baseline, baseline, users: 16, ..short("image_stress", 1) };
    let mut stage = stage(&[(Lane::Main, Fault::SlowImageTurns), (Lane::Baseline, Fault::None)]).await;

    let report = run(plan, &mut stage, &mut Terminal::silent()).await.unwrap();

    assert_eq!(report.verdict.sentence, "missed: no slower than the baseline");
    let rows = &report.baseline.as_ref().unwrap().rows;
    assert!(rows.iter().any(|row| row.is_regression && row.change.interval.low > 0.05), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_no_level_exceeds_can_take_at_least_as_many_users_as_were_tried() {
    let _turn = ONE_ATTACK.lock().await;
    let plan = short("capacity", 1);
    let mut stage = stage(&[(Lane::Main, Fault::None)]).await;

    let report = capacity::measure(&plan, Slo::default(), &mut stage, &mut Terminal::silent()).await.unwrap();

    let capacity = report.capacity.as_ref().unwrap();
    assert_eq!((capacity.users, capacity.limit), (Some(6), Limit::Bound), "{capacity:?}");
    assert_eq!(capacity.levels.len(), 3, "tried, and confirmed twice");
    assert_eq!(report.verdict.outcome, Outcome::Pass, "{}", report.verdict.sentence);
    assert_eq!(report.verdict.sentence, "at least 6 users: first answer < 3 s for 95 % of turns; more were not tried");
    assert!(capacity.usl.is_none() && capacity.curve.is_empty(), "three times the same level are no curve");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_turns_can_take_nobody() {
    let _turn = ONE_ATTACK.lock().await;
    let plan = Plan { users: 1, ..short("capacity", 1) };
    let mut stage = stage(&[(Lane::Main, Fault::Errors)]).await;

    let report = capacity::measure(&plan, Slo::default(), &mut stage, &mut Terminal::silent()).await.unwrap();

    let capacity = report.capacity.as_ref().unwrap();
    assert_eq!((capacity.users, capacity.limit), (None, Limit::Nothing));
    assert_eq!(report.verdict.outcome, Outcome::Fail);
    assert!(capacity.sentence.starts_with("not even 1 user:"), "{}", capacity.sentence);
}
