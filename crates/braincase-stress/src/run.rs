//! A run from start to verdict: load, watch, audit, judge.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    apart,
    audit::{self, Backstage, drained::Holdings},
    client::Api,
    drive::{self, Driven},
    lag::Lag,
    leak,
    plan::{Lane, Plan},
    report::{self, Report, terminal::Terminal},
    sample::{self, Memory},
    target::Target,
    validity::Effort,
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
    /// The process of the judged server, or 0: it changes when the server is killed and started again.
    pid: Arc<AtomicU32>,
}

impl Stage {
    /// Servers that were there before us.
    #[must_use]
    pub fn at(urls: BTreeMap<Lane, String>, nonce: u64) -> Self {
        Self { urls, nonce, ..Self::default() }
    }

    /// Servers that we started.
    #[must_use]
    pub fn of(targets: Vec<Target>, nonce: u64) -> Self {
        let urls = targets.iter().map(|target| (target.lane, target.url.clone())).collect();
        let mut stage = Self::at(urls, nonce);
        targets.into_iter().for_each(|target| stage.put(target));
        stage
    }

    fn put(&mut self, target: Target) {
        if target.lane == Lane::Main {
            self.pid.store(target.pid().unwrap_or_default(), Ordering::Relaxed);
        }
        self.targets.push(target);
    }

    /// The judged server, to be killed.
    fn take_main(&mut self) -> Option<Target> {
        let main = self.targets.iter().position(|target| target.lane == Lane::Main)?;
        Some(self.targets.swap_remove(main))
    }

    /// What can be seen of the servers that we started, before the load.
    async fn backstage(&self, apis: &BTreeMap<Lane, Api>) -> Vec<Backstage> {
        let mut all = Vec::new();
        for target in &self.targets {
            let Some(api) = apis.get(&target.lane) else { continue };
            let before = Holdings::of(api, target.pid()).await;
            let provider_log = target.provider_log.clone();
            all.push(Backstage { lane: target.lane, provider_log, pid: target.pid(), before });
        }
        all
    }

    /// The process of a server that we started.
    fn pid_of(&self, lane: Lane) -> Option<u32> {
        self.targets.iter().find(|target| target.lane == lane)?.pid()
    }

    fn memory(&self) -> Option<Memory> {
        memory_of(&self.pid)
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
    let apis = apis.context("no HTTP client")?;
    let mut backstage = stage.backstage(&apis).await;
    let world = Arc::new(World::start(plan, apis, stage.nonce));
    let cpu_before = sample::own_cpu_seconds();
    let watch = leak::Watch::of(world.apis.get(&Lane::Main).context("there is no server to watch")?.clone());
    let (lag, mut tasks) = (Arc::new(Lag::default()), JoinSet::new());
    let looked_at = Arc::clone(&lag);
    tasks.spawn(async move { looked_at.look().await });
    let (driven, death) = load(&world, &host, stage, &watch, terminal).await?;
    tasks.abort_all();
    let lasted = world.recorder.elapsed();
    let leak = look_for_leak(&world, stage, &watch, terminal).await;
    let samples = watch.into_samples();
    let cpu = sample::own_cpu_seconds().zip(cpu_before).map(|(after, before)| (after - before) / lasted.as_secs_f64());
    terminal.say("load done; auditing what is stored");
    backstage.iter_mut().for_each(|server| server.pid = stage.pid_of(server.lane));
    let audit = audit::audit(&world, &backstage).await;
    let apart = world.plan.faults.as_ref().map(|_| apart::set_apart(&world.ledger.read(), &audit.faulted));
    let memory = stage.memory();
    // Before the verdict: how the server stops is part of what is judged.
    let unclean = stage.stop().await;
    let effort = Effort { cpu_share: cpu, timer_lag: lag.p99() };
    let down = world.down.lasted();
    let end = report::End { lasted, driven, effort, death, unclean, memory, samples, leak, audit, apart, down };
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
    // What a new process holds says nothing about what the old one would have held.
    if plan.kill {
        return None;
    }
    if !watch.with(|samples| leak::is_suspected(plan, samples)) {
        return watch.with(|samples| leak::judge(plan, samples, None));
    }
    terminal.say("memory grew; waiting to see what is left of it");
    let drained =
        watch.drained(&world.recorder, plan.leak_window / 4, || stage.memory().map(|memory| memory.rss)).await;
    watch.with(|samples| leak::judge(plan, samples, Some(&drained)))
}

async fn load(
    world: &Arc<World>,
    host: &str,
    stage: &mut Stage,
    watch: &leak::Watch,
    terminal: &mut Terminal,
) -> anyhow::Result<(Driven, Option<String>)> {
    let pid = Arc::clone(&stage.pid);
    let resident = move || memory_of(&pid).map(|memory| memory.rss);
    let mut watching = pin!(watch.look(&world.recorder, resident));
    let mut attack = Box::pin(drive::drive(Arc::clone(world), host));
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seconds.tick().await;
    let mut death = None;
    let kill_at = world.plan.kill_at().map(|at| at.saturating_sub(world.recorder.elapsed()));
    let mut kill_due = pin!(sleep(kill_at.unwrap_or_default()));
    let mut is_kill_due = kill_at.is_some();
    // Never ends as long as nobody is being killed.
    let mut restart: BoxFuture<'static, anyhow::Result<Target>> = std::future::pending().boxed();
    loop {
        tokio::select! {
            driven = &mut attack => {
                terminal.end_status();
                return Ok((driven?, death));
            }
            () = &mut watching => {}
            () = &mut kill_due, if is_kill_due => {
                is_kill_due = false;
                if let Some(target) = stage.take_main() {
                    terminal.say("killing the server with SIGKILL");
                    world.down.begin(world.recorder.elapsed());
                    restart = target.kill_and_restart().boxed();
                }
            }
            restarted = &mut restart => {
                restart = std::future::pending().boxed();
                match restarted {
                    Ok(target) => {
                        stage.put(target);
                        world.down.end(world.recorder.elapsed());
                        terminal.say("the server is back");
                    }
                    Err(error) => death = Some(told(&format!("{error:#}"), terminal)),
                }
            }
            _ = seconds.tick() => {
                let memory = stage.memory();
                world.recorder.tick(memory);
                terminal.status(world, memory);
                if death.is_none() {
                    death = stage.death().map(|how| told(&how, terminal));
                }
                if drive::is_cancelled() {
                    world.stop();
                }
            }
        }
    }
}

/// Says how a server died, and lets the users go home.
fn told(how: &str, terminal: &mut Terminal) -> String {
    terminal.say(how);
    drive::cancel(how);
    how.to_owned()
}

fn memory_of(pid: &AtomicU32) -> Option<Memory> {
    match pid.load(Ordering::Relaxed) {
        0 => None,
        pid => sample::memory_of(pid),
    }
}
