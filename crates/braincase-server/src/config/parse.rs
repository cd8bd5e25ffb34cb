//! From text to settings.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use braincase_errors::{LogFormat, Thresholds, deliver::Dsn};
use braincase_orchestrator::ImageMode;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::{
    BrainKind, Cli, Config, ConfigError, Database, OpenAi, Reporting, Secret, StopOn, VisionKind,
    sources::{Origin, Sources},
};

/// Shorter, and it could be guessed.
const MIN_KEY: usize = 16;
const MAX_WAIT: Duration = Duration::from_secs(3_600);
/// Shorter, and clients on slow lines would be dropped in the middle of what they read.
const MIN_LIMIT: Duration = Duration::from_secs(1);

impl Cli {
    /// The command line of this process with its settings.
    ///
    /// # Errors
    /// What clap has to say, which includes requests for help.
    pub fn read(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<(Self, Settings), clap::Error> {
        let matches = Self::command().try_get_matches_from(args)?;
        let cli = Self::from_arg_matches(&matches)?;
        let settings = matches.subcommand().map_or_else(|| matches.clone(), |(_, settings)| settings.clone());
        Ok((cli, Settings(settings)))
    }
}

/// The settings of a command that runs a server, not looked at yet.
#[derive(Debug)]
pub struct Settings(ArgMatches);

impl Settings {
    /// The settings, parsed.
    ///
    /// # Errors
    /// When one of them has a wrong value or the file cannot be read.
    pub fn config(&self) -> Result<Config, ConfigError> {
        Config::of(&self.0)
    }
}

impl Config {
    fn of(matches: &ArgMatches) -> Result<Self, ConfigError> {
        let from = Sources::of(matches)?;
        let data_dir = from.get("data_dir", "./data", directory)?;
        let in_dir = data_dir.clone();
        let stdin = from.get("stop_on_stdin_eof", "false", yes_or_no)?;
        Ok(Self {
            listen: listen(&from)?,
            database: from.get("database_url", "sqlite:", |url| database(url, &in_dir))?,
            data_dir,
            brain: from.get("brain", "local", one_of(&[("local", BrainKind::Local), ("openai", BrainKind::OpenAi)]))?,
            vision: from.get(
                "vision",
                "local",
                one_of(&[("local", VisionKind::Local), ("openai", VisionKind::OpenAi)]),
            )?,
            openai: openai(&from)?,
            models: from.text("models").map(|(path, _)| path.into()),
            image_mode: from.get(
                "image_mode",
                "async",
                one_of(&[("async", ImageMode::Async), ("blocking", ImageMode::Blocking)]),
            )?,
            log_format: from.get(
                "log_format",
                "json",
                one_of(&[("json", LogFormat::Json), ("pretty", LogFormat::Pretty)]),
            )?,
            log_filter: from.get("log", "info", |text| Ok(text.to_owned()))?,
            admin_key: admin_key(&from)?,
            reporting: reporting(&from)?,
            thresholds: from.get("slow", "", thresholds)?,
            write_timeout: from.get("write_timeout", "30s", time_limit)?,
            stop_grace: from.get("stop_grace", "20s", duration)?,
            stop_on: if stdin { StopOn::SignalsAndStdin } else { StopOn::Signals },
        })
    }
}

/// Other machines may reach the server only if somebody says so: until keys exist, whoever reaches it may do everything.
fn listen(from: &Sources<'_>) -> Result<SocketAddr, ConfigError> {
    let parse =
        |text: &str| text.parse::<SocketAddr>().map_err(|_| "expected IP:PORT, as in 127.0.0.1:8787".to_owned());
    let listen = from.get("listen", "127.0.0.1:8787", parse)?;
    if listen.ip().is_loopback() || from.get("public", "false", yes_or_no)? {
        return Ok(listen);
    }
    let origin = from.text("listen").map_or(Origin::Default, |(_, origin)| origin);
    let expected = "other machines can reach this address, and there are no keys yet: whoever reaches the server may read, \
                    change and delete everything. Use a loopback address, or add --public if a proxy or firewall guards it";
    Err(ConfigError::Value { setting: "listen", value: listen.to_string(), origin, expected: expected.to_owned() })
}

fn openai(from: &Sources<'_>) -> Result<OpenAi, ConfigError> {
    Ok(OpenAi {
        base_url: from.get("openai_base_url", "https://api.openai.com/v1", http_url)?,
        model: from.get("openai_model", "gpt-4o", not_empty)?,
        api_key: from.text("openai_api_key").map(|(key, _)| key).filter(|key| !key.is_empty()).map(Secret),
    })
}

fn admin_key(from: &Sources<'_>) -> Result<Option<Secret>, ConfigError> {
    let Some((key, origin)) = from.text("admin_key").filter(|(key, _)| !key.is_empty()) else { return Ok(None) };
    if key.len() >= MIN_KEY && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(Secret(key)));
    }
    let expected = format!("expected at least {MIN_KEY} characters, letters, digits and signs without spaces");
    Err(ConfigError::Value { setting: "admin_key", value: "[redacted]".to_owned(), origin, expected })
}

