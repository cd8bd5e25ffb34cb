//! The harness against a stub server: each broken promise must lead to its verdict, and none to a pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking, also in its helpers")]

mod children;
mod measured;
mod mutations;
mod program;
mod stub;

use std::time::Duration;

use braincase_stress::{
    baseline::Baseline,
    plan::{Comparison, Lane, Plan},
    preset,
    report::{Report, terminal::Terminal},
    run::{Stage, run},
    validity::Limits,
    verdict::Outcome,
};
use stub::Fault;
use tokio::sync::Mutex;

/// Goose can run only one attack in a process.
static ONE_ATTACK: Mutex<()> = Mutex::const_new(());

fn short(name: &str, seed: u64) -> Plan {
    Plan {
        users: 6,
        hold: Duration::from_secs(2),
        ramp: Duration::ZERO,
        think_scale: 0.05,
        late_facts: Duration::from_millis(300),
        drain: Duration::from_secs(2),
        // Other tests run beside it.
        limits: Limits { unaccounted: 0.3, cpu_share: f64::INFINITY, timer_lag: Duration::from_secs(2) },
        ..Plan::of(preset::find(name).unwrap(), seed)
    }
}

async fn load(plan: Plan, fault: Fault) -> Report {
    let _turn = ONE_ATTACK.lock().await;
    let mut stage = Stage::at([(Lane::Main, stub::start(fault).await)].into(), plan.seed);
    run(plan, &mut stage, &mut Terminal::silent()).await.unwrap()
}

async fn compare(blocking: Fault) -> Report {
    let _turn = ONE_ATTACK.lock().await;
    let plan = Plan { comparison: Comparison::Blocking, ..short("image_stress", 1) };
    let main = (Lane::Main, stub::start(Fault::None).await);
    let blocking = (Lane::Blocking, stub::start(blocking).await);
    let mut stage = Stage::at([main, blocking].into(), 1);
    run(plan, &mut stage, &mut Terminal::silent()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_async_benefit_is_measured_both_ways_in_one_run() {
    let report = compare(Fault::SlowImageTurns).await;

    let benefit = report.benefit.as_ref().unwrap();
    assert!(benefit.saving > 0.6 && benefit.interval.low > 0.5, "{benefit:?}");
    assert_eq!(report.verdict.outcome, Outcome::Pass, "{}", report.verdict.sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_benefit_is_no_pass() {
    let report = compare(Fault::None).await;

    assert_eq!(report.verdict.sentence, "missed: image turns sooner than blocking");
}
