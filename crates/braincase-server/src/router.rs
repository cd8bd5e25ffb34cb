//! The table of routes and layers.

use axum::{
    Router,
    handler::Handler,
    http::{Method, StatusCode},
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::{
    api::{events, images, issues, memory, operations, projects, scenes, tokens, turns},
    app::App,
    layers,
    wire::{
        image::Image,
        issue::{Issue, IssueDetail, IssuesQuery, OfTenant},
        memory::{Memory, NewPreference},
        page::{Page, PageQuery},
        project::{NewProject, Project},
        scene::{Iteration, NewScene, ReplaceScene, RestoreScene, Scene},
        tokens::{CountTokens, FitTokens, FittedPrompt, TokenCount},
        turn::{NewTurn, Turn},
    },
};

/// Every route of the server.
#[rustfmt::skip]
#[must_use]
pub fn table() -> Vec<Route> {
    const PROJECT: &str = "/v1/projects/{project_id}";
    const SCENES: &str = "/v1/projects/{project_id}/scenes";
    const SCENE: &str = "/v1/projects/{project_id}/scenes/{scene_id}";
    const TURNS: &str = "/v1/projects/{project_id}/turns";
    const PREFERENCE: &str = "/v1/projects/{project_id}/memory/preferences/{key}";
    vec![
        Route::new(Method::POST, "/v1/projects", "Make a project", projects::create).takes::<NewProject>().answers::<Project>(201),
        Route::new(Method::GET, "/v1/projects", "List projects, newest first", projects::list).asks::<PageQuery>().answers::<Page<Project>>(200),
        Route::new(Method::GET, PROJECT, "Show a project", projects::show).answers::<Project>(200),
        Route::new(Method::DELETE, PROJECT, "Delete a project with all that belongs to it", projects::delete).answers_nothing(),

        Route::new(Method::GET, SCENES, "List the scenes in the order of the storyboard", scenes::list).answers::<Page<Scene>>(200),
        Route::new(Method::POST, SCENES, "Add a scene at the end", scenes::add).takes::<NewScene>().answers::<Scene>(201),
        Route::new(Method::GET, SCENE, "Show a scene", scenes::show).answers::<Scene>(200),
        Route::new(Method::PUT, SCENE, "Replace a scene's document", scenes::replace).takes::<ReplaceScene>().answers::<Scene>(200),
        Route::new(Method::DELETE, SCENE, "Take a scene out of the storyboard", scenes::delete).answers_nothing(),
        Route::new(Method::GET, "/v1/projects/{project_id}/scenes/{scene_id}/iterations", "List a scene's iterations, newest first", scenes::iterations).answers::<Page<Iteration>>(200),
        Route::new(Method::POST, "/v1/projects/{project_id}/scenes/{scene_id}/restore", "Make an earlier iteration the current one", scenes::restore).takes::<RestoreScene>().answers::<Scene>(200),

        Route::new(Method::POST, "/v1/projects/{project_id}/images", "Upload an image, raw or as the form field `image`", images::upload).takes_image().answers::<Image>(202),
        Route::new(Method::GET, "/v1/projects/{project_id}/images/{image_id}", "Show an image and what is known of it", images::show).answers::<Image>(200),

        Route::new(Method::POST, TURNS, "Ask for a turn; `Accept: text/event-stream` streams its events", turns::ask).takes::<NewTurn>().answers::<Turn>(200),
        Route::new(Method::GET, TURNS, "List the turns, newest first", turns::list).asks::<PageQuery>().answers::<Page<Turn>>(200),
        Route::new(Method::GET, "/v1/projects/{project_id}/turns/{turn_id}", "Show a turn", turns::show).answers::<Turn>(200),
        Route::new(Method::POST, "/v1/projects/{project_id}/turns/{turn_id}/cancel", "Stop a turn", turns::cancel).answers::<Turn>(200),

        Route::new(Method::GET, "/v1/projects/{project_id}/events", "Stream the project's events; resume by Last-Event-ID", events::watch).asks::<events::Resume>().streams(),
        Route::new(Method::GET, "/v1/projects/{project_id}/memory", "List what the project remembers", memory::list).answers::<Page<Memory>>(200),
        Route::new(Method::PUT, PREFERENCE, "State a preference", memory::prefer).takes::<NewPreference>().answers::<Memory>(200),
        Route::new(Method::DELETE, PREFERENCE, "Forget a preference", memory::forget).answers_nothing(),

        Route::new(Method::POST, "/v1/tokens/count", "Count the tokens of a text or a chat request", tokens::count).takes::<CountTokens>().answers::<TokenCount>(200),
        Route::new(Method::POST, "/v1/tokens/fit", "Cut a chat request down to a model's window", tokens::fit).takes::<FitTokens>().answers::<FittedPrompt>(200),

        Route::new(Method::GET, "/admin/errors", "List what has failed, last seen first", issues::list).asks::<IssuesQuery>().answers::<Page<Issue>>(200),
        Route::new(Method::GET, "/admin/errors/{fingerprint}", "Show what has failed, with the newest events and the first", issues::show).asks::<OfTenant>().answers::<IssueDetail>(200),
        Route::new(Method::POST, "/admin/errors/{fingerprint}/resolve", "Say that it is resolved; when it happens again, it has regressed", issues::resolve).asks::<OfTenant>().answers::<Issue>(200),

        Route::new(Method::GET, "/v1/schemas/scene", "The JSON schema of a scene's document", operations::scene_schema).answers::<Value>(200),
        Route::new(Method::GET, "/livez", "Whether the process runs", operations::live).answers::<Value>(200),
        Route::new(Method::GET, "/readyz", "Whether the server can work now", operations::ready).answers::<Value>(200),
        Route::new(Method::GET, "/metrics", "Metrics in Prometheus text format", operations::metrics).answers_text(),
        Route::new(Method::GET, "/openapi.json", "This document", operations::openapi).answers::<Value>(200),
    ]
}

/// The routes within their layers, outermost first: every answer has an id and every problem its body; every request is
/// measured and seen to its end, so that a panic is an answer, too; what is too much is refused before anything is read.
pub fn router(app: App) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    routes
        .fallback(layers::no_route)
        .method_not_allowed_fallback(layers::no_method)
        .layer(from_fn_with_state(app.clone(), layers::admit))
        .layer(from_fn_with_state(app.clone(), layers::supervise))
        .layer(from_fn_with_state(app.clone(), layers::measure))
        .layer(from_fn_with_state(app.clone(), layers::identify))
        .layer(from_fn(layers::harden))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(app)
}