fn reporting(from: &Sources<'_>) -> Result<Reporting, ConfigError> {
    let set = |setting| from.text(setting).is_some_and(|(text, _)| !text.is_empty());
    let sentry = if set("sentry_dsn") { Some(from.get("sentry_dsn", "", dsn)?) } else { None };
    let token = from.text("better_stack_token").map(|(token, _)| Secret(token));
    let better_stack = match (set("better_stack_url"), token) {
        (false, _) => None,
        (true, token) => Some((from.get("better_stack_url", "", http_url)?, token.unwrap_or(Secret(String::new())))),
    };
    let environment = from.text("environment").map(|(name, _)| name).filter(|name| !name.is_empty());
    let otlp = if set("otlp_endpoint") { Some(from.get("otlp_endpoint", "", collector)?) } else { None };
    Ok(Reporting { sentry, better_stack, otlp, environment })
}

/// An endpoint that nothing is sent to would look like one that works.
fn collector(text: &str) -> Result<String, String> {
    if cfg!(feature = "otlp") {
        return http_url(text);
    }
    Err("this program was built without OpenTelemetry; build it with `--features otlp`, or leave this out".to_owned())
}

fn dsn(text: &str) -> Result<Dsn, String> {
    text.parse().map_err(|_| "expected https://KEY@HOST/PROJECT".to_owned())
}

fn database(url: &str, data_dir: &std::path::Path) -> Result<Database, String> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Err("PostgreSQL comes with a later version; use sqlite: for now".to_owned());
    }
    let path = url.strip_prefix("sqlite:").ok_or("expected sqlite:, which is braincase.db in the data directory")?;
    let file = data_dir.join("braincase.db");
    if path.is_empty() || file == std::path::Path::new(path.trim_start_matches("//")) {
        return Ok(Database::Sqlite);
    }
    Err(format!("the database is {}; set --data-dir to move it, and leave this at sqlite:", file.display()))
}

/// `turn=3s,commit=100ms`, on top of the usual ones; `0s` takes one away.
fn thresholds(text: &str) -> Result<Thresholds, String> {
    let mut thresholds = Thresholds::default();
    for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
        let expected = || format!("expected OPERATION=DURATION, as in turn=3s, got {pair:?}");
        let (operation, threshold) = pair.split_once('=').ok_or_else(expected)?;
        let (operation, threshold) = (operation.trim(), duration(threshold.trim())?);
        if thresholds.of(operation).is_none() {
            let known: Vec<_> = thresholds.list().into_iter().map(|(name, _)| name).collect();
            return Err(format!("there is no operation {operation:?}; there are {}", known.join(", ")));
        }
        thresholds = thresholds.with(operation, threshold);
    }
    Ok(thresholds)
}

fn directory(text: &str) -> Result<PathBuf, String> {
    not_empty(text).map(PathBuf::from)
}

fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("expected a text that is not empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn http_url(text: &str) -> Result<String, String> {
    let expected = "expected a URL, as in https://api.openai.com/v1";
    let uri: http::Uri = text.parse().map_err(|_| expected)?;
    let fits = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty());
    if fits { Ok(text.trim_end_matches('/').to_owned()) } else { Err(expected.to_owned()) }
}

fn duration(text: &str) -> Result<Duration, String> {
    let expected = "expected a time of at most one hour, as in 20s or 1m 30s";
    let parsed = humantime::parse_duration(text).map_err(|_| expected)?;
    if parsed <= MAX_WAIT { Ok(parsed) } else { Err(expected.to_owned()) }
}

fn time_limit(text: &str) -> Result<Duration, String> {
    let limit = duration(text)?;
    if limit >= MIN_LIMIT { Ok(limit) } else { Err(format!("expected at least {MIN_LIMIT:?}")) }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    one_of(&[("true", true), ("1", true), ("false", false), ("0", false)])(text)
}

fn one_of<T: Copy>(words: &[(&'static str, T)]) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            format!("expected one of {}", words.join(", "))
        })
    }
}
