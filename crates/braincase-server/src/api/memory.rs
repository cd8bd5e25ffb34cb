//! What a project remembers: list, and the preferences that a user states directly.

use axum::extract::State;
use braincase_core::{
    Scope,
    memory::{Memory as Remembered, MemoryKind},
};
use http::StatusCode;

use crate::{
    api::Answered,
    app::App,
    error::Problem,
    extract::{InPreference, InProject, Json, Known},
    wire::{
        memory::{Memory, NewPreference},
        page::Page,
        shown::Shown,
    },
};

pub(crate) async fn list(State(app): State<App>, known: Known<InProject>) -> Answered<Shown<Page<Memory>>> {
    let found = app.store.list_memories(known.scope, app.limits.max_memories).await?;
    Ok(Shown(Page::whole(found.into_iter().map(Memory::from))))
}

pub(crate) async fn prefer(
    State(app): State<App>,
    known: Known<InPreference>,
    Json(new): Json<NewPreference>,
) -> Answered<Shown<Memory>> {
    let key = known.path.key.to_string();
    let memory = Remembered {
        kind: MemoryKind::UserPreference,
        key,
        value: new.value.to_string(),
        confidence: 1.0,
        provenance: "user".to_owned(),
        updated_at: app.clock.now(),
    };
    // Others must not take the last room in between.
    let saved = async {
        require_room(&app, known.scope, &memory.key).await?;
        Ok::<(), Problem>(app.store.save_memory(known.scope, &memory).await?)
    };
    app.orchestrator.alone(known.scope, saved).await?;
    Ok(Shown(memory.into()))
}

pub(crate) async fn forget(State(app): State<App>, known: Known<InPreference>) -> Answered<StatusCode> {
    let key = known.path.key.as_str();
    let known = app.store.delete_memory(known.scope, MemoryKind::UserPreference, key).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found("preference", key).on("key")) }
}

async fn require_room(app: &App, scope: Scope, key: &str) -> Result<(), Problem> {
    // Preferences are kept for ever, so their number must have a bound; this one, since more would not be read.
    let most = app.limits.max_memories;
    let memories = app.store.list_memories(scope, most).await?;
    let others = memories.iter().filter(|memory| memory.kind == MemoryKind::UserPreference && memory.key != key);
    if others.count() < most {
        return Ok(());
    }
    let detail = format!("a project holds at most {most} preferences; delete one first");
    Err(Problem::new(StatusCode::CONFLICT, "too_many_preferences", detail).on("key"))
}
