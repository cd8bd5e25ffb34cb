//! What every handler is given: the orchestrator, the store for plain reads, and the bounds of the HTTP side.

use std::{sync::Arc, time::Duration};

use braincase_core::{Clock, SceneId, Scope, TenantId, error_issue::ErrorStore, limits::Limits, scene, store::Store};
use braincase_errors::Supervisor;
use braincase_orchestrator::{Orchestrator, compute::Compute};
use braincase_tokens::Registry;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{admin::AdminKey, error::Problem, wire::scene::Scene};

/// What every handler is given. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Runs turns and takes images.
    pub orchestrator: Orchestrator,
    /// For plain reads.
    pub store: Arc<dyn Store>,
    /// What has failed.
    pub issues: Arc<dyn ErrorStore>,
    /// Opens what only those may see who run the server.
    pub admin_key: AdminKey,
    /// What is known of models.
    pub models: Arc<Registry>,
    /// Counts and fits long requests, in places that turns do not need.
    pub counting: Compute,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Sees requests to their end.
    pub supervisor: Arc<Supervisor>,
    /// The bounds of the domain.
    pub limits: Arc<Limits>,
    /// The bounds of the HTTP side.
    pub http: Arc<HttpLimits>,
    /// What is in use of those bounds.
    pub load: Arc<Load>,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// Whether the process is on its way out.
    pub stopping: Stopping,
}

impl App {
    /// The tenant of a request; there is one until keys exist.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        TenantId::DEFAULT
    }

    /// Refuses a project that does not exist.
    ///
    /// # Errors
    /// Not found, or the store's failure.
    pub async fn require_project(&self, scope: Scope) -> Result<(), Problem> {
        let found = self.store.load_project(scope).await?;
        found.map(|_| ()).ok_or_else(|| Problem::not_found("project", &scope.project.to_string()))
    }

    /// The scenes of a project with their numbers.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn numbered_scenes(&self, scope: Scope) -> Result<Vec<Scene>, Problem> {
        let scenes = self.store.list_scenes(scope).await?;
        Ok(scenes.into_iter().zip(1..).map(|(scene, number)| Scene::numbered(number, scene)).collect())
    }

    /// One scene with its number.
    ///
    /// # Errors
    /// Not found, or the store's failure.
    pub async fn numbered_scene(&self, scope: Scope, id: SceneId) -> Result<Scene, Problem> {
        let scenes = self.numbered_scenes(scope).await?;
        scenes.into_iter().find(|scene| scene.id == id).ok_or_else(|| Problem::not_found("scene", &id.to_string()))
    }

    /// The number that a scene has now; 0 if it has been taken out meanwhile.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn with_number(&self, scope: Scope, scene: scene::Scene) -> Result<Scene, Problem> {
        let scenes = self.store.list_scenes(scope).await?;
        let place = scenes.iter().position(|other| other.id == scene.id);
        Ok(Scene::numbered(place.map_or(0, |place| place + 1), scene))
    }
}

/// The bounds of the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpLimits {
    /// The most connections; further ones wait in the kernel's queue.
    pub max_connections: usize,
    /// The most requests being worked on; further ones are refused.
    pub max_requests: usize,
    /// The most open event streams; further ones are refused.
    pub max_streams: usize,
    /// The largest JSON body, in bytes: the longest prompt, written with escapes.
    pub max_json_bytes: usize,
    /// The most bytes of all bodies that are held in memory at once.
    pub max_buffered_bytes: usize,
    /// A new connection must have sent its first request's head, and later ones the next head, within this time.
    pub header_deadline: Duration,
    /// A body may stall this long.
    pub body_idle: Duration,
    /// A body must have arrived within this time.
    pub body_deadline: Duration,
    /// A client may take nothing of its answer for this long; then it is dropped.
    pub write_idle: Duration,
    /// How long a request to count or to fit may wait for its place and be worked on.
    pub count_deadline: Duration,
    /// How long a JSON request waits for the end of its turn.
    pub answer_wait: Duration,
    /// How often a quiet event stream shows that it is alive.
    pub heartbeat: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            max_requests: 1_024,
            max_streams: 2_048,
            max_json_bytes: 4 << 20,
            max_buffered_bytes: 256 << 20,
            header_deadline: Duration::from_secs(10),
            body_idle: Duration::from_secs(15),
            body_deadline: Duration::from_secs(120),
            write_idle: Duration::from_secs(30),
            count_deadline: Duration::from_secs(20),
            answer_wait: Duration::from_secs(600),
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// What is in use of the bounds; a permit is one unit of use.
#[derive(Debug)]
pub struct Load {
    /// Requests being worked on.
    pub requests: Arc<Semaphore>,
    /// Open event streams.
    pub streams: Arc<Semaphore>,
    /// Bytes of bodies in memory.
    pub buffered: Arc<Semaphore>,
}

impl Load {
    /// Nothing in use.
    #[must_use]
    pub fn within(limits: &HttpLimits) -> Self {
        Self {
            requests: Arc::new(Semaphore::new(limits.max_requests)),
            streams: Arc::new(Semaphore::new(limits.max_streams)),
            buffered: Arc::new(Semaphore::new(limits.max_buffered_bytes)),
        }
    }
}

/// Whether the process is on its way out; said once, never taken back.
#[derive(Debug, Clone, Default)]
pub struct Stopping(CancellationToken);

impl Stopping {
    /// Says that the process is on its way out.
    pub fn begin(&self) {
        self.0.cancel();
    }

    /// Whether it is.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is.
    pub async fn begun(&self) {
        self.0.cancelled().await;
    }
}
