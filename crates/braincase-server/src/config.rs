//! Settings: the only reader of flags, environment and configuration file; a flag wins over a variable over the file.
//!
//! Every source gives text; text is parsed in one place, so that an error can say which source it came from.

mod flags;
mod parse;
mod sources;

#[cfg(test)]
mod tests;

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use braincase_errors::{LogFormat, Thresholds, deliver::Dsn};
use braincase_orchestrator::ImageMode;

pub use flags::{Cli, Command, Flags};
pub use parse::Settings;
pub use sources::{ConfigError, Origin};

/// The settings of one server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen. Default `127.0.0.1:8787`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where everything is kept. Default `./data`.
    pub data_dir: PathBuf,
    /// Which database. Default `sqlite:`, a file in `data_dir`.
    pub database: Database,
    /// What decides. Default `local`.
    pub brain: BrainKind,
    /// What looks at images. Default `local`.
    pub vision: VisionKind,
    /// The OpenAI-compatible provider, for `brain` or `vision` `openai`.
    pub openai: OpenAi,
    /// File with models of one's own, or other facts about known ones. Default: none.
    pub models: Option<PathBuf>,
    /// Whether turns wait for image analysis. Default `async`: they do not.
    pub image_mode: ImageMode,
    /// How log lines look. Default `json`.
    pub log_format: LogFormat,
    /// Which log lines there are. Default `info`.
    pub log_filter: String,
    /// Opens `/admin`. Default: none, and it stays closed.
    pub admin_key: Option<Secret>,
    /// Who else is told of failures and traces. Default: nobody.
    pub reporting: Reporting,
    /// How long operations may take before it is recorded that they were slow.
    pub thresholds: Thresholds,
    /// How long a client may take nothing of its answer before it is dropped. Default 30 s.
    pub write_timeout: Duration,
    /// How long running turns may go on when the server is stopped. Default 20 s.
    pub stop_grace: Duration,
    /// What besides a signal stops the server. Default: nothing.
    pub stop_on: StopOn,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in the data directory.
    Sqlite,
}

/// What decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrainKind {
    /// Rules; offline, no key.
    Local,
    /// Any OpenAI-compatible endpoint.
    OpenAi,
}

/// What looks at images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisionKind {
    /// Computes from pixels; offline.
    Local,
    /// Adds a vision model's description.
    OpenAi,
}

/// What besides a signal stops the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopOn {
    /// Nothing else.
    Signals,
    /// The end of its standard input: a parent that dies takes the server with it.
    SignalsAndStdin,
}

/// The OpenAI-compatible provider.
#[derive(Debug, Clone)]
pub struct OpenAi {
    /// Where it is, up to and including `/v1`. Default `https://api.openai.com/v1`.
    pub base_url: String,
    /// Which model. Default `gpt-4o`.
    pub model: String,
    /// The key, if it wants one.
    pub api_key: Option<Secret>,
}

/// Who else is told of failures and traces, besides the log and the data directory.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// Sentry, or what speaks its protocol.
    pub sentry: Option<Dsn>,
    /// The address of Better Stack, or what takes log lines as it does, with its token.
    pub better_stack: Option<(String, Secret)>,
    /// The OpenTelemetry collector that is told of traces; only with the feature `otlp`.
    pub otlp: Option<String>,
    /// Where this server runs, as in `production`.
    pub environment: Option<String>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
