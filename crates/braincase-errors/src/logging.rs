//! Sets up the log of the program.

mod clean;

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{LevelFilter, ParseError},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{layer::Capture, panics};
use clean::Clean;

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for programs.
    #[default]
    Json,
    /// For people.
    Pretty,
}

/// Why the log was not set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter cannot be read.
    #[error("the log filter {filter:?} cannot be read")]
    Filter {
        /// The filter as it was given.
        filter: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// Something else has set up a log before.
    #[error("a log is already set up")]
    AlreadySet,
}

/// What listens to spans besides the log.
pub type SpanLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Sends the whole program's log to stderr, and listens to it. `filter` is as in `info,braincase_store=debug` and says what
/// is shown; errors are recorded even if they are not shown, and spans are told to `spans`. Panics outside of every task,
/// which nobody else would tell of, are logged as errors. The environment is not read.
///
/// # Errors
/// See [`LoggingError`].
pub fn init_logging(
    format: LogFormat,
    filter: &str,
    capture: Capture,
    spans: Option<SpanLayer>,
) -> Result<(), LoggingError> {
    let shown = EnvFilter::builder()
        .parse(filter)
        .map_err(|source| LoggingError::Filter { filter: filter.to_owned(), source })?;
    let registry = tracing_subscriber::registry().with(spans).with(capture.with_filter(LevelFilter::INFO));
    let lines = lines(format, io::stderr).with_filter(shown);
    registry.with(lines).try_init().map_err(|_| LoggingError::AlreadySet)?;
    panics::log_others();
    Ok(())
}

/// Writes events as lines, without the secrets that are in them; what [`init_logging`] shows the log with.
pub fn lines<S, M>(format: LogFormat, out: M) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    M: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(Clean { out, format });
    match format {
        LogFormat::Json => Box::new(lines.json().flatten_event(true).with_current_span(false)),
        LogFormat::Pretty => Box::new(lines.with_ansi(io::stderr().is_terminal())),
    }
}
