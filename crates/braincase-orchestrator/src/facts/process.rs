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
use crate::engine::Shared;

/// How often it is tried again because somebody edited a scene at the same moment.
const MAX_ATTEMPTS: usize = 4;

/// Takes facts in: memory learns them, scenes built from the image become richer, and observers are told.
pub(super) async fn process(engine: Shared, scope: Scope, image: ImageId) -> Result<(), Failure> {
    let failed = |error: StoreError| Failure::new(error.code(), error);
    // The line of a project may be full of turns; facts are few, and each waits for those before it.
    let place = engine.queues.take_place(scope, usize::MAX);
    let mut place = place.map_err(|_| Failure::new("queue_full", "the project's line is full"))?;
    place.reached().await;
    for _ in 0..MAX_ATTEMPTS {
        let Some(image) = engine.parts.store.load_image(scope, image).await.map_err(failed)? else { return Ok(()) };
        let scenes = engine.parts.store.list_scenes(scope).await.map_err(failed)?;
        let commit = match &image.analysis {
            Analysis::Pending => return Ok(()),
            Analysis::Failed(problem) => refused(&engine, image.id, problem),
            Analysis::Ready(facts) => taken_in(&engine, image.id, facts, &scenes),
        };
        match engine.parts.store.commit_changes(scope, &commit).await {
            Ok(events) => {
                engine.announce(scope, &events);
                return Ok(());
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(Failure::new("conflict", "the scenes kept changing while image facts were being taken in"))
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
