//! Processing: a project takes in the facts of one of its images.

use braincase_core::{
    ImageId, Scope,
    background::Failure,
    event::{EventKind, NewEvent},
    image::{Analysis, ImageFacts},
    memory::{Memory, MemoryKind},
    scene::{Origin, Scene},
    store::{ChangeCommit, SceneChange, StoreError},
};
use serde_json::json;

use super::enrich;
use crate::{engine::Shared, kept::scenes_now};

/// How often it is tried again because somebody edited a scene at the same moment.
const MAX_ATTEMPTS: usize = 4;

/// Takes in the facts of every image that waits: memory learns them, scenes built from an image become richer, and
/// observers are told.
pub(super) async fn process(engine: Shared, scope: Scope) -> Result<(), Failure> {
    let mut place = engine.queues.take_place(scope);
    place.reached().await;
    for image in engine.arrivals.take(scope) {
        // One that fails does not keep the others out, and each that fails is told of.
        if let Err(error) = take_in_one(&engine, scope, image).await {
            tracing::error!(
                code = error.code(), operation = "image_facts", error = %error,
                project.id = %scope.project, image.id = %image, "what is known of an image was not taken in",
            );
        }
    }
    Ok(())
}

async fn take_in_one(engine: &Shared, scope: Scope, image: ImageId) -> Result<(), StoreError> {
    let mut attempt = 0;
    loop {
        let mut edits = engine.edits.take_place(scope);
        edits.reached().await;
        let Some(image) = engine.parts.store.load_image(scope, image).await? else { return Ok(()) };
        let commit = match &image.analysis {
            Analysis::Pending => return Ok(()),
            Analysis::Failed(problem) => refused(engine, image.id, problem),
            Analysis::Ready(facts) => {
                let scenes = scenes_now(engine, scope).await?;
                taken_in(engine, image.id, facts, &scenes)
            }
        };
        attempt += 1;
        match engine.parts.store.commit_changes(scope, &commit).await {
            Ok(events) => {
                engine.announce(scope, &events);
                return Ok(());
            }
            Err(StoreError::Conflict { .. }) if attempt < MAX_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

fn refused(engine: &Shared, image: ImageId, problem: &str) -> ChangeCommit {
    let data = json!({"image_id": image, "status": "failed", "error": problem, "scenes_enriched": []});
    let events = vec![event(EventKind::ImageFactsProcessed, data)];
    let at = engine.parts.clock.now();
    ChangeCommit { scenes: Vec::new(), memories: Vec::new(), events, origin: Origin::ImageFacts, at }
}

fn taken_in(engine: &Shared, image: ImageId, facts: &ImageFacts, scenes: &[Scene]) -> ChangeCommit {
    let at = engine.parts.clock.now();
    let mut changes = Vec::new();
    let mut events = Vec::new();
    for scene in scenes {
        if let Some(spec) = enrich(&scene.spec, image, facts) {
            let version = scene.version + 1;
            let data = json!({"scene_id": scene.id, "image_id": image, "version": version, "name": spec.title});
            events.push(event(EventKind::SceneEnriched, data));
            changes.push(SceneChange::Edit { id: scene.id, on: scene.version, spec });
        }
    }
    let enriched: Vec<_> = events.iter().map(|event| event.data["scene_id"].clone()).collect();
    let data = json!({"image_id": image, "status": "ready", "scenes_enriched": enriched});
    events.push(event(EventKind::ImageFactsProcessed, data));
    let memory = Memory {
        kind: MemoryKind::ImageFact,
        key: image.to_string(),
        value: facts.description.clone(),
        confidence: 1.0,
        provenance: format!("image:{image}"),
        updated_at: at,
    };
    ChangeCommit { scenes: changes, memories: vec![memory], events, origin: Origin::ImageFacts, at }
}

const fn event(kind: EventKind, data: serde_json::Value) -> NewEvent {
    NewEvent { kind, turn_id: None, data }
}
