//! Where settings come from.

use std::{fmt, path::PathBuf};

use clap::{ArgMatches, parser::ValueSource};

/// Every setting that the file may have, by the name it has there.
const IN_FILE: [&str; 23] = [
    "listen",
    "public",
    "data_dir",
    "database_url",
    "brain",
    "vision",
    "openai_base_url",
    "openai_model",
    "openai_api_key",
    "admin_key",
    "models",
    "image_mode",
    "log_format",
    "log",
    "sentry_dsn",
    "better_stack_url",
    "better_stack_token",
    "otlp_endpoint",
    "environment",
    "slow",
    "write_timeout",
    "stop_grace",
    "stop_on_stdin_eof",
];

/// Why the settings cannot be used; names the setting, its source and what is expected.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting has a wrong value.
    #[error("{setting} = {value:?} (from {origin}): {expected}")]
    Value {
        /// Which setting.
        setting: &'static str,
        /// What it was set to.
        value: String,
        /// Where it was set.
        origin: Origin,
        /// What would be right.
        expected: String,
    },
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
}

/// Where a setting was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag(&'static str),
    /// In the environment.
    Variable(&'static str),
    /// In the configuration file.
    File(PathBuf),
    /// Nowhere.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(setting) => write!(f, "the flag --{}", setting.replace('_', "-")),
            Self::Variable(setting) => write!(f, "the variable BRAINCASE_{}", setting.to_uppercase()),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// Flags, variables and file, in this order.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    matches: &'a ArgMatches,
    file: Option<(PathBuf, toml::Table)>,
}

impl<'a> Sources<'a> {
    /// The sources of a command; reads the file if one is named.
    pub(super) fn of(matches: &'a ArgMatches) -> Result<Self, ConfigError> {
        let path = matches.get_one::<String>("config").map(PathBuf::from);
        let file = path.map(|path| read_file(&path).map(|table| (path, table))).transpose()?;
        Ok(Self { matches, file })
    }

    /// The text of a setting with its origin, if it is set anywhere.
    pub(super) fn text(&self, setting: &'static str) -> Option<(String, Origin)> {
        if let Some(text) = self.matches.get_one::<String>(setting) {
            let from_variable = self.matches.value_source(setting) == Some(ValueSource::EnvVariable);
            let origin = if from_variable { Origin::Variable(setting) } else { Origin::Flag(setting) };
            return Some((text.clone(), origin));
        }
        let (path, table) = self.file.as_ref()?;
        let value = table.get(setting)?;
        Some((text_of(value), Origin::File(path.clone())))
    }

    /// A setting, parsed.
    pub(super) fn get<T>(
        &self,
        setting: &'static str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let (value, origin) = self.text(setting).unwrap_or_else(|| (default.to_owned(), Origin::Default));
        parse(&value).map_err(|expected| ConfigError::Value { setting, value, origin, expected })
    }
}

fn read_file(path: &PathBuf) -> Result<toml::Table, ConfigError> {
    let unreadable = |problem: String| ConfigError::File { path: path.clone(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| unreadable(error.to_string()))?;
    match table.keys().find(|key| !IN_FILE.contains(&key.as_str())) {
        Some(unknown) => Err(unreadable(format!("unknown setting `{unknown}`, expected one of {}", known()))),
        None => Ok(table),
    }
}

/// What no setting can be is shown by its type, which its parser then refuses.
fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(answer) => answer.to_string(),
        toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => value.type_str().to_owned(),
    }
}

fn known() -> String {
    IN_FILE.join(", ")
}
