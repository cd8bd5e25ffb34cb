//! Direct edits: what a person does to a scene without the brain. They do not wait for a running turn; whoever stores
//! second finds the version moved on and works on what is there.

use braincase_core::{
    SceneId, Scope,
    event::{EventKind, NewEvent},
    image::Image,
    scene::{Background, Element, Origin, Scene, SceneSpec},
    store::{ChangeCommit, SceneChange, StoreError},
};

use crate::{Error, engine::Shared, kept::scenes_now, tools::workspace::Workspace, turn::told};

/// Adds a scene at the end of the storyboard.
pub(crate) async fn add(engine: &Shared, scope: Scope, spec: SceneSpec) -> Result<Scene, Error> {
    let project = engine.parts.store.load_project(scope).await?;
    project.ok_or_else(|| Error::NotFound { what: "project", id: scope.project.to_string() })?;
    check_images(engine, scope, &spec).await?;
    let mut edits = engine.edits.take_place(scope);
    edits.reached().await;
    let scenes = scenes_now(engine, scope).await?;
    let images: [Image; 0] = [];
    let (now, most) = (engine.parts.clock.now(), engine.parts.limits.max_scenes);
    let mut workspace = Workspace::of(&scenes, &images, now, most);
    let id = workspace.add(spec, None, 1).map_err(|refusal| Error::Conflict(refusal.problem))?;
    commit(engine, scope, workspace.changes()).await?;
    load(engine, scope, id).await
}

/// Replaces a scene's document.
pub(crate) async fn replace(
    engine: &Shared,
    scope: Scope,
    id: SceneId,
    on: Option<i64>,
    spec: SceneSpec,
) -> Result<Scene, Error> {
    check_images(engine, scope, &spec).await?;
    let scene = load(engine, scope, id).await?;
    let on = on.unwrap_or(scene.version);
    commit(engine, scope, vec![SceneChange::Edit { id, on, spec }]).await?;
    load(engine, scope, id).await
}

/// Takes a scene out of the storyboard.
pub(crate) async fn delete(engine: &Shared, scope: Scope, id: SceneId) -> Result<(), Error> {
    let scene = load(engine, scope, id).await?;
    commit(engine, scope, vec![SceneChange::Delete { id, on: scene.version }]).await
}

/// Makes an earlier iteration the current one.
pub(crate) async fn restore(engine: &Shared, scope: Scope, id: SceneId, version: i64) -> Result<Scene, Error> {
    let scene = load(engine, scope, id).await?;
    let iterations = engine.parts.store.list_iterations(scope, id).await?;
    let iteration = iterations.into_iter().find(|iteration| iteration.version == version);
    let iteration = iteration.ok_or_else(|| Error::NotFound { what: "iteration", id: version.to_string() })?;
    commit(engine, scope, vec![SceneChange::Edit { id, on: scene.version, spec: iteration.spec }]).await?;
    load(engine, scope, id).await
}

async fn load(engine: &Shared, scope: Scope, id: SceneId) -> Result<Scene, Error> {
    let scene = engine.parts.store.load_scene(scope, id).await?;
    scene.ok_or_else(|| Error::NotFound { what: "scene", id: id.to_string() })
}

async fn commit(engine: &Shared, scope: Scope, scenes: Vec<SceneChange>) -> Result<(), Error> {
    let at = engine.parts.clock.now();
    let event = |change| NewEvent { kind: EventKind::SceneChanged, turn_id: None, data: told(change, at) };
    let events = scenes.iter().map(event).collect();
    let commit = ChangeCommit { scenes, memories: Vec::new(), events, origin: Origin::User, at };
    let stored = engine.parts.store.commit_changes(scope, &commit).await.map_err(|error| match error {
        StoreError::Conflict { what } => Error::Conflict(format!("{what} has changed meanwhile; read it again")),
        StoreError::Full | StoreError::Busy | StoreError::Corrupt(_) | StoreError::Failed(_) => Error::Store(error),
    })?;
    engine.announce(scope, &stored);
    Ok(())
}

/// A scene shows only images of its own project.
async fn check_images(engine: &Shared, scope: Scope, spec: &SceneSpec) -> Result<(), Error> {
    let background = match &spec.background {
        Background::Image(background) => Some(background.image_id),
        Background::Color(_) | Background::Gradient(_) => None,
    };
    for id in spec.elements.iter().filter_map(Element::image_id).chain(background) {
        let image = engine.parts.store.load_image(scope, id).await?;
        image.ok_or_else(|| Error::NotFound { what: "image", id: id.to_string() })?;
    }
    Ok(())
}
