//! Recall: gather what is remembered of the project, all parts at once and under one deadline.

use std::{sync::Arc, time::Duration};

use braincase_core::{
    background::Task,
    image::{Analysis, Image},
    memory::Memory,
    message::Message,
    scene::Scene,
    store::{Revisions, Store},
};
use futures_util::join;
use tokio::time::{Instant, error::Elapsed, timeout_at};
use tracing::{Instrument, info_span};

use super::{end::Stop, progress::Request};
use crate::{
    engine::Shared,
    kept::{Missing, revisions},
    queue::Place,
};

/// How many images of the project a prompt may tell of.
const MAX_IMAGES: usize = 50;

/// Asking what has changed may take this part of the time for gathering; without an answer everything is read.
const REVISIONS_SHARE: u32 = 4;

/// What is remembered of a project.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) scenes: Arc<Vec<Scene>>,
    pub(crate) messages: Arc<Vec<Message>>,
    pub(crate) memories: Arc<Vec<Memory>>,
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

/// Waits for the turn's place, then gathers the context: what has not changed since it was last read is not read again. A
/// part that fails is recorded and left out; it never fails the turn.
pub(super) async fn recall(engine: &Shared, request: &Request, place: &mut Place) -> Result<Context, Stop> {
    let clock = &engine.parts.clock;
    let arrived = clock.monotonic();
    place.reached().await;
    let started = clock.monotonic();
    let (store, scope, limits, kept) = (&engine.parts.store, request.scope, &engine.parts.limits, &engine.kept);
    let deadline = Instant::now() + limits.context_deadline;
    let task = Task { scope: Some(scope), turn: Some(request.turn_id), ..Task::new("context_load") };
    let parts = async {
        let known = revisions(engine, scope, limits.context_deadline / REVISIONS_SHARE).await;
        let at = |part: fn(Revisions) -> i64| known.map(part);
        let messages = store.recent_messages(scope, limits.recent_messages, limits.max_recent_bytes);
        let messages = async { messages.await.map(Arc::new).map_err(Missing::from) };
        let scenes = from(store, move |store| async move { store.list_scenes(scope).await });
        let most = limits.max_memories;
        let memories = from(store, move |store| async move { store.list_memories(scope, most).await });
        let images = from(store, move |store| async move { store.list_images(scope, MAX_IMAGES).await });
        join!(
            timeout_at(deadline, kept.scenes.get_or_load(&task, scope, at(|known| known.scenes), scenes)),
            timeout_at(deadline, messages),
            timeout_at(deadline, kept.memories.get_or_load(&task, scope, at(|known| known.memories), memories)),
            timeout_at(deadline, kept.images.get_or_load(&task, scope, at(|known| known.images), images)),
        )
    };
    let (scenes, messages, memories, images) = parts.instrument(info_span!("context_build")).await;
    let mut context = Context { queued: started.saturating_sub(arrived), ..Context::default() };
    context.scenes = context.part(request, "scenes", scenes);
    context.messages = context.part(request, "messages", messages);
    context.memories = context.part(request, "memories", memories);
    let images = context.part(request, "images", images);
    context.images = attached_first(engine, request, images.as_ref().clone());
    context.took = clock.monotonic().saturating_sub(started);
    Ok(context)
}

/// A read of the store that can go on without whoever began it.
fn from<R, F>(store: &Arc<dyn Store>, read: F) -> impl Fn() -> R + Clone + use<R, F>
where
    F: Fn(Arc<dyn Store>) -> R + Clone,
{
    let store = Arc::clone(store);
    move || read(Arc::clone(&store))
}

impl Context {
    fn part<T: Default>(
        &mut self,
        request: &Request,
        name: &'static str,
        loaded: Result<Result<T, Missing>, Elapsed>,
    ) -> T {
        let problem = match loaded {
            Ok(Ok(part)) => return part,
            Ok(Err(Missing::Recorded)) => None,
            Ok(Err(Missing::Unrecorded(problem))) => Some(problem),
            Err(Elapsed { .. }) => Some("not loaded within the deadline".to_owned()),
        };
        if let Some(problem) = problem {
            tracing::error!(
                code = "context_degraded", operation = "context_build", part = name, error = problem,
                project.id = %request.scope.project, turn.id = %request.turn_id, "a part of the context is missing",
            );
        }
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
