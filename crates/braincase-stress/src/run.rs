//! A run from start to verdict: load, watch, audit, judge.

use std::{collections::BTreeMap, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    audit,
    client::Api,
    drive::{self, Driven},
    leak, overhead,
    plan::{Lane, Plan},
    report::{self, Report, status::Status, terminal::Terminal},
    sample::{self, CpuTimes, Memory},
    target::Target,
    visit::World,
};

/// Where the load goes.
#[derive(Debug, Default)]
pub struct Stage {
    /// Where the servers listen.
    pub urls: BTreeMap<Lane, String>,
    /// Those of them that we started.
    pub targets: Vec<Target>,
    /// Keeps runs apart that load the same server.
    pub nonce: u64,
}

impl Stage {
    /// Servers that we started.
    #[must_use]
    pub fn of(targets: Vec<Target>, nonce: u64) -> Self {
        let urls = targets.iter().map(|target| (target.lane, target.url.clone())).collect();
        Self { urls, targets, nonce }
    }

    fn provider_logs(&self) -> Vec<(Lane, PathBuf)> {
        self.targets.iter().map(|target| (target.lane, target.provider_log.clone())).collect()
    }

    /// The process of the judged server, if we started it.
    fn pid(&self) -> Option<u32> {
        self.targets.iter().find(|target| target.lane == Lane::Main)?.pid()
    }

    /// CPU time used so far, by whom it can be told.
    fn cpu(&self) -> Option<CpuTimes> {
        let (busy, passed) = sample::machine_cpu_seconds()?;
        let main = self.targets.iter().find(|target| target.lane == Lane::Main);
        let of = |pid: Option<u32>| pid.and_then(sample::cpu_seconds_of).unwrap_or_default();
        Some(CpuTimes {
            harness: sample::own_cpu_seconds()?,
            server: of(main.and_then(Target::pid)),
            provider: of(main.and_then(Target::provider_pid)),
            busy,
            passed,
        })
    }

    fn memory(&self) -> Option<Memory> {
        sample::memory_of(self.pid()?)
    }

    /// Stops what we started; tells what was wrong with how it ended. There is nothing left to stop afterwards.
    pub async fn stop(&mut self) -> Vec<String> {
        let mut unclean = Vec::new();
        for target in std::mem::take(&mut self.targets) {
            unclean.extend(target.stop().await);
        }
        unclean
    }

    fn death(&mut self) -> Option<String> {
        self.targets.iter_mut().find_map(Target::ended)
    }
}

/// A run whose load and audit are done, and of which only the end of its servers is still to come.
#[derive(Debug)]
pub struct Ran {
    /// What was done, and what was taken down of it.
    pub world: Arc<World>,
    /// What is known beyond that.
    pub end: report::End,
}

impl Ran {
    /// Judges it.
    #[must_use]
    pub fn report(self) -> Report {
        let Self { world, end } = self;
        world.recorder.with(|tally| report::build(&world.plan, tally, end))
    }
}

/// Loads the stage as planned, audits what it did, and judges.
///
/// # Errors
/// When the load cannot be started.
pub async fn run(plan: Plan, stage: &mut Stage, terminal: &mut Terminal) -> anyhow::Result<Report> {
    let mut ran = load_and_audit(plan, stage, 0, terminal).await?;
    // Before the verdict: how the server stops is part of what is judged.
    ran.end.unclean = stage.stop().await;
    Ok(ran.report())
}

/// Loads the stage as planned and audits what it did; `nth` keeps what users say apart from what they said in other runs
/// on the same stage.
///
/// # Errors
/// When the load cannot be started.
pub async fn load_and_audit(plan: Plan, stage: &mut Stage, nth: u64, terminal: &mut Terminal) -> anyhow::Result<Ran> {
    let host = stage.urls.get(&Lane::Main).context("there is no server to load")?.clone();
    let apis =
        stage.urls.iter().map(|(lane, url)| Ok((*lane, Api::new(url)?))).collect::<reqwest::Result<BTreeMap<_, _>>>();
    let nonce = stage.nonce.wrapping_add(nth);
    let world = Arc::new(World::start(plan, apis.context("no HTTP client")?, nonce));
    let cpu_before = sample::own_cpu_seconds();
    let watch = leak::Watch::of(world.apis.get(&Lane::Main).context("there is no server to watch")?.clone());
    let (driven, death) = load(&world, &host, stage, &watch, terminal).await?;
    let lasted = world.recorder.elapsed();
    let leak = look_for_leak(&world, stage, &watch, terminal).await;
    let samples = watch.into_samples();
    let cpu = sample::own_cpu_seconds().zip(cpu_before).map(|(after, before)| (after - before) / lasted.as_secs_f64());
    let overheads = overhead::measure(&world, &stage.provider_logs());
    let arrivals = world.arrivals.as_ref().map(|arrivals| arrivals.close(lasted.min(world.plan.hold_ends())));
    terminal.say("load done; auditing what is stored");
    let audit = audit::audit(&world, &stage.provider_logs()).await;
    let end = report::End {
        lasted,
        driven,
        cpu_share: cpu,
        death,
        unclean: Vec::new(),
        memory: stage.memory(),
        samples,
        leak,
        audit,
        overheads,
        arrivals,
    };
    Ok(Ran { world, end })
}

/// Judges the memory of the server. What looks like a leak must still be there when the load is gone.
async fn look_for_leak(
    world: &World,
    stage: &Stage,
    watch: &leak::Watch,
    terminal: &mut Terminal,
) -> Option<leak::Leak> {
    let plan = &world.plan;
    if !watch.with(|samples| leak::is_suspected(plan, samples)) {
        return watch.with(|samples| leak::judge(plan, samples, None));
    }
    terminal.say("memory grew; waiting to see what is left of it");
    let drained = watch.drained(&world.recorder, || stage.memory().map(|memory| memory.rss)).await;
    watch.with(|samples| leak::judge(plan, samples, Some(&drained)))
}

async fn load(
    world: &Arc<World>,
    host: &str,
    stage: &mut Stage,
    watch: &leak::Watch,
    terminal: &mut Terminal,
) -> anyhow::Result<(Driven, Option<String>)> {
    let pid = stage.pid();
    let resident = move || sample::memory_of(pid?).map(|memory| memory.rss);
    let mut watching = pin!(watch.look(&world.recorder, resident));
    let mut attack = Box::pin(drive::drive(Arc::clone(world), host));
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seconds.tick().await;
    let mut death = None;
    loop {
        tokio::select! {
            driven = &mut attack => {
                terminal.end_status();
                return Ok((driven?, death));
            }
            () = &mut watching => {}
            _ = seconds.tick() => {
                let memory = stage.memory();
                world.recorder.tick(memory, stage.cpu());
                let heap = watch.with(|samples| samples.last()?.heap.as_ref().map(|heap| heap.allocated));
                terminal.status(&Status::of(world, memory, heap));
                if death.is_none() {
                    death = stage.death();
                    if let Some(how) = &death {
                        terminal.say(how);
                        drive::cancel(how);
                    }
                }
                if drive::is_cancelled() {
                    world.stop();
                }
            }
        }
    }
}
