//! Image facts: how they are found in the background, and what happens when they arrive.
//!
//! Finding: the bytes are looked at once per tenant; the result is stored and announced. Processing: each project that
//! has the image takes the facts in, at its place in the project's line like a small turn of its own, so that a turn which
//! is building a scene from the image at this moment is finished first and its scene is enriched afterwards.

mod enrich;
mod process;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use braincase_core::{
    ContentHash, ImageId, Scope, TenantId,
    background::{Failure, Task},
    event::{EventKind, NewEvent},
    image::{Analysis as Known, Image, ImageFacts, ImageFormat},
    store::StoreError,
    vision::VisionError,
};
use serde_json::json;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

pub(crate) use self::enrich::enrich;
use self::process::process;
use crate::{
    analyses::{Asked, Ticket},
    engine::Shared,
};

/// How often images are looked for whose analysis was given up.
const SWEEP_PERIOD: Duration = Duration::from_secs(60);
/// The most that are taken up at once.
const MAX_RESUMED: usize = 1_000;

/// An analysis that is on its way.
#[derive(Debug)]
pub(crate) struct Analysis(watch::Receiver<()>);

impl Analysis {
    /// Waits until it has ended, one way or the other.
    pub(crate) async fn ended(mut self) {
        // The channel carries nothing; it closes at the end.
        while self.0.changed().await.is_ok() {}
    }
}

/// Starts the analysis of an image unless it is known or under way; `None` if there is nothing to wait for.
pub(crate) fn analyze(engine: &Shared, tenant: TenantId, image: &Image) -> Option<Analysis> {
    if image.analysis != Known::Pending {
        return None;
    }
    match engine.analyses.ask((tenant, image.hash)) {
        Asked::Running(ended) => Some(Analysis(ended)),
        Asked::Full => None,
        Asked::First(ticket) => {
            let ended = ticket.ended();
            // No deadline for the whole: waiting for a slot may take long, and only looking is limited.
            let task = Task { image: Some(image.id), ..Task::new("image_analysis") };
            engine.spawn(task, find(Arc::clone(engine), tenant, image.hash, image.format, ticket));
            Some(Analysis(ended))
        }
    }
}

/// A new image of a project: its content is looked at, or, if that was done before, the project is told and takes it in.
pub(crate) async fn arrived(engine: &Shared, scope: Scope, image: &Image) -> Result<(), StoreError> {
    if image.analysis == Known::Pending {
        analyze(engine, scope.tenant, image);
        return Ok(());
    }
    let data = json!({"image_id": image.id, "status": "ready"});
    engine.tell(scope, &[NewEvent { kind: EventKind::ImageFactsReady, turn_id: None, data }]).await?;
    take_in(engine, scope, image.id);
    Ok(())
}

/// Images whose facts wait to be taken in, by project.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<HashMap<Scope, Vec<ImageId>>>);

impl Arrivals {
    /// Adds an image; `true` if it is the first, so that somebody has to come for it.
    fn add(&self, scope: Scope, image: ImageId) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let images = waiting.entry(scope).or_default();
        images.push(image);
        images.len() == 1
    }

    /// All that wait in a project.
    fn take(&self, scope: Scope) -> Vec<ImageId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&scope).unwrap_or_default()
    }
}

/// Has a project take in the facts of an image, together with all others that wait by then.
fn take_in(engine: &Shared, scope: Scope, image: ImageId) {
    if engine.arrivals.add(scope, image) {
        let task = Task { scope: Some(scope), image: Some(image), ..Task::new("image_facts") };
        engine.spawn(task, process(Arc::clone(engine), scope));
    }
}

/// Takes up analyses that are neither known nor under way; returns how many images wait.
pub(crate) async fn resume(engine: &Shared) -> Result<usize, StoreError> {
    let pending = engine.parts.store.list_pending_images(MAX_RESUMED).await?;
    for (tenant, image) in &pending {
        analyze(engine, *tenant, image);
    }
    Ok(pending.len())
}

/// Takes up, now and then, what a fault or a full line has left lying, until the server stops.
pub(crate) async fn sweep(engine: Shared, stopping: CancellationToken) -> Result<(), Failure> {
    while timeout(SWEEP_PERIOD, stopping.cancelled()).await.is_err() {
        if let Err(error) = resume(&engine).await {
            tracing::error!(code = error.code(), operation = "image_sweep", error = %error, "images could not be swept");
        }
    }
    Ok(())
}

/// Looks at the bytes, stores and announces the result, and has every project take it in.
async fn find(
    engine: Shared,
    tenant: TenantId,
    hash: ContentHash,
    format: ImageFormat,
    ticket: Ticket,
) -> Result<(), Failure> {
    let slot = ticket.slot().await;
    let found = look(&engine, tenant, hash, format).await?;
    let result = found.clone().map_err(|error| error.to_string());
    let at = engine.parts.clock.now();
    let saved = engine.parts.store.save_analysis(tenant, hash, &result, at).await;
    let images = saved.map_err(|error| Failure::new(error.code(), error))?;
    if let Ok(facts) = result {
        engine.facts.insert((tenant, hash), facts);
    }
    drop(slot);
    drop(ticket);
    for (scope, image) in images {
        engine.hub.wake(scope);
        take_in(&engine, scope, image);
    }
    found.map(drop).map_err(|error| Failure::new(error.code(), error))
}

async fn look(
    engine: &Shared,
    tenant: TenantId,
    hash: ContentHash,
    format: ImageFormat,
) -> Result<Result<ImageFacts, VisionError>, Failure> {
    let known = engine.parts.store.load_facts(tenant, hash).await;
    if let Some(facts) = known.map_err(|error| Failure::new(error.code(), error))? {
        return Ok(Ok(facts));
    }
    let bytes = engine.parts.store.load_blob(tenant, hash).await;
    let bytes = bytes.map_err(|error| Failure::new(error.code(), error))?;
    let Some(bytes) = bytes else {
        return Ok(Err(VisionError::Unavailable("the uploaded bytes are gone".to_owned())));
    };
    let mark = engine.parts.clock.monotonic();
    let limit = engine.parts.limits.analysis_deadline;
    let found = timeout(limit, engine.parts.vision.analyze(bytes, format)).await;
    let found = found.unwrap_or_else(|_| Err(VisionError::Unavailable(format!("no result within {limit:?}"))));
    let took = engine.parts.clock.monotonic().saturating_sub(mark);
    metrics::histogram!("braincase_image_analysis_seconds").record(took.as_secs_f64());
    Ok(found)
}
