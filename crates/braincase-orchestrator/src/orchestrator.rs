//! The door: everything that the outside may ask of a project.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    Clock, ImageId, SceneId, Scope, TurnId,
    background::Background,
    brain::Brain,
    event::Event,
    image::Image,
    limits::Limits,
    scene::{Scene, SceneSpec},
    store::Store,
    turn::Turn,
    vision::Vision,
};
use bytes::Bytes;

use crate::{Ask, Error, Submitted};

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
    /// The bounds.
    pub limits: Limits,
    /// The model that prompts are made for unless a request names another.
    pub model: String,
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
pub struct Orchestrator {}

impl Orchestrator {
    /// An orchestrator over its parts. Does nothing until it is asked.
    #[must_use]
    pub fn new(_parts: Parts) -> Self {
        todo!()
    }

    /// Ends what a previous process left behind and takes up unfinished analyses. Call once, before anything else.
    pub async fn recover(&self) -> Result<(), Error> {
        todo!()
    }

    /// Accepts a turn and starts it; returns when it is durably stored.
    pub async fn submit(&self, _ask: Ask) -> Result<Submitted, Error> {
        todo!()
    }

    /// Waits until a turn has ended.
    pub async fn finished(&self, _scope: Scope, _turn: TurnId) -> Result<Turn, Error> {
        todo!()
    }

    /// Asks a turn to stop, and waits until it has ended.
    pub async fn cancel(&self, _scope: Scope, _turn: TurnId) -> Result<Turn, Error> {
        todo!()
    }

    /// Takes an image and starts its analysis.
    pub async fn upload(&self, _scope: Scope, _bytes: Bytes) -> Result<Image, Error> {
        todo!()
    }

    /// Adds a scene at the end of the storyboard.
    pub async fn add_scene(&self, _scope: Scope, _spec: SceneSpec) -> Result<Scene, Error> {
        todo!()
    }

    /// Replaces a scene's document; `on` is the version that the caller saw, if it cares.
    pub async fn replace_scene(
        &self,
        _scope: Scope,
        _id: SceneId,
        _on: Option<i64>,
        _spec: SceneSpec,
    ) -> Result<Scene, Error> {
        todo!()
    }

    /// Takes a scene out of the storyboard.
    pub async fn delete_scene(&self, _scope: Scope, _id: SceneId) -> Result<(), Error> {
        todo!()
    }

    /// Makes an earlier iteration of a scene the current one, as a new iteration.
    pub async fn restore_scene(&self, _scope: Scope, _id: SceneId, _version: i64) -> Result<Scene, Error> {
        todo!()
    }

    /// The events of a project after a number; waits for the next one if there is none yet. Empty when the server stops.
    pub async fn next_events(&self, _scope: Scope, _after: i64) -> Result<Vec<Event>, Error> {
        todo!()
    }

    /// Images whose analysis is still running; for metrics.
    #[must_use]
    pub fn analyses_running(&self) -> usize {
        todo!()
    }

    /// Takes no more turns, waits up to `grace` for those that run, then cancels them. Ends waiting [`Self::next_events`].
    pub async fn stop(&self, _grace: Duration) {
        todo!()
    }

    /// One image, for callers that poll.
    pub async fn image(&self, _scope: Scope, _id: ImageId) -> Result<Image, Error> {
        todo!()
    }
}
