//! The servers under load: started as children that die with us, or somebody else's by URL.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::{Instant, sleep, timeout},
};

use crate::{client::Api, plan::Lane};

/// How long a program may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long a server may take until it is ready.
const READY_LIMIT: Duration = Duration::from_secs(30);
/// How long a program may take to stop once its input is closed.
const STOP_LIMIT: Duration = Duration::from_secs(30);

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
}

/// A child that ends when its input is closed, also if we die.
#[derive(Debug)]
struct Program {
    name: &'static str,
    url: String,
    child: Child,
    input: Option<ChildStdin>,
    /// Kept open: a child that writes into a closed pipe may die of it.
    _output: BufReader<ChildStdout>,
}

impl Target {
    /// Starts a provider and a server that asks it, and waits until the server is ready.
    ///
    /// # Errors
    /// When one of them cannot be started or is not ready in time.
    pub async fn start(lane: Lane, programs: &Programs, seed: u64, out: &Path) -> anyhow::Result<Self> {
        let suffix = match lane {
            Lane::Main => "",
            Lane::Blocking => "-blocking",
            Lane::Baseline => "-baseline",
        };
        let file = |name: &str, ending: &str| out.join(format!("{name}{suffix}{ending}"));
        let (data, provider_log) = (file("data", ""), file("sim", ".jsonl"));
        clear(&data, &provider_log)?;
        let mut sim = Command::new(&programs.sim);
        sim.args(["--listen", "127.0.0.1:0", "--stop-on-stdin-eof", "--seed", &seed.to_string(), "--log"])
            .arg(&provider_log);
        if let Some(latency) = programs.latency {
            sim.args(["--latency", latency]);
        }
        let sim = Program::start("braincase-sim", sim, &file("sim", ".log")).await?;
        let mut server = Command::new(&programs.server);
        server.args(["serve", "--listen", "127.0.0.1:0", "--stop-on-stdin-eof", "--data-dir"]).arg(&data);
        server.args(["--brain", "openai", "--vision", "openai", "--openai-model", "gpt-4o"]);
        server.args(["--openai-base-url", &format!("{}/v1", sim.url)]);
        if lane == Lane::Blocking {
            server.args(["--image-mode", "blocking"]);
        }
        let server = Program::start("braincase", server, &file("server", ".log")).await?;
        wait_until_ready(&server.url).await?;
        Ok(Self { lane, url: server.url.clone(), provider_log, server, sim })
    }

    /// The process of the server.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.child.id()
    }

    /// The process of the provider.
    #[must_use]
    pub fn provider_pid(&self) -> Option<u32> {
        self.sim.child.id()
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

impl Program {
    async fn start(name: &'static str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let log_file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        // Settings that happen to be in the environment would make it another server than the one that is described.
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("BRAINCASE_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log_file).kill_on_drop(true);
        // Ctrl-C is for the harness alone: what was stored is still to be audited.
        command.process_group(0);
        let program = command.as_std().get_program().to_owned();
        let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut output = BufReader::new(output.context("the child has no output")?);
        let mut line = String::new();
        let read = timeout(START_LIMIT, output.read_line(&mut line)).await;
        let url = match read {
            Ok(Ok(_)) => line.trim().strip_prefix("listening on ").map(str::to_owned),
            Ok(Err(_)) | Err(_) => None,
        };
        let Some(url) = url else {
            bail!("{name} did not say where it listens within {START_LIMIT:?}{}", last_words(log));
        };
        Ok(Self { name, url, child, input, _output: output })
    }

    fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("{} ended in the middle of the run: {status}", self.name))
    }

    /// Closes its input and waits; `None` if it ended well.
    async fn stop(mut self) -> Option<String> {
        drop(self.input.take());
        if let Ok(Ok(status)) = timeout(STOP_LIMIT, self.child.wait()).await {
            return (!status.success()).then(|| format!("{} stopped with {status}", self.name));
        }
        Some(match self.child.kill().await {
            Ok(()) => format!("{} did not stop within {STOP_LIMIT:?} and was killed", self.name),
            Err(error) => format!("{} did not stop and could not be killed: {error}", self.name),
        })
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
fn clear(data: &Path, log: &Path) -> anyhow::Result<()> {
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    Ok(())
}

fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    let words: String = lines.into_iter().rev().map(|line| format!("\n  {line}")).collect();
    if words.is_empty() { words } else { format!("; its last words:{words}") }
}
