//! The harness against a stub server: each broken promise must lead to its verdict, and none to a pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking, also in its helpers")]

mod children;
mod measured;
mod stub;

use std::time::Duration;

use braincase_stress::{
    audit::Rule,
    baseline::Baseline,
    plan::{Comparison, Lane, Plan},
    preset,
    report::{Report, terminal::Terminal},
    run::{Stage, run},
    verdict::Outcome,
};
use stub::Fault;
use tokio::sync::Mutex;

/// Goose can run only one attack in a process.
static ONE_ATTACK: Mutex<()> = Mutex::const_new(());

fn short(name: &str, seed: u64) -> Plan {
    let preset = preset::find(name).unwrap();
    Plan {
        users: 6,
        hold: Duration::from_secs(2),
        ramp: Duration::ZERO,
        think_scale: 0.05,
        late_facts: Duration::from_millis(300),
        ..Plan::of(preset, seed)
    }
}

async fn load(plan: Plan, fault: Fault) -> Report {
    let _turn = ONE_ATTACK.lock().await;
    let urls = [(Lane::Main, stub::start(fault).await)].into();
    let mut stage = Stage { urls, targets: Vec::new(), nonce: plan.seed };
    run(plan, &mut stage, &mut Terminal::silent()).await.unwrap()
}

fn rules(report: &Report) -> Vec<Rule> {
    let mut rules: Vec<_> = report.audit.violations.iter().map(|violation| violation.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_its_promises_passes() {
    for seed in 1..=3 {
        let report = load(short("phase4_target", seed), Fault::None).await;

        assert_eq!(report.verdict.outcome, Outcome::Pass, "seed {seed}: {:?} {:?}", report.verdict, report.validity);
        let checked = report.audit.checked;
        assert!(checked.turns > 20 && checked.images > 3 && checked.repeats > 0, "{checked:?}");
        assert!(report.scenarios.iter().all(|row| row.turns.count > 0));
        assert!(report.totals.first_event.count > 0 && report.totals.overhead.count > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_promise_is_found() {
    let cases = [
        (Fault::Drop, Rule::TurnStored),
        (Fault::Duplicate, Rule::TurnOnce),
        (Fault::CrossEcho, Rule::NoCrossing),
        (Fault::EventGap, Rule::EventSequence),
        (Fault::IgnoreKeys, Rule::Idempotent),
        (Fault::NoFacts, Rule::ImageFacts),
        (Fault::FactsTwice, Rule::FactsOnce),
    ];
    for (fault, rule) in cases {
        let report = load(short("phase4_target", 1), fault).await;

        assert!(rules(&report).contains(&rule), "{fault:?}: {:?}", rules(&report));
        assert_eq!(report.verdict.outcome.exit_code(), 5, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_turns_misses_its_target_and_keeps_its_promises() {
    for fault in [Fault::Errors, Fault::FailedTurns] {
        let report = load(short("smoke", 1), fault).await;

        assert_eq!(rules(&report), [], "{fault:?}: {:?}", report.audit.violations);
        assert_eq!(report.verdict.outcome, Outcome::Fail, "{fault:?}: {}", report.verdict.sentence);
        assert_eq!(report.verdict.sentence, "missed: error rate of turns");
        assert!(!report.errors.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_stream_is_an_error_whose_turn_must_still_be_stored() {
    let report = load(short("smoke", 1), Fault::CutStreams).await;

    assert_eq!(rules(&report), [], "{:?}", report.audit.violations);
    assert_eq!(report.verdict.outcome, Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_user_is_counted_and_makes_the_run_invalid() {
    let plan = Plan { panic_at_visit: Some(1), ..short("smoke", 1) };
    let report = load(plan, Fault::None).await;

    assert_eq!(report.validity.panics, 6, "one for each user, and the users lived on");
    assert_eq!(report.verdict.outcome, Outcome::Invalid, "{}", report.verdict.sentence);
    let begun: u64 = report.scenarios.iter().map(|row| row.visits.begun).sum();
    assert!(begun > 12, "no user came a third time: {begun} visits");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_async_benefit_is_measured_both_ways_in_one_run() {
    let _turn = ONE_ATTACK.lock().await;
    let plan = Plan { comparison: Comparison::Blocking, ..short("image_stress", 1) };
    let main = (Lane::Main, stub::start(Fault::None).await);
    let blocking = (Lane::Blocking, stub::start(Fault::SlowImageTurns).await);
    let mut stage = Stage { urls: [main, blocking].into(), targets: Vec::new(), nonce: 1 };

    let report = run(plan, &mut stage, &mut Terminal::silent()).await.unwrap();

    let benefit = report.benefit.as_ref().unwrap();
    assert!(benefit.saving > 0.8 && benefit.interval.low > 0.7, "{benefit:?}");
    assert_eq!(report.verdict.outcome, Outcome::Pass, "{}", report.verdict.sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_benefit_is_no_pass() {
    let _turn = ONE_ATTACK.lock().await;
    let plan = Plan { comparison: Comparison::Blocking, ..short("image_stress", 1) };
    let main = (Lane::Main, stub::start(Fault::None).await);
    let blocking = (Lane::Blocking, stub::start(Fault::None).await);
    let mut stage = Stage { urls: [main, blocking].into(), targets: Vec::new(), nonce: 1 };

    let report = run(plan, &mut stage, &mut Terminal::silent()).await.unwrap();

    assert_eq!(report.verdict.sentence, "missed: image turns sooner than blocking");
}
