//! The door: everything that the outside may ask of a project.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    Clock, ImageId, SceneId, Scope, TurnId,
    background::{Background, Task},
    brain::Brain,
    event::Event,
    image::Image,
    limits::Limits,
    scene::{Scene, SceneSpec},
    store::Store,
    turn::Turn,
    vision::Vision,
};
use braincase_tokens::{Model, Registry};
use bytes::Bytes;

use tokio_util::sync::CancellationToken;

use crate::{
    Ask, Error, Submitted,
    compute::Compute,
    engine::{Engine, Shared},
    facts, keys, scenes,
    turn::{self, Client},
    upload,
};

/// The most events that are read at once.
const EVENT_PAGE: usize = 256;
/// How long cancelled turns may take to store that they are.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// What an orchestrator is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is remembered.
    pub store: Arc<dyn Store>,
    /// What decides.
    pub brain: Arc<dyn Brain>,
    /// What looks at images.
    pub vision: Arc<dyn Vision>,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What starts tasks.
    pub background: Arc<dyn Background>,
    /// What runs long computations.
    pub compute: Compute,
    /// The bounds.
    pub limits: Limits,
    /// What is known of models.
    pub models: Arc<Registry>,
    /// The model that prompts are made for unless a request names another.
    pub model: Model,
    /// What the provider calls that model.
    pub model_name: String,
    /// Whether turns wait for the analysis of their images.
    pub image_mode: ImageMode,
}

/// Whether turns wait for the analysis of their images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ImageMode {
    /// Never: facts that come late are hooked in.
    #[default]
    Async,
    /// Always: the old way, for comparison.
    Blocking,
}

/// Runs the turns of every project, one at a time in each. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    engine: Shared,
    stopping: CancellationToken,
}

