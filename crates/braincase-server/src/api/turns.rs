//! Turns: ask, list, show, cancel.

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use braincase_core::{Scope, TurnId, trace::TraceContext, turn};
use braincase_orchestrator::Ask;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout;

use crate::{
    api::Answered,
    app::App,
    error::Problem,
    extract::{Answer, Asked, IdempotencyKey, InProject, InTurn, Json, Known, Named, Scoped},
    sse::{self, Watch},
    wire::{
        page::{Page, PageQuery},
        shown::Shown,
        turn::{NewTurn, Turn},
    },
};

const OVERHEAD: HeaderName = HeaderName::from_static("x-braincase-overhead-ms");

pub(crate) async fn ask(
    State(app): State<App>,
    Extension(trace): Extension<TraceContext>,
    Named(path): Named<InProject>,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    answer: Answer,
    Json(new): Json<NewTurn>,
) -> Answered<Response> {
    let NewTurn { prompt, image_ids, scene_id, model, policy } = new;
    let (scope, started) = (path.scope(&app), app.clock.monotonic());
    let ask =
        Ask { scope, prompt, image_ids, scene_id, model, policy: policy.into(), idempotency_key, trace: Some(trace) };
    let submitted = app.orchestrator.submit(ask).await?;
    match answer {
        Answer::Json => {
            let id = submitted.turn_id;
            wait(&app, scope, id, app.orchestrator.finished(scope, id)).await
        }
        Answer::Events => {
            let accepting = turn::millis(app.clock.monotonic().saturating_sub(started));
            let response = sse::respond(app, scope, submitted.after, Watch::Turn(submitted.turn_id))?;
            Ok(with_overhead(response, accepting))
        }
    }
}

pub(crate) async fn list(
    State(app): State<App>,
    known: Known<InProject>,
    Asked(page): Asked<PageQuery>,
) -> Answered<Shown<Page<Turn>>> {
    let found = app.store.list_turns(known.scope, &page.one_more()).await?;
    Ok(Shown(Page::first(found, page.limit(), |turn| turn.id.as_uuid())))
}

pub(crate) async fn show(State(app): State<App>, known: Known<InTurn>) -> Answered<Response> {
    Ok(shown(StatusCode::OK, load(&app, known.scope, known.path.turn_id).await?))
}

pub(crate) async fn cancel(State(app): State<App>, known: Known<InTurn>) -> Answered<Response> {
    let id = known.path.turn_id;
    wait(&app, known.scope, id, app.orchestrator.cancel(known.scope, id)).await
}

/// The turn when it has ended; if that takes too long, 202 and the turn as it stands.
async fn wait(
    app: &App,
    scope: Scope,
    id: TurnId,
    end: impl Future<Output = Result<turn::Turn, braincase_orchestrator::Error>>,
) -> Answered<Response> {
    match timeout(app.http.answer_wait, end).await {
        Ok(turn) => Ok(shown(StatusCode::OK, turn?)),
        Err(_) => Ok(shown(StatusCode::ACCEPTED, load(app, scope, id).await?)),
    }
}

async fn load(app: &App, scope: Scope, id: TurnId) -> Answered<turn::Turn> {
    let found = app.store.load_turn(scope, id).await?;
    found.ok_or_else(|| Problem::not_found("turn", &id.to_string()))
}

fn shown(status: StatusCode, turn: turn::Turn) -> Response {
    let overhead = turn.outcome.timing_ms.overhead;
    with_overhead((status, Shown(Turn::from(turn))).into_response(), overhead)
}

fn with_overhead(mut response: Response, millis: f64) -> Response {
    let value = HeaderValue::from_str(&format!("{millis:.3}"));
    response.headers_mut().extend(value.ok().map(|value| (OVERHEAD, value)));
    response
}
