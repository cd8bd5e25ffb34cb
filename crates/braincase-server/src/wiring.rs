//! Makes every part once and puts them together; the only place that knows which implementation is used.

use std::{net::SocketAddr, sync::Arc};

use braincase_core::{Clock, SystemClock, background::Background, brain::Brain, limits::Limits, store::Store, vision::Vision};
use braincase_errors::Supervisor;
use braincase_orchestrator::{Orchestrator, Parts};

use crate::{
    app::{App, HttpLimits, Load, Stopping},
    config::{BrainKind, Config, Database, VisionKind},
    telemetry,
};

/// Everything that a running server is made of.
#[derive(Debug)]
pub struct Services {
    /// What handlers are given.
    pub app: App,
    /// What background tasks run under.
    pub supervisor: Arc<Supervisor>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be opened.
    #[error("the store in {data_dir} cannot be opened: {source}")]
    Store {
        /// Where it is.
        data_dir: String,
        /// Why not.
        source: braincase_store::OpenError,
    },
    /// The provider's client cannot be made.
    #[error("the model provider's client cannot be made: {0}")]
    Provider(String),
    /// What the process before left behind cannot be put in order.
    #[error("recovery failed: {0}")]
    Recover(#[from] braincase_orchestrator::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {source}; another program may use it, --listen takes another address")]
    Listen {
        /// Which address.
        listen: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The first line cannot be written.
    #[error("standard output cannot be written to: {0}")]
    Announce(#[source] std::io::Error),
}

/// Makes every part as configured.
///
/// # Errors
/// See [`StartError`].
pub async fn build(config: &Config) -> Result<Services, StartError> {
    build_within(config, HttpLimits::default()).await
}

/// Makes every part as configured, with other bounds than the default ones.
///
/// # Errors
/// See [`StartError`].
pub async fn build_within(config: &Config, http: HttpLimits) -> Result<Services, StartError> {
    let metrics = telemetry::recorder();
    let supervisor = Arc::new(Supervisor::new());
    let background: Arc<dyn Background> = supervisor.clone();
    telemetry::start_upkeep(metrics.clone(), background.as_ref());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let limits = Limits::default();
    let store = open_store(config, &background).await?;
    let parts = Parts {
        store: Arc::clone(&store),
        brain: make_brain(config, &clock)?,
        vision: make_vision(config, &background, &limits)?,
        clock: Arc::clone(&clock),
        background,
        limits: limits.clone(),
        model: config.openai.model.clone(),
        image_mode: config.image_mode,
    };
    let app = App {
        orchestrator: Orchestrator::new(parts),
        store,
        clock,
        limits: Arc::new(limits),
        load: Arc::new(Load::within(&http)),
        http: Arc::new(http),
        metrics,
        stopping: Arc::new(Stopping::default()),
    };
    Ok(Services { app, supervisor })
}