impl Orchestrator {
    /// An orchestrator over its parts. Does nothing until it is asked.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { engine: Arc::new(Engine::new(parts)), stopping: CancellationToken::new() }
    }

    /// Ends what a previous process left behind and takes up unfinished analyses. Call once, before anything else.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(&self) -> Result<(), Error> {
        let store = &self.engine.parts.store;
        let interrupted = store.interrupt_turns(self.engine.parts.clock.now()).await?;
        let pending = facts::resume(&self.engine).await?;
        tracing::info!(interrupted, pending, "took up what the last process left behind");
        let sweep = facts::sweep(Arc::clone(&self.engine), self.stopping.clone());
        self.engine.spawn(Task::new("image_sweep"), sweep);
        let sweep = keys::sweep(Arc::clone(&self.engine), self.stopping.clone());
        self.engine.spawn(Task::new("key_sweep"), sweep);
        Ok(())
    }

    /// Accepts a turn and starts it; returns when it is durably stored.
    ///
    /// # Errors
    /// When the request is refused; then nothing is stored.
    pub async fn submit(&self, ask: Ask) -> Result<Submitted, Error> {
        if self.stopping.is_cancelled() {
            return Err(stopping());
        }
        let turn = TurnId::new(self.engine.parts.clock.now());
        let task = Task { scope: Some(ask.scope), turn: Some(turn), ..Task::new("turn") };
        let (client, answer) = Client::new();
        self.engine.spawn(task, turn::run(Arc::clone(&self.engine), turn, ask, client));
        // The sender is dropped without a word only if the task was not started or was torn down.
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// Waits until a turn has ended.
    ///
    /// # Errors
    /// When there is no such turn, the store fails, or the server stops first.
    pub async fn finished(&self, scope: Scope, turn: TurnId) -> Result<Turn, Error> {
        if let Some(result) = self.engine.running.result(scope, turn).await {
            return Ok(Turn::clone(&result));
        }
        let mut listener = self.engine.hub.listen(scope);
        loop {
            let stored = self.engine.parts.store.load_turn(scope, turn).await?;
            let stored = stored.ok_or_else(|| Error::NotFound { what: "turn", id: turn.to_string() })?;
            if stored.status.is_terminal() {
                return Ok(stored);
            }
            if !listener.news().await {
                return Err(stopping());
            }
        }
    }

    /// Asks a turn to stop, and waits until it has ended. A turn that has ended already stays as it is.
    ///
    /// # Errors
    /// As [`Self::finished`].
    pub async fn cancel(&self, scope: Scope, turn: TurnId) -> Result<Turn, Error> {
        self.engine.running.stop(scope, turn);
        self.finished(scope, turn).await
    }

    /// Takes an image and starts its analysis.
    ///
    /// # Errors
    /// When the bytes are no image that we take, or there is no such project.
    pub async fn upload(&self, scope: Scope, bytes: Bytes) -> Result<Image, Error> {
        upload::upload(&self.engine, scope, bytes).await
    }

    /// One image with what is known of it.
    ///
    /// # Errors
    /// When there is no such image.
    pub async fn image(&self, scope: Scope, id: ImageId) -> Result<Image, Error> {
        let image = self.engine.parts.store.load_image(scope, id).await?;
        image.ok_or_else(|| Error::NotFound { what: "image", id: id.to_string() })
    }

    /// Does something while nobody else in this process stores changes of the project.
    pub async fn alone<T>(&self, scope: Scope, work: impl Future<Output = T>) -> T {
        let mut place = self.engine.edits.take_place(scope);
        place.reached().await;
        work.await
    }

    /// Adds a scene at the end of the storyboard.
    ///
    /// # Errors
    /// When there is no such project, it is full, or the document shows an image that the project does not have.
    pub async fn add_scene(&self, scope: Scope, spec: SceneSpec) -> Result<Scene, Error> {
        scenes::add(&self.engine, scope, spec).await
    }

    /// Replaces a scene's document; `on` is the version that the caller saw, if it cares.
    ///
    /// # Errors
    /// When there is no such scene, or it is no longer at that version.
    pub async fn replace_scene(
        &self,
        scope: Scope,
        id: SceneId,
        on: Option<i64>,
        spec: SceneSpec,
    ) -> Result<Scene, Error> {
        scenes::replace(&self.engine, scope, id, on, spec).await
    }

    /// Takes a scene out of the storyboard.
    ///
    /// # Errors
    /// When there is no such scene.
    pub async fn delete_scene(&self, scope: Scope, id: SceneId) -> Result<(), Error> {
        scenes::delete(&self.engine, scope, id).await
    }

    /// Makes an earlier iteration of a scene the current one, as a new iteration.
    ///
    /// # Errors
    /// When there is no such scene or iteration.
    pub async fn restore_scene(&self, scope: Scope, id: SceneId, version: i64) -> Result<Scene, Error> {
        scenes::restore(&self.engine, scope, id, version).await
    }

    /// The events of a project after a number; waits for the next one if there is none yet. Empty when the server stops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_events(&self, scope: Scope, after: i64) -> Result<Vec<Event>, Error> {
        // Listening begins before reading, so that nothing slips through in between.
        let mut listener = self.engine.hub.listen(scope);
        loop {
            let events = self.engine.parts.store.events_after(scope, after, EVENT_PAGE).await?;
            if !events.is_empty() || !listener.news().await {
                return Ok(events);
            }
        }
    }

    /// Images whose analysis is running or waiting; for metrics.
    #[must_use]
    pub fn analyses_running(&self) -> usize {
        self.engine.analyses.count()
    }

    /// Takes no more turns, waits up to `grace` for those that run, then cancels them. Ends waiting [`Self::next_events`].
    pub async fn stop(&self, grace: Duration) {
        self.stopping.cancel();
        let running = &self.engine.running;
        if tokio::time::timeout(grace, running.none_left()).await.is_err() {
            running.stop_all();
            drop(tokio::time::timeout(CANCEL_LIMIT, running.none_left()).await);
        }
        self.engine.hub.stop();
    }
}

fn stopping() -> Error {
    Error::Busy("the server is stopping; repeat later".to_owned())
}
