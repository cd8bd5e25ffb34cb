//! Recall: gather what is remembered of the project, all parts at once and under one deadline.

use std::time::Duration;

use braincase_core::{
    image::{Analysis, Image},
    memory::Memory,
    message::Message,
    scene::Scene,
    store::StoreError,
};
use futures_util::join;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, info_span};

use super::{end::Stop, progress::Request};
use crate::{engine::Shared, queue::Place};

/// How many images of the project a prompt may tell of.
const MAX_IMAGES: usize = 50;

/// What is remembered of a project.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) scenes: Vec<Scene>,
    pub(crate) messages: Vec<Message>,
    pub(crate) memories: Vec<Memory>,
    /// The images that came with the request first, then the newest of the project.
    pub(crate) images: Vec<Image>,
    /// How many of the oldest messages were cut from the prompt for good.
    pub(crate) cut: usize,
    /// The tokens of the request's own words, once they are counted.
    pub(crate) prompt_tokens: Option<usize>,
    /// Parts that could not be had; the turn goes on without them.
    pub(crate) degraded: Vec<&'static str>,
    pub(crate) queued: Duration,
    pub(crate) took: Duration,
}

/// Waits for the turn's place, then gathers the context. A part that fails is recorded and left out; it never fails the
/// turn.
pub(super) async fn recall(engine: &Shared, request: &Request, place: &mut Place) -> Result<Context, Stop> {
    let clock = &engine.parts.clock;
    let arrived = clock.monotonic();
    place.reached().await;
    let started = clock.monotonic();
    let (store, scope, limits) = (&engine.parts.store, request.scope, &engine.parts.limits);
    let deadline = Instant::now() + limits.context_deadline;
    let parts = async {
        join!(
            timeout_at(deadline, store.list_scenes(scope)),
            timeout_at(deadline, store.recent_messages(scope, limits.recent_messages, limits.max_recent_bytes)),
            timeout_at(deadline, store.list_memories(scope, limits.max_memories)),
            timeout_at(deadline, store.list_images(scope, MAX_IMAGES)),
        )
    };
    let (scenes, messages, memories, images) = parts.instrument(info_span!("context_build")).await;
    let mut context = Context { queued: started.saturating_sub(arrived), ..Context::default() };
    context.scenes = context.part(request, "scenes", scenes);
    context.messages = context.part(request, "messages", messages);
    context.memories = context.part(request, "memories", memories);
    let images = context.part(request, "images", images);
    context.images = attached_first(engine, request, images);
    context.took = clock.monotonic().saturating_sub(started);
    Ok(context)
}

/// The scenes as they are now, for a turn that has to act again.
pub(super) async fn scenes_now(engine: &Shared, request: &Request) -> Result<Vec<Scene>, StoreError> {
    engine.parts.store.list_scenes(request.scope).await
}

impl Context {
    fn part<T: Default>(
        &mut self,
        request: &Request,
        name: &'static str,
        loaded: Result<Result<T, StoreError>, tokio::time::error::Elapsed>,
    ) -> T {
        let problem = match loaded {
            Ok(Ok(part)) => return part,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "not loaded within the deadline".to_owned(),
        };
        tracing::error!(
            code = "context_degraded", operation = "context_build", part = name, error = problem,
            project.id = %request.scope.project, turn.id = %request.turn_id, "a part of the context is missing",
        );
        metrics::counter!("braincase_context_degraded_total", "part" => name).increment(1);
        self.degraded.push(name);
        T::default()
    }

    /// Brings in facts that have become known since the context was gathered.
    pub(super) fn refresh_facts(&mut self, engine: &Shared, request: &Request) {
        for image in &mut self.images {
            if image.analysis == Analysis::Pending
                && let Some(facts) = engine.facts.get(&(request.scope.tenant, image.hash))
            {
                image.analysis = Analysis::Ready(Box::new((*facts).clone()));
            }
        }
    }
}

fn attached_first(engine: &Shared, request: &Request, images: Vec<Image>) -> Vec<Image> {
    let is_attached = |id| request.images.iter().any(|image| image.id == id);
    let (mut attached, others): (Vec<_>, Vec<_>) = images.into_iter().partition(|image| is_attached(image.id));
    for image in &request.images {
        if !attached.iter().any(|other| other.id == image.id) {
            attached.push(image.clone());
        }
    }
    let place = |id| request.images.iter().position(|image| image.id == id);
    attached.sort_by_key(|image| place(image.id));
    attached.extend(others);
    attached.truncate(MAX_IMAGES.max(engine.parts.limits.max_images_per_turn));
    attached
}
