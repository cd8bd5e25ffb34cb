//! A run from start to verdict: load, watch, audit, judge.

use std::{collections::BTreeMap, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    audit,
    client::Api,
    drive::{self, Driven},
    leak,
    plan::{Lane, Plan},
    report::{self, Report, status::Status, terminal::Terminal},
    sample::{self, Memory},
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

/// Loads the stage as planned, audits what it did, and judges.
///
/// # Errors
/// When the load cannot be started.
pub async fn run(plan: Plan, stage: &mut Stage, terminal: &mut Terminal) -> anyhow::Result<Report> {
    let host = stage.urls.get(&Lane::Main).context("there is no server to load")?.clone();
    let apis =
        stage.urls.iter().map(|(lane, url)| Ok((*lane, Api::new(url)?))).collect::<reqwest::Result<BTreeMap<_, _>>>();
    let world = Arc::new(World::start(plan, apis.context("no HTTP client")?, stage.nonce));
    let cpu_before = sample::own_cpu_seconds();
    let watch = leak::Watch::of(world.apis.get(&Lane::Main).context("there is no server to watch")?.clone());
    let (driven, death) = load(&world, &host, stage, &watch, terminal).await?;
    let lasted = world.recorder.elapsed();
    let leak = look_for_leak(&world, stage, &watch, terminal).await;
    let samples = watch.into_samples();
    let cpu = sample::own_cpu_seconds().zip(cpu_before).map(|(after, before)| (after - before) / lasted.as_secs_f64());
    terminal.say("load done; auditing what is stored");
    let audit = audit::audit(&world, &stage.provider_logs()).await;
    let memory = stage.memory();
    // Before the verdict: how the server stops is part of what is judged.
    let unclean = stage.stop().await;
    let end = report::End { lasted, driven, cpu_share: cpu, death, unclean, memory, samples, leak, audit };
    Ok(world.recorder.with(|tally| report::build(&world.plan, tally, end)))
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
                world.recorder.tick(memory);
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
