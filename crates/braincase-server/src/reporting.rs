//! Who is told of failures: the log, a spool in the data directory, and from there whoever is configured.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use braincase_core::Clock;
use braincase_errors::{
    BetterStack, Delivery, LogSink, Recorder, RecorderOptions, Sentry, Sink, Spool, SpoolError, Thresholds,
    deliver::{BetterStackOptions, Limits, Pace, Receiver, ReceiverError, SentryOptions},
    spool::{Bounds, Reader, SpoolSink},
};

use crate::config::{Config, Reporting, Secret};

/// Which program it is, for receivers.
const RELEASE: &str = concat!("braincase@", env!("CARGO_PKG_VERSION"));

/// Who reads what is to be filed.
const STORE: &str = "store";

/// Why nobody can be told of failures.
#[derive(Debug, thiserror::Error)]
pub enum ReportingError {
    /// The folder for them cannot be used.
    #[error("failures cannot be kept: {0}")]
    Spool(#[from] SpoolError),
    /// A receiver cannot be set up.
    #[error("{name} cannot be told of failures: {source}")]
    Receiver {
        /// Which one.
        name: &'static str,
        /// Why not.
        source: ReceiverError,
    },
}

/// What tells of failures.
#[derive(Debug)]
pub struct Reporter {
    /// Makes the records.
    pub recorder: Recorder,
    /// Where they lie until everybody has them.
    pub spool: Spool,
    /// Brings them to others; none if nobody else is to be told.
    delivery: Mutex<Option<Delivery>>,
}

impl Reporter {
    /// Keeps records in the data directory and begins to deliver what is left there from before. With it comes the place
    /// from which they are filed in the store.
    ///
    /// # Errors
    /// See [`ReportingError`].
    pub fn start(config: &Config, clock: &Arc<dyn Clock>) -> Result<(Self, Reader), ReportingError> {
        let spool = open(&config.data_dir)?;
        // Before anybody reads: what all have read is deleted.
        let unfiled = spool.reader(STORE)?;
        let sinks: Vec<Arc<dyn Sink>> = vec![Arc::new(LogSink), Arc::new(SpoolSink::new(spool.clone()))];
        let recorder = make_recorder(sinks, clock, config.thresholds.clone());
        let receivers = receivers(&config.reporting)?;
        let delivery = match receivers.is_empty() {
            true => None,
            false => Some(Delivery::start(&spool, receivers, Pace::default())?),
        };
        Ok((Self { recorder, spool, delivery: Mutex::new(delivery) }, unfiled))
    }

    /// Tells of what is still to be told, within a time; the rest waits in the spool for the next start. Blocks.
    pub fn close(&self, within: Duration) {
        self.recorder.close(within / 2);
        let delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(delivery) = delivery {
            let left = delivery.close(within / 2);
            tracing::info!(failures.left = left, "told of failures");
        }
    }
}

fn open(data_dir: &Path) -> Result<Spool, SpoolError> {
    Spool::open(data_dir.join("errors"), Bounds::default())
}

fn make_recorder(sinks: Vec<Arc<dyn Sink>>, clock: &Arc<dyn Clock>, thresholds: Thresholds) -> Recorder {
    Recorder::new(RecorderOptions { sinks, clock: Arc::clone(clock), thresholds, ..RecorderOptions::default() })
}

fn receivers(reporting: &Reporting) -> Result<Vec<Arc<dyn Receiver>>, ReportingError> {
    let mut receivers: Vec<Arc<dyn Receiver>> = Vec::new();
    let environment = reporting.environment.clone();
    if let Some(dsn) = &reporting.sentry {
        let options = SentryOptions {
            release: Some(RELEASE.to_owned()),
            environment: environment.clone(),
            ..SentryOptions::new(dsn.clone())
        };
        let sentry = Sentry::new(options).map_err(|source| ReportingError::Receiver { name: "Sentry", source })?;
        receivers.push(Arc::new(sentry));
    }
    if let Some((url, token)) = &reporting.better_stack {
        receivers.push(Arc::new(better_stack(url, token, environment)?));
    }
    Ok(receivers)
}

fn better_stack(url: &str, token: &Secret, environment: Option<String>) -> Result<BetterStack, ReportingError> {
    let options = BetterStackOptions {
        url: url.to_owned(),
        token: token.reveal().to_owned(),
        release: Some(RELEASE.to_owned()),
        environment,
        limits: Limits::default(),
    };
    BetterStack::new(options).map_err(|source| ReportingError::Receiver { name: "Better Stack", source })
}
