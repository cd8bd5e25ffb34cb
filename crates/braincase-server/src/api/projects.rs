//! Projects: make, list, show, delete.

use axum::extract::State;
use braincase_core::{ProjectId, project};
use http::StatusCode;

use crate::{
    api::Answered,
    app::App,
    error::Problem,
    extract::{Asked, InProject, Json, Named, Scoped},
    wire::{
        page::{Page, PageQuery},
        project::{NewProject, Project},
        shown::Shown,
    },
};

pub(crate) async fn create(
    State(app): State<App>,
    Json(new): Json<NewProject>,
) -> Answered<(StatusCode, Shown<Project>)> {
    let now = app.clock.now();
    let project = project::Project { id: ProjectId::new(now), name: new.name, created_at: now };
    app.store.create_project(app.tenant(), &project).await?;
    Ok((StatusCode::CREATED, Shown(project.into())))
}

pub(crate) async fn list(State(app): State<App>, Asked(page): Asked<PageQuery>) -> Answered<Shown<Page<Project>>> {
    let found = app.store.list_projects(app.tenant(), &page.one_more()).await?;
    Ok(Shown(Page::first(found, page.limit(), |project| project.id.as_uuid())))
}

pub(crate) async fn show(State(app): State<App>, Named(path): Named<InProject>) -> Answered<Shown<Project>> {
    let scope = path.scope(&app);
    let found = app.store.load_project(scope).await?;
    let project = found.ok_or_else(|| Problem::not_found("project", &scope.project.to_string()))?;
    Ok(Shown(project.into()))
}

pub(crate) async fn delete(State(app): State<App>, Named(path): Named<InProject>) -> Answered<StatusCode> {
    let scope = path.scope(&app);
    let known = app.store.delete_project(scope).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found("project", &scope.project.to_string())) }
}
