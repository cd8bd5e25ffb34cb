//! The one file that knows goose: it starts the users, ramps, paces and stops; what they do is ours.
//!
//! A panic in a goose transaction ends its user for good, loses what it measured, and is reported nowhere; goose also
//! times headers only. So every visit is one transaction that cannot panic, has a limit, and hands goose exactly one
//! row per user-visible operation with the time that we measured.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use futures_util::FutureExt;
use goose::{
    GooseAttack,
    config::GooseConfiguration,
    goose::{GooseUser, Scenario, Transaction, TransactionFunction},
};

use crate::{
    record::Sample,
    visit::{Visit, World},
};

/// How long requests that are under way when the time is over may still take.
const DRAIN_LIMIT: Duration = Duration::from_secs(65);

/// What goose saw.
#[derive(Debug, Clone, Copy)]
pub struct Driven {
    /// Rows that goose counted.
    pub rows: u64,
    /// Whether somebody stopped it.
    pub is_cancelled: bool,
}

/// Loads the servers until the plan is done.
///
/// # Errors
/// When goose does not start.
pub async fn drive(world: Arc<World>, host: &str) -> anyhow::Result<Driven> {
    goose::reset_killswitch();
    let attack = GooseAttack::initialize_with_config(configuration(&world, host)?)
        .context("goose refuses the configuration")?
        .register_scenario(Scenario::new("visit").register_transaction(Transaction::new(visits(world))));
    let metrics = Box::pin(attack.execute()).await.context("goose cannot run")?;
    let rows = metrics.requests.values().map(|request| request.success_count + request.fail_count).sum::<usize>();
    Ok(Driven { rows: rows as u64, is_cancelled: is_cancelled() })
}

/// Whether somebody pressed Ctrl-C or [`cancel`] was called.
#[must_use]
pub fn is_cancelled() -> bool {
    goose::is_killswitch_triggered()
}

/// Ends the run early.
pub fn cancel(reason: &str) {
    goose::trigger_killswitch(reason);
}

fn configuration(world: &World, host: &str) -> anyhow::Result<GooseConfiguration> {
    let plan = &world.plan;
    let mut configuration =
        GooseConfiguration::parse_args_default::<&str>(&[]).context("goose has no default configuration")?;
    configuration.host = Some(host.to_owned());
    configuration.users = Some(plan.users);
    configuration.increase_rate = Some(format!("{:.6}", plan.users as f64 / plan.hold_starts().as_secs_f64()));
    // Our own clock ends the visits; goose's comes later, so that it only sees users who are already done.
    configuration.run_time = Some(format!("{}s", plan.hold.as_secs() + 2));
    configuration.co_mitigation = None;
    configuration.quiet = 3;
    configuration.no_telnet = true;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_reset_metrics = true;
    Ok(configuration)
}

fn visits(world: Arc<World>) -> TransactionFunction {
    let numbers: Arc<Vec<AtomicU32>> = Arc::new((0..world.plan.users).map(|_| AtomicU32::new(0)).collect());
    Arc::new(move |user| {
        let (world, numbers) = (Arc::clone(&world), Arc::clone(&numbers));
        Box::pin(async move {
            if world.is_over() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                return Ok(());
            }
            let index = user.weighted_users_index % numbers.len().max(1);
            let number = numbers.get(index).map_or(0, |number| number.fetch_add(1, Ordering::Relaxed));
            let samples = Mutex::new(Vec::new());
            guard(&world, index, number, &samples).await;
            let samples = samples.into_inner().unwrap_or_else(PoisonError::into_inner);
            report(user, &samples).await;
            Ok(())
        })
    })
}

/// Lets a visit happen, and sees to it that whatever happens in it is counted.
async fn guard(world: &World, user: usize, number: u32, samples: &Mutex<Vec<Sample>>) {
    let Some(visit) = Visit::plan(world, user, number, samples) else { return };
    let (lane, scenario) = visit.subject();
    let left = world.plan.hold_ends().saturating_sub(world.recorder.elapsed()) + DRAIN_LIMIT;
    world.recorder.enter(lane, scenario);
    let guarded = async {
        trip(world, number);
        visit.run().await;
    };
    match tokio::time::timeout(left, AssertUnwindSafe(guarded).catch_unwind()).await {
        Ok(Ok(())) => {}
        Ok(Err(panic)) => world.recorder.panicked(message_of(panic.as_ref())),
        Err(_) => world.recorder.abandoned(),
    }
    world.recorder.leave();
}

/// The proof that a panic is counted needs one; only a hidden option asks for it.
fn trip(world: &World, number: u32) {
    assert!(world.plan.panic_at_visit != Some(number), "told to panic at visit {number}");
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

async fn report(user: &mut GooseUser, samples: &[Sample]) {
    for sample in samples {
        let (subject, error) = (sample.subject, sample.error.as_ref().map(|error| error.text.as_str()));
        let name = format!("{}/{}/{}", subject.lane.as_str(), subject.scenario, subject.operation.as_str());
        // Goose refuses a row only when its own collector is gone; the count below would show it.
        let recorded = user.record_custom_request_duration("TURN", &name, sample.took, error.is_none(), None, error);
        let _: goose::goose::TransactionResult = recorded.await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{plan::Plan, preset::PRESETS};

    #[test]
    fn nobody_can_steer_the_load_from_outside_and_no_time_is_made_up() {
        let world = World::start(Plan::of(&PRESETS[1], 1), BTreeMap::new(), 1);
        let configuration = configuration(&world, "http://127.0.0.1:1").unwrap();
        assert!(configuration.no_telnet && !configuration.websocket && configuration.co_mitigation.is_none());
        assert_eq!(configuration.users, Some(20));
    }
}
