//! The `braincase` binary.

use std::{io::Write as _, process::ExitCode, time::Duration};

use anyhow::Context as _;
use braincase_errors::{Capture, init_logging, redact};
use braincase_server::{
    check,
    config::{Cli, Command, Config, ConfigError},
    issues, server,
    spans::Spans,
    stop::Ended,
    tokens,
};

/// As a shell says of a program that was interrupted.
const HURRIED: u8 = 130;
/// For computations that cannot be stopped from outside: the process does not wait for them.
const LETTING_GO: Duration = Duration::from_secs(1);
/// For spans that are still to be exported.
const LAST_SPANS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        // If even this cannot be written, the exit code still tells.
        let _ = writeln!(std::io::stderr(), "error: {}", redact(&format!("{error:#}")));
        ExitCode::FAILURE
    })
}

fn run() -> anyhow::Result<ExitCode> {
    let (cli, settings) = match Cli::read(std::env::args_os()) {
        Ok(read) => read,
        Err(error) => error.exit(),
    };
    match cli.command {
        Command::Serve(_) => within_runtime(serve(settings.config())),
        Command::Check(_) => {
            within_runtime(async { check::run(settings.config()).await.context("the result cannot be shown") })
        }
        Command::Errors(command) => within_runtime(async move { Ok(issues::command::run(&command).await?) }),
        Command::Tokens(command) => Ok(tokens::command::run(&command)?),
    }
}

fn within_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    let ended = runtime.block_on(work);
    runtime.shutdown_timeout(LETTING_GO);
    ended
}

async fn serve(config: Result<Config, ConfigError>) -> anyhow::Result<ExitCode> {
    let config = config?;
    let capture = Capture::default();
    let spans = Spans::start(&config)?;
    init_logging(config.log_format, &config.log_filter, capture.clone(), spans.layer())?;
    tracing::info!(?config, "starting");
    let ended = server::serve(&config, &capture).await;
    // It blocks, which it may, since nothing else runs any more.
    spans.close(LAST_SPANS);
    Ok(match ended? {
        Ended::InOrder => ExitCode::SUCCESS,
        Ended::Hurried => ExitCode::from(HURRIED),
    })
}
