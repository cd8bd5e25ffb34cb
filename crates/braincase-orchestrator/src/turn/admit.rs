//! Admit: check a request and give it its place in the project's order. Nothing is stored yet.

use braincase_core::{
    ContentHash, Scope, TurnId,
    image::Image,
    limits::Limits,
    store::{Accepted, Idempotency},
    turn::ImagesUsed,
};
use braincase_tokens::{Model, UnknownModel};
use futures_util::future::try_join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    end::Stop,
    progress::{Progress, Request, Stopwatch},
};
use crate::{Ask, Error, Policy, engine::Shared, keys::find_repeated, queue::Full};

/// The longest idempotency key, in bytes.
const MAX_KEY_BYTES: usize = 255;

/// Checks a request and gives it its place in the project's order. A repeated request is recognised before anything is
/// judged by the present state of the project, which the first one has changed.
pub(super) async fn admit(engine: &Shared, turn_id: TurnId, ask: Ask) -> Result<Progress, Stop> {
    let stopwatch = Stopwatch::start(&engine.parts.clock);
    check_shape(&engine.parts.limits, &ask)?;
    let model = find_model(engine, &ask)?;
    let model_name = ask.model.clone().unwrap_or_else(|| engine.parts.model_name.clone());
    // Before the first wait, so that the order is the order of arrival.
    let place = engine.queues.take_turn_place(ask.scope, engine.parts.limits.max_queued_turns);
    let idempotency = idempotency(&ask);
    check_repeated(engine, ask.scope, idempotency.as_ref()).await?;
    let place = place.map_err(|full| too_many(&full))?;
    let images = load_images(engine, &ask).await?;
    check_scene(engine, &ask).await?;
    make_way(engine, ask.scope, ask.policy)?;
    let at = engine.parts.clock.now();
    let stop = CancellationToken::new();
    let running = engine.running.enter(ask.scope, turn_id, stop.clone());
    let request = Request {
        turn_id,
        scope: ask.scope,
        prompt: ask.prompt,
        images,
        scene_id: ask.scene_id,
        model,
        model_name,
        idempotency,
        trace: ask.trace,
        at,
    };
    Ok(Progress {
        request,
        place,
        running,
        stop,
        stopwatch,
        tokens: None,
        counted: None,
        images: ImagesUsed::default(),
        decided: None,
        untold: Vec::new(),
    })
}

fn check_shape(limits: &Limits, ask: &Ask) -> Result<(), Error> {
    let invalid = |field, problem: String| Err(Error::Invalid { field, problem });
    if ask.prompt.trim().is_empty() {
        return invalid("prompt", "must not be empty; say what to do".to_owned());
    }
    if ask.prompt.len() > limits.max_prompt_bytes {
        let problem = format!("is {} bytes long, at most {} are allowed", ask.prompt.len(), limits.max_prompt_bytes);
        return Err(Error::TooLarge { field: "prompt", problem });
    }
    if ask.image_ids.len() > limits.max_images_per_turn {
        let (count, most) = (ask.image_ids.len(), limits.max_images_per_turn);
        return invalid("image_ids", format!("has {count} images, at most {most} are allowed in one turn"));
    }
    let mut sorted = ask.image_ids.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return invalid("image_ids", "names an image twice".to_owned());
    }
    match &ask.idempotency_key {
        Some(key) if key.is_empty() || key.len() > MAX_KEY_BYTES => {
            invalid("Idempotency-Key", format!("must have 1 to {MAX_KEY_BYTES} characters, has {}", key.len()))
        }
        Some(_) | None => Ok(()),
    }
}

fn find_model(engine: &Shared, ask: &Ask) -> Result<Model, Error> {
    let unknown = |error: UnknownModel| Error::Invalid { field: "model", problem: error.to_string() };
    let model = match &ask.model {
        Some(name) => engine.parts.models.get(name).map_err(unknown)?,
        None => engine.parts.model.clone(),
    };
    Ok(engine.calibrator.calibrate(model, &engine.tools))
}

async fn check_repeated(engine: &Shared, scope: Scope, idempotency: Option<&Idempotency>) -> Result<(), Stop> {
    let Some(idempotency) = idempotency else { return Ok(()) };
    let earlier = find_repeated(engine, scope, idempotency).await.map_err(Error::from)?;
    match earlier {
        Some(Accepted::Repeated(turn)) => Err(Stop::Repeated(turn)),
        Some(Accepted::KeyReused) => Err(Stop::Refused(Error::KeyReused)),
        Some(Accepted::New(_) | Accepted::NoProject) | None => Ok(()),
    }
}

/// Does what the request wants done about other turns of the project, now that the request itself is in order.
fn make_way(engine: &Shared, scope: Scope, policy: Policy) -> Result<(), Error> {
    match policy {
        // The request itself is one of them.
        Policy::Reject if engine.queues.turns(scope) > 1 => {
            Err(Error::Conflict("the project is busy with another turn".to_owned()))
        }
        Policy::Enqueue | Policy::Reject => Ok(()),
        Policy::Interrupt => {
            engine.running.stop_project(scope);
            Ok(())
        }
    }
}

fn too_many(full: &Full) -> Error {
    Error::Busy(format!("{} turns of this project are waiting already; repeat later", full.turns))
}

async fn load_images(engine: &Shared, ask: &Ask) -> Result<Vec<Image>, Error> {
    let load = |id| async move {
        let image = engine.parts.store.load_image(ask.scope, id).await?;
        image.ok_or_else(|| Error::NotFound { what: "image", id: id.to_string() })
    };
    try_join_all(ask.image_ids.iter().copied().map(load)).await
}

async fn check_scene(engine: &Shared, ask: &Ask) -> Result<(), Error> {
    let Some(id) = ask.scene_id else { return Ok(()) };
    let scene = engine.parts.store.load_scene(ask.scope, id).await?;
    scene.map(drop).ok_or_else(|| Error::NotFound { what: "scene", id: id.to_string() })
}

fn idempotency(ask: &Ask) -> Option<Idempotency> {
    let key = ask.idempotency_key.clone()?;
    let asked = json!([ask.prompt, ask.image_ids, ask.scene_id, ask.model]);
    Some(Idempotency { key, request: ContentHash::of(asked.to_string().as_bytes()) })
}
