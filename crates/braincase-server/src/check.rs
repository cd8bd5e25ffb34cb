//! `braincase check`: whether a server could run here, one line for each thing that it needs.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use braincase_core::{Clock as _, SystemClock, Timestamp};
use braincase_errors::Supervisor;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    config::{BrainKind, Config, ConfigError, VisionKind},
    wiring,
};

const DEADLINE: Duration = Duration::from_secs(5);
/// 2026-01-01: a clock before it has never been set.
const EARLIEST: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// 2100-01-01.
const LATEST: Timestamp = Timestamp::from_micros(4_102_444_800_000_000);
const PROBE_BYTES: usize = 1 << 20;

/// One thing that was looked at: what, and whether it is well, in words either way.
type Finding = (&'static str, Result<String, String>);

/// Looks at everything and shows a table; the exit code is 0 if all is well.
///
/// # Errors
/// When the table cannot be shown.
pub async fn run(config: Result<Config, ConfigError>) -> io::Result<ExitCode> {
    let findings = match config {
        Ok(config) => look(&config).await,
        Err(error) => vec![("configuration", Err(error.to_string()))],
    };
    let mut out = io::stdout().lock();
    for (what, finding) in &findings {
        let (mark, words) = match finding {
            Ok(words) => ("ok", words),
            Err(words) => ("FAIL", words),
        };
        writeln!(out, "{what:<14} {mark:<5} {words}")?;
    }
    let well = findings.iter().all(|(_, finding)| finding.is_ok());
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![("configuration", Ok(format!("listen on {}", config.listen)))];
    findings.push(("disk", check_disk(config).await));
    findings.push(("database", check_database(config).await));
    findings.push(("clock", check_clock(config)));
    if config.brain == BrainKind::OpenAi || config.vision == VisionKind::OpenAi {
        findings.push(("provider", check_provider(config).await));
    }
    findings
}

/// Writes, syncs and reads back a file where the data goes.
async fn check_disk(config: &Config) -> Result<String, String> {
    let clock = SystemClock::default();
    let path = config.data_dir.join(".check");
    let probe = async {
        tokio::fs::create_dir_all(&config.data_dir).await?;
        tokio::fs::write(&path, vec![0xA5; PROBE_BYTES]).await?;
        tokio::fs::File::open(&path).await?.sync_all().await?;
        let read = tokio::fs::read(&path).await?;
        tokio::fs::remove_file(&path).await?;
        Ok::<_, io::Error>(read.len())
    };
    match timeout(DEADLINE, probe).await {
        Ok(Ok(PROBE_BYTES)) => {
            let took = clock.monotonic().as_millis();
            Ok(format!("1 MiB written, synced and read back in {} in {took} ms", config.data_dir.display()))
        }
        Ok(Ok(read)) => Err(format!("wrote {PROBE_BYTES} bytes but read {read}")),
        Ok(Err(error)) => Err(format!("{} cannot be used: {error}", config.data_dir.display())),
        Err(_) => Err(format!("not done within {DEADLINE:?}")),
    }
}

async fn check_database(config: &Config) -> Result<String, String> {
    let supervisor = Arc::new(Supervisor::new());
    let store = wiring::open_store(config, &(supervisor.clone() as _)).await.map_err(|error| error.to_string())?;
    let checked = timeout(DEADLINE, store.check()).await;
    store.close().await;
    let leftover = supervisor.shutdown(DEADLINE).await;
    tracing::debug!(?leftover, "the check has ended");
    match checked {
        Ok(Ok(())) => Ok("opened and written to".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {DEADLINE:?}")),
    }
}

fn check_clock(config: &Config) -> Result<String, String> {
    let now = SystemClock::default().now();
    if !(EARLIEST..=LATEST).contains(&now) {
        return Err(format!("it is not {now}; set the machine's clock"));
    }
    // The disk check has just written into the directory: its time is the file system's opinion of now.
    let modified = std::fs::metadata(&config.data_dir).and_then(|data| data.modified()).ok();
    let since_epoch = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let Some(disk) = since_epoch else { return Ok(now.to_string()) };
    let disk = Timestamp::from_micros(i64::try_from(disk.as_micros()).unwrap_or(i64::MAX));
    let apart = now.since(disk).max(disk.since(now));
    if apart > Duration::from_secs(60) {
        return Err(format!("the machine says {now}, the file system {disk}"));
    }
    Ok(now.to_string())
}

/// Whether somebody listens at the provider's address; a request would cost money.
async fn check_provider(config: &Config) -> Result<String, String> {
    let uri: http::Uri = config.openai.base_url.parse().map_err(|_| "the URL cannot be read".to_owned())?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    match timeout(DEADLINE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} answers")),
        Ok(Err(error)) => Err(format!("{host}:{port} cannot be reached: {error}")),
        Err(_) => Err(format!("{host}:{port} did not answer within {DEADLINE:?}")),
    }
}
