//! The `braincase-sim` command: a fake OpenAI-compatible provider on a loopback port.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use braincase_orchestrator::brain::local::LocalBrain;
use braincase_sim::{Faults, Latencies, Sim, SimOptions};
use clap::Parser;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// A fake OpenAI-compatible provider with seeded latency and faults, for tests, stress and demos.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Where to listen; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Latencies and faults follow from it: the same seed gives the same run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How long answers take: instant, 500ms, or chat=lognormal(1.8s,p95=3s),vision=3s.
    #[arg(long, default_value = "chat=lognormal(1.8s,p95=3s),vision=3s")]
    latency: Latencies,
    /// What goes wrong how often: 429:2%,500:1%,stall:0.5%,garbage:0.5%,cut:0.5%,slow:1%.
    #[arg(long, default_value = "")]
    faults: Faults,
    /// Append one JSON line to this file for each request.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Listen on an address that others can reach, although anyone may then use it.
    #[arg(long)]
    i_own_this: bool,
    /// Stop when standard input ends, that is, when whoever started it is gone.
    #[arg(long, hide = true)]
    stop_on_stdin_eof: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell if even standard error is gone.
            let _ = writeln!(io::stderr(), "braincase-sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    if !cli.listen.ip().is_loopback() && !cli.i_own_this {
        bail!("{} can be reached by others; listen on 127.0.0.1, or add --i-own-this", cli.listen);
    }
    let runtime = Runtime::new().context("cannot start the async runtime")?;
    runtime.block_on(async {
        let stop = stop_requested(cli.stop_on_stdin_eof)?;
        let sim = Sim::start(SimOptions {
            listen: cli.listen,
            seed: cli.seed,
            latencies: cli.latency,
            faults: cli.faults,
            log: cli.log,
            ..SimOptions::new(Arc::new(LocalBrain::default()))
        })
        .await?;
        let mut out = io::stdout();
        writeln!(out, "listening on http://{}", sim.address()).and_then(|()| out.flush()).context("standard output")?;
        stop.await;
        sim.stop().await;
        Ok(())
    })
}

/// Completes at SIGTERM, at ctrl-c and, if asked for, at the end of standard input.
fn stop_requested(on_stdin_eof: bool) -> anyhow::Result<impl Future<Output = ()>> {
    let eof = CancellationToken::new();
    if on_stdin_eof {
        // A thread, since a read of standard input cannot be cancelled; it ends with the process.
        let ended = eof.clone();
        std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            let mut input = io::stdin().lock();
            while matches!(input.read(&mut [0; 1_024]), Ok(1..)) {}
            ended.cancel();
        })?;
    }
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = async move { terminate.recv().await };
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
            () = eof.cancelled() => {}
        }
    })
}
