//! A run from start to verdict: load, watch, audit, judge.

use std::{
    collections::BTreeMap,
    path::PathBuf,
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
    leak, overhead,
    plan::{Lane, Plan},
    report::{self, Report, status::Status, terminal::Terminal},
    sample::{self, CpuTimes, Memory},
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

    /// The providers' logs.
    fn provider_logs(&self) -> Vec<(Lane, PathBuf)> {
        self.targets.iter().map(|target| (target.lane, target.provider_log.clone())).collect()
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
    let apis = apis.context("no HTTP client")?;
    let mut backstage = stage.backstage(&apis).await;
    let nonce = stage.nonce.wrapping_add(nth);
    let world = Arc::new(World::start(plan, apis, nonce));
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
    let overheads = overhead::measure(&world, &stage.provider_logs());
    let arrivals = world.arrivals.as_ref().map(|arrivals| arrivals.close(lasted.min(world.plan.hold_ends())));
    terminal.say("load done; auditing what is stored");
    backstage.iter_mut().for_each(|server| server.pid = stage.pid_of(server.lane));
    let audit = audit::audit(&world, &backstage).await;
    let apart = world.plan.faults.as_ref().map(|_| apart::set_apart(&world.ledger.read(), &audit.faulted));
    let end = report::End {
        lasted,
        driven,
        effort: Effort { cpu_share: cpu, timer_lag: lag.p99() },
        death,
        unclean: Vec::new(),
        memory: stage.memory(),
        samples,
        leak,
        audit,
        apart,
        down: world.down.lasted(),
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
                world.recorder.tick(memory, stage.cpu());
                let heap = watch.with(|samples| samples.last()?.heap.as_ref().map(|heap| heap.allocated));
                terminal.status(&Status::of(world, memory, heap));
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
