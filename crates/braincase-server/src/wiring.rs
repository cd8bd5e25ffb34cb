//! Makes every part once and puts them together; the only place that knows which implementation is used.

use std::{
    net::SocketAddr,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread::available_parallelism,
};

use braincase_core::{
    Clock, SystemClock,
    background::{Background, Task},
    brain::Brain,
    error_issue::ErrorStore,
    limits::Limits,
    store::Store,
    vision::Vision,
};
use braincase_errors::Supervisor;
use braincase_orchestrator::{
    Orchestrator, Parts,
    brain::{
        local::LocalBrain,
        openai::{ApiKey, OpenAiBrain, OpenAiOptions, SetupError},
    },
    compute::Compute,
    vision::{local::LocalVision, openai::OpenAiVision},
};
use braincase_store::{OpenError, SqliteOptions, SqliteStore};
use braincase_tokens::{Model, Registry, UnknownModel};

use crate::{
    admin::AdminKey,
    app::{App, HttpLimits, Load, Stopping},
    config::{BrainKind, Config, Database, VisionKind},
    issues::filing,
    reporting::{Reporter, ReportingError},
    telemetry,
};

/// Everything that a running server is made of.
#[derive(Debug)]
pub struct Services {
    /// What handlers are given.
    pub app: App,
    /// What background tasks run under.
    pub supervisor: Arc<Supervisor>,
    /// What tells of failures.
    pub reporter: Reporter,
    /// What the store's own tasks run under: they must outlive those above, which still write while they end.
    pub keeper: Arc<Supervisor>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be opened.
    #[error("the store cannot be opened")]
    Store {
        /// Where it is.
        data_dir: String,
        /// Why not.
        source: OpenError,
    },
    /// Nobody can be told of failures.
    #[error(transparent)]
    Reporting(#[from] ReportingError),
    /// The file with models cannot be used.
    #[error("the file with models, {}, cannot be used: {problem}", path.display())]
    Models {
        /// Which file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// There is no such model.
    #[error("the model cannot be used: {0}")]
    Model(#[from] UnknownModel),
    /// The model's provider cannot be asked.
    #[error("the model's provider cannot be set up: {0}")]
    Provider(#[from] SetupError),
    /// What the process before left behind cannot be put in order.
    #[error("recovery failed: {0}")]
    Recover(#[from] braincase_orchestrator::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}; another program may use it, --listen takes another address")]
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
    build_within(config, HttpLimits { write_idle: config.write_timeout, ..HttpLimits::default() }).await
}

/// Makes every part as configured, with other bounds than the default ones.
///
/// # Errors
/// See [`StartError`].
pub async fn build_within(config: &Config, http: HttpLimits) -> Result<Services, StartError> {
    // What can be wrong with the settings is found before anything is started.
    let models = load_models(config.models.as_deref())?;
    let model = models.get(&config.openai.model)?;
    let metrics = telemetry::recorder();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (reporter, unfiled) = Reporter::start(config, &clock)?;
    let supervisor = Arc::new(Supervisor::with_recorder(reporter.recorder.clone()));
    let background: Arc<dyn Background> = supervisor.clone();
    let keeper = Arc::new(Supervisor::with_recorder(reporter.recorder.clone()));
    let stopping = Stopping::default();
    telemetry::start_upkeep(metrics.clone(), stopping.clone(), background.as_ref());
    let limits = Limits::default();
    let (store, issues) = open_stores(config, &(keeper.clone() as _)).await?;
    filing::start(unfiled, Arc::clone(&issues), stopping.clone(), background.as_ref());
    // One long computation of each kind for each processor: more would only take turns. What clients ask to have counted
    // has places of its own, so that it cannot keep turns from theirs.
    let processors = available_parallelism().map_or(1, NonZero::get);
    let compute = Compute::new(Arc::clone(&background), processors, limits.turn_deadline);
    let counting = Compute::new(Arc::clone(&background), processors, http.count_deadline);
    let local_vision = LocalVision::new(Arc::clone(&background), limits.clone(), processors);
    load_vocabulary(&model, background.as_ref());
    let parts = Parts {
        store: Arc::clone(&store),
        brain: make_brain(config, &clock, &compute)?,
        vision: make_vision(config, local_vision, &clock)?,
        clock: Arc::clone(&clock),
        background,
        compute,
        limits: limits.clone(),
        models: Arc::clone(&models),
        model,
        model_name: config.openai.model.clone(),
        image_mode: config.image_mode,
    };
    let app = App {
        orchestrator: Orchestrator::new(parts),
        store,
        issues,
        admin_key: AdminKey::new(config.admin_key.clone()),
        models,
        counting,
        clock,
        supervisor: Arc::clone(&supervisor),
        limits: Arc::new(limits),
        load: Arc::new(Load::within(&http)),
        http: Arc::new(http),
        metrics,
        stopping,
    };
    Ok(Services { app, supervisor, reporter, keeper })
}

/// Loads what counts tokens before the first turn needs it.
fn load_vocabulary(model: &Model, background: &dyn Background) {
    let encoding = model.encoding;
    let load = move || {
        // The count of nothing is known; what matters is that it was asked for.
        let _ = braincase_tokens::count(encoding, "");
        Ok(())
    };
    background.spawn_blocking(Task::new("vocabulary_loading"), Box::new(load));
}

/// The models that are known: those that come with the program, as the user's file changes them.
///
/// # Errors
/// [`StartError::Models`].
pub fn load_models(path: Option<&Path>) -> Result<Arc<Registry>, StartError> {
    let known = Registry::embedded();
    let Some(path) = path else { return Ok(Arc::new(known.clone())) };
    let unusable = |problem: String| StartError::Models { path: path.to_owned(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    known.with_overrides(&text).map(Arc::new).map_err(|error| unusable(error.to_string()))
}

/// Opens the store as configured.
///
/// # Errors
/// [`StartError::Store`].
pub async fn open_store(config: &Config, background: &Arc<dyn Background>) -> Result<Arc<dyn Store>, StartError> {
    open_stores(config, background).await.map(|(store, _)| store)
}

/// The store as configured, also as the place where failures are filed.
async fn open_stores(
    config: &Config,
    background: &Arc<dyn Background>,
) -> Result<(Arc<dyn Store>, Arc<dyn ErrorStore>), StartError> {
    match config.database {
        Database::Sqlite => {
            let options = SqliteOptions::in_dir(&config.data_dir);
            let store = SqliteStore::open(options, Arc::clone(background)).await;
            let data_dir = config.data_dir.display().to_string();
            let store = Arc::new(store.map_err(|source| StartError::Store { data_dir, source })?);
            Ok((Arc::clone(&store) as _, store))
        }
    }
}

fn make_brain(config: &Config, clock: &Arc<dyn Clock>, compute: &Compute) -> Result<Arc<dyn Brain>, StartError> {
    Ok(match config.brain {
        BrainKind::Local => Arc::new(LocalBrain::with(compute.clone())),
        BrainKind::OpenAi => Arc::new(OpenAiBrain::new(provider(config), Arc::clone(clock))?),
    })
}

fn make_vision(config: &Config, local: LocalVision, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Vision>, StartError> {
    let local = Arc::new(local);
    Ok(match config.vision {
        VisionKind::Local => local,
        VisionKind::OpenAi => {
            Arc::new(OpenAiVision::new(provider(config), &config.openai.model, local, Arc::clone(clock))?)
        }
    })
}

fn provider(config: &Config) -> OpenAiOptions {
    let key = config.openai.api_key.as_ref();
    let api_key = key.map(|key| ApiKey::from(key.reveal().to_owned()));
    OpenAiOptions { api_key, ..OpenAiOptions::at(&config.openai.base_url) }
}
