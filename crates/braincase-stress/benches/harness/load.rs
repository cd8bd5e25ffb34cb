//! One run of one of the two, in a process of its own.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use braincase_stress::{
    client::Api,
    drive,
    plan::{Lane, Plan},
    preset,
    sample::{memory_of, own_cpu_seconds},
    visit::World,
};
use serde::{Deserialize, Serialize};
use tokio::{runtime, time::sleep};

use crate::goose_alone::{self, Count};

/// Until all users are there and their connections are open.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long is measured.
const MEASURED: Duration = Duration::from_secs(4);

/// What to run.
pub(crate) struct Order {
    who: Who,
    pub(crate) users: usize,
    /// As a factor of 1 to 3 s.
    pub(crate) think: f64,
    pub(crate) url: String,
}

#[derive(Clone, Copy)]
enum Who {
    Harness,
    Goose,
}

/// What it took.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    requests: u64,
    cpu_us: f64,
    pub(crate) peak_bytes: f64,
}

impl Measured {
    pub(crate) fn cpu_us_per_request(&self) -> f64 {
        self.cpu_us / self.requests as f64
    }
}

impl Order {
    pub(crate) fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let [who, users, think, url] = arguments else { bail!("load WHO USERS THINK URL") };
        let who = match who.as_str() {
            "harness" => Who::Harness,
            "goose" => Who::Goose,
            other => bail!("there is no {other:?} to measure"),
        };
        Ok(Self { who, users: users.parse()?, think: think.parse()?, url: url.clone() })
    }

    /// From the first user to the last request.
    pub(crate) fn lasts(&self) -> Duration {
        WARM_UP + MEASURED
    }
}

/// Loads, and prints what it took.
pub(crate) fn run(order: &Order) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(async {
        match order.who {
            Who::Harness => harness(order).await,
            Who::Goose => goose(order).await,
        }
    })?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

async fn harness(order: &Order) -> anyhow::Result<Measured> {
    let plan = Plan {
        users: order.users,
        // All users are there after the first second.
        hold: order.lasts(),
        think_scale: order.think,
        ..Plan::of(preset::find("smoke").context("smoke is a preset")?, 1)
    };
    let apis = BTreeMap::from([(Lane::Main, Api::new(&order.url)?)]);
    let world = Arc::new(World::start(plan, apis, 1));
    let counted = Arc::clone(&world);
    let count = move || counted.recorder.with(|tally| tally.times(|_| true).numbers().count);
    let (driven, measured) = tokio::join!(drive::drive(Arc::clone(&world), &order.url), watch(count));
    driven?;
    let failed = world.recorder.with(|tally| tally.times(|_| true).numbers().errors);
    ensure!(failed == 0, "{failed} requests failed");
    measured
}

async fn goose(order: &Order) -> anyhow::Result<Measured> {
    let count = Count::default();
    let counted = count.clone();
    let (driven, measured) = tokio::join!(goose_alone::drive(order, &count), watch(move || counted.so_far()));
    driven?;
    measured
}

/// CPU time and requests between the end of the warm-up and the end of the load.
async fn watch(count: impl Fn() -> u64) -> anyhow::Result<Measured> {
    let cpu = || own_cpu_seconds().context("the machine does not tell CPU times");
    sleep(WARM_UP).await;
    let (before, requests) = (cpu()?, count());
    sleep(MEASURED).await;
    let (after, requests) = (cpu()?, count() - requests);
    ensure!(requests > 0, "no request was sent");
    let memory = memory_of(std::process::id()).context("the machine does not tell memory")?;
    Ok(Measured { requests, cpu_us: (after - before) * 1e6, peak_bytes: memory.peak as f64 })
}
