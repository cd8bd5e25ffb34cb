//! The servers under load: started as children that die with us, or somebody else's by URL.

mod program;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

use self::program::Program;
use crate::{
    client::Api,
    plan::{Lane, Plan},
};

/// How long a server may take until it is ready.
const READY_LIMIT: Duration = Duration::from_secs(30);
/// The programs to start.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `braincase`.
    pub server: PathBuf,
    /// `braincase-sim`.
    pub sim: PathBuf,
    /// How long the provider takes, in its own words; as it usually does if nothing is said.
    pub latency: Option<&'static str>,
}

/// A server under load, with the provider that it asks.
#[derive(Debug)]
pub struct Target {
    /// Which of the two it is.
    pub lane: Lane,
    /// Where it listens.
    pub url: String,
    /// Every request that the provider got, one a line.
    pub provider_log: PathBuf,
    server: Program,
    sim: Program,
    stand: Stand,
}

/// Where a server stands and with what it is started, also once more.
#[derive(Debug, Clone)]
struct Stand {
    lane: Lane,
    program: PathBuf,
    provider: String,
    data: PathBuf,
    log: PathBuf,
}

impl Target {
    /// Starts a provider and a server that asks it, and waits until the server is ready.
    ///
    /// # Errors
    /// When one of them cannot be started or is not ready in time.
    pub async fn start(lane: Lane, programs: &Programs, plan: &Plan) -> anyhow::Result<Self> {
        let suffix = match lane {
            Lane::Main => "",
            Lane::Blocking => "-blocking",
            Lane::Baseline => "-baseline",
        };
        let file = |name: &str, ending: &str| plan.out.join(format!("{name}{suffix}{ending}"));
        let (data, provider_log) = (file("data", ""), file("sim", ".jsonl"));
        let logs = [file("server", ".log"), file("sim", ".log"), provider_log.clone()];
        clear(&data, &logs)?;
        let mut sim = Command::new(&programs.sim);
        sim.args(["--listen", "127.0.0.1:0", "--stop-on-stdin-eof", "--seed", &plan.seed.to_string(), "--log"])
            .arg(&provider_log);
        if let Some(latency) = programs.latency {
            sim.args(["--latency", latency]);
        }
        if let Some(faults) = &plan.faults {
            sim.args(["--faults", faults]);
        }
        let [log, sim_log, _] = logs;
        let sim = Program::start("braincase-sim", sim, &sim_log).await?;
        let provider = format!("{}/v1", sim.url);
        let stand = Stand { lane, program: programs.server.clone(), provider, data, log };
        let server = stand.start("127.0.0.1:0").await?;
        Ok(Self { lane, url: server.url.clone(), provider_log, server, sim, stand })
    }

    /// Kills the server with SIGKILL and starts it again where it was and with what it had.
    ///
    /// # Errors
    /// When it cannot be killed, does not come back, or is not ready in time.
    pub async fn kill_and_restart(self) -> anyhow::Result<Self> {
        let Self { lane, url, provider_log, server, sim, stand } = self;
        server.kill().await?;
        let address = url.strip_prefix("http://").unwrap_or(&url);
        let server = stand.start(address).await.context("it does not come back after SIGKILL")?;
        Ok(Self { lane, url, provider_log, server, sim, stand })
    }

    /// The process of the server.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// The process of the provider.
    #[must_use]
    pub fn provider_pid(&self) -> Option<u32> {
        self.sim.pid()
    }

    /// How the server or its provider ended, if one of them has.
    pub fn ended(&mut self) -> Option<String> {
        self.server.ended().or_else(|| self.sim.ended())
    }

    /// Stops both, the server first; tells what was wrong with how they ended.
    pub async fn stop(self) -> Vec<String> {
        let (server, sim) = (self.server.stop().await, self.sim.stop().await);
        server.into_iter().chain(sim).collect()
    }
}

impl Stand {
    async fn start(&self, address: &str) -> anyhow::Result<Program> {
        let mut server = Command::new(&self.program);
        server.args(["serve", "--listen", address, "--stop-on-stdin-eof", "--data-dir"]).arg(&self.data);
        server.args(["--brain", "openai", "--vision", "openai", "--openai-model", "gpt-4o"]);
        server.args(["--openai-base-url", &self.provider]);
        if self.lane == Lane::Blocking {
            server.args(["--image-mode", "blocking"]);
        }
        let server = Program::start("braincase", server, &self.log).await?;
        wait_until_ready(&server.url).await?;
        Ok(server)
    }
}

/// Waits until a server says that it is ready.
///
/// # Errors
/// When it does not say so in time.
pub async fn wait_until_ready(url: &str) -> anyhow::Result<()> {
    let api = Api::new(url).context("no HTTP client")?;
    let deadline = Instant::now() + READY_LIMIT;
    while !api.is_ready().await {
        if Instant::now() > deadline {
            bail!("{url}/readyz was not answered with 200 within {READY_LIMIT:?}");
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// A server must start with nothing, or the audit would find what it does not know.
fn clear(data: &Path, logs: &[PathBuf]) -> anyhow::Result<()> {
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    for log in logs {
        File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    }
    Ok(())
}
