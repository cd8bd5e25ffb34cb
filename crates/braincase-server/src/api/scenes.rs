//! Scenes: list, add, show, replace, delete, look back, restore.

use axum::extract::State;
use http::StatusCode;

use crate::{
    api::Answered,
    app::App,
    error::Problem,
    extract::{InProject, InScene, Json, Known},
    wire::{
        page::Page,
        scene::{Iteration, NewScene, ReplaceScene, RestoreScene, Scene},
        shown::Shown,
    },
};

pub(crate) async fn list(State(app): State<App>, known: Known<InProject>) -> Answered<Shown<Page<Scene>>> {
    Ok(Shown(Page::whole(app.numbered_scenes(known.scope).await?)))
}

pub(crate) async fn add(
    State(app): State<App>,
    known: Known<InProject>,
    Json(new): Json<NewScene>,
) -> Answered<(StatusCode, Shown<Scene>)> {
    let scene = app.orchestrator.add_scene(known.scope, new.into_spec()?).await?;
    Ok((StatusCode::CREATED, Shown(app.with_number(known.scope, scene).await?)))
}

pub(crate) async fn show(State(app): State<App>, known: Known<InScene>) -> Answered<Shown<Scene>> {
    Ok(Shown(app.numbered_scene(known.scope, known.path.scene_id).await?))
}

pub(crate) async fn replace(
    State(app): State<App>,
    known: Known<InScene>,
    Json(new): Json<ReplaceScene>,
) -> Answered<Shown<Scene>> {
    let scene = app.orchestrator.replace_scene(known.scope, known.path.scene_id, new.version, new.spec).await?;
    Ok(Shown(app.with_number(known.scope, scene).await?))
}

pub(crate) async fn delete(State(app): State<App>, known: Known<InScene>) -> Answered<StatusCode> {
    app.orchestrator.delete_scene(known.scope, known.path.scene_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn iterations(State(app): State<App>, known: Known<InScene>) -> Answered<Shown<Page<Iteration>>> {
    let found = app.store.list_iterations(known.scope, known.path.scene_id).await?;
    if found.is_empty() {
        return Err(Problem::not_found("scene", &known.path.scene_id.to_string()));
    }
    Ok(Shown(Page::whole(found.into_iter().map(Iteration::from))))
}

pub(crate) async fn restore(
    State(app): State<App>,
    known: Known<InScene>,
    Json(wanted): Json<RestoreScene>,
) -> Answered<Shown<Scene>> {
    let scene = app.orchestrator.restore_scene(known.scope, known.path.scene_id, wanted.iteration).await?;
    Ok(Shown(app.with_number(known.scope, scene).await?))
}
