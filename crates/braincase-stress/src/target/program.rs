//! A child that says where it listens, and ends when its input is closed.

use std::{
    fs::{self, OpenOptions},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// How long a program may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long a program may take to stop once its input is closed.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A child that ends when its input is closed, also if we die.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    /// Where it listens.
    pub(super) url: String,
    child: Child,
    input: Option<ChildStdin>,
    /// Kept open: a child that writes into a closed pipe may die of it.
    _output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it and waits until it says where it listens; its words go to the end of `log`.
    pub(super) async fn start(name: &'static str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let log_file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
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

    /// The process.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("{} ended in the middle of the run: {status}", self.name))
    }

    /// Ends it at once, with SIGKILL: nothing is flushed, nobody says goodbye.
    pub(super) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.with_context(|| format!("cannot kill {}", self.name))
    }

    /// Closes its input and waits; `None` if it ended well.
    pub(super) async fn stop(mut self) -> Option<String> {
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

fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    let words: String = lines.into_iter().rev().map(|line| format!("\n  {line}")).collect();
    if words.is_empty() { words } else { format!("; its last words:{words}") }
}