/// One route: where it is, what it is for, what it takes and answers, and who handles it.
#[derive(Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) query: Option<SchemaOf>,
    pub(crate) takes: Takes,
    pub(crate) status: StatusCode,
    pub(crate) answers: Answers,
    handler: MethodRouter<App>,
}

/// Makes the JSON schema of a shape.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What the body of a request is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    Json(SchemaOf),
    Image,
}

/// What the body of an answer is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answers {
    Nothing,
    Json(SchemaOf),
    Text,
    Events,
}

impl Route {
    fn new<H: Handler<T, App>, T: 'static>(
        method: Method,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            method,
            path,
            summary,
            query: None,
            takes: Takes::Nothing,
            status: StatusCode::OK,
            answers: Answers::Nothing,
            handler: on(filter, handler),
        }
    }

    /// Its method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, with the parameters in braces.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    fn asks<Q: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<Q>), ..self }
    }

    fn takes<B: JsonSchema>(self) -> Self {
        Self { takes: Takes::Json(SchemaGenerator::subschema_for::<B>), ..self }
    }

    fn takes_image(self) -> Self {
        Self { takes: Takes::Image, ..self }
    }

    fn answers<A: JsonSchema>(self, status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        Self { status, answers: Answers::Json(SchemaGenerator::subschema_for::<A>), ..self }
    }

    fn answers_nothing(self) -> Self {
        Self { status: StatusCode::NO_CONTENT, answers: Answers::Nothing, ..self }
    }

    fn answers_text(self) -> Self {
        Self { answers: Answers::Text, ..self }
    }

    fn streams(self) -> Self {
        Self { answers: Answers::Events, ..self }
    }
}
