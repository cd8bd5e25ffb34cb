//! Things to store: small, all different, and with times that the test chooses.

use std::time::Duration;

use braincase_core::{
    ContentHash, ImageId, MessageId, ProjectId, SceneId, Scope, TenantId, Timestamp, TurnId,
    bounded::Text,
    color::Color,
    event::{EventKind, NewEvent},
    image::{Analysis, Image, ImageFacts, ImageFormat, Mood, Orientation, Region, Swatch},
    memory::{Memory, MemoryKind},
    message::{Message, Role, TokenCount},
    project::Project,
    scene::{Origin, SceneSpec},
    store::{Accept, Accepted, ChangeCommit, Idempotency, Page, SceneChange, Step, Store, TurnCommit},
    turn::{Outcome, Turn, TurnStatus},
};
use serde_json::json;

/// More than anything that a test makes.
pub(crate) const ALL: Page = Page { limit: 1_000, before: None };

/// More bytes than any test says.
pub(crate) const ANY: usize = 1 << 30;

/// A point in time: so many milliseconds after the test's beginning. Ids made of different ones sort by them.
pub(crate) fn at(millis: u64) -> Timestamp {
    Timestamp::from_micros(1_780_000_000_000_000) + Duration::from_millis(millis)
}

pub(crate) fn project(millis: u64) -> Project {
    Project {
        id: ProjectId::new(at(millis)),
        name: Text::truncated(&format!("Project {millis}")),
        created_at: at(millis),
    }
}

/// A project of a fresh tenant, which is in the store.
pub(crate) async fn stored_project(store: &dyn Store) -> Scope {
    stored_project_of(store, TenantId::new(at(0))).await
}

pub(crate) async fn stored_project_of(store: &dyn Store, tenant: TenantId) -> Scope {
    let project = project(0);
    store.create_project(tenant, &project).await.unwrap();
    Scope { tenant, project: project.id }
}

/// A project that no store knows.
pub(crate) fn unknown() -> Scope {
    Scope { tenant: TenantId::new(at(0)), project: ProjectId::new(at(0)) }
}

pub(crate) fn spec(title: &str) -> SceneSpec {
    SceneSpec::titled(Text::truncated(title))
}

/// A commit with nothing in it.
pub(crate) fn changes() -> ChangeCommit {
    ChangeCommit { scenes: vec![], memories: vec![], events: vec![], origin: Origin::User, at: at(5) }
}

pub(crate) fn scene_changes(scenes: Vec<SceneChange>) -> ChangeCommit {
    ChangeCommit { scenes, events: vec![told(EventKind::SceneChanged)], ..changes() }
}

/// A scene that is in the store, at version 1.
pub(crate) async fn stored_scene(store: &dyn Store, scope: Scope, title: &str) -> SceneId {
    let id = SceneId::new(at(1));
    let add = SceneChange::Add { id, position: 1, spec: spec(title) };
    store.commit_changes(scope, &ChangeCommit { scenes: vec![add], ..changes() }).await.unwrap();
    id
}

pub(crate) fn told(kind: EventKind) -> NewEvent {
    NewEvent { kind, turn_id: None, data: json!({"note": "…"}) }
}

pub(crate) fn turn(scope: Scope, millis: u64) -> Turn {
    Turn {
        id: TurnId::new(at(millis)),
        project_id: scope.project,
        status: TurnStatus::Accepted,
        prompt: format!("prompt {millis}"),
        image_ids: vec![],
        scene_id: None,
        created_at: at(millis),
        finished_at: None,
        outcome: Outcome::default(),
    }
}

pub(crate) fn accept(turn: Turn) -> Accept {
    let event = NewEvent { kind: EventKind::TurnAccepted, turn_id: Some(turn.id), data: json!({}) };
    Accept { turn, idempotency: None, event }
}

pub(crate) fn accept_with_key(turn: Turn, key: &str, request: &str) -> Accept {
    let idempotency = Idempotency { key: key.to_owned(), request: ContentHash::of(request.as_bytes()) };
    Accept { idempotency: Some(idempotency), ..accept(turn) }
}

/// A turn that is in the store, and open.
pub(crate) async fn stored_turn(store: &dyn Store, scope: Scope, millis: u64) -> TurnId {
    let turn = turn(scope, millis);
    let id = turn.id;
    let accepted = store.accept_turn(scope, &accept(turn)).await.unwrap();
    assert!(matches!(accepted, Accepted::New(_)), "{accepted:?}");
    id
}

/// The end of a turn that says something, remembers something and tells of it.
pub(crate) fn end(turn_id: TurnId) -> TurnCommit {
    let done = NewEvent { kind: EventKind::TurnCompleted, turn_id: Some(turn_id), data: json!({}) };
    TurnCommit {
        turn_id,
        status: TurnStatus::Completed,
        outcome: Outcome { reply: Some("done".to_owned()), ..Outcome::default() },
        steps: vec![Step { tool: "add_scene".to_owned(), arguments: json!({"title": "Ü"}), result: json!(null) }],
        messages: vec![message(turn_id, Role::User, "hello"), message(turn_id, Role::Assistant, "done")],
        history_from: None,
        changes: ChangeCommit { events: vec![done], memories: vec![memory("colour", "red")], ..changes() },
    }
}

pub(crate) fn message(turn_id: TurnId, role: Role, content: &str) -> Message {
    let id = MessageId::new(at(2));
    let tokens = Some(TokenCount { encoding: "o200k_base".to_owned(), count: content.len() });
    Message { id, turn_id, role, content: content.to_owned(), image_ids: vec![], tokens, created_at: at(2) }
}

pub(crate) fn memory(key: &str, value: &str) -> Memory {
    Memory {
        kind: MemoryKind::UserPreference,
        key: key.to_owned(),
        value: value.to_owned(),
        confidence: 0.9,
        provenance: "user".to_owned(),
        updated_at: at(3),
    }
}

pub(crate) fn image(scope: Scope, millis: u64, content: &str) -> Image {
    Image {
        id: ImageId::new(at(millis)),
        project_id: scope.project,
        hash: ContentHash::of(content.as_bytes()),
        format: ImageFormat::Webp,
        width: 640,
        height: 480,
        bytes: 12_345,
        analysis: Analysis::Pending,
        created_at: at(millis),
    }
}

/// An image that is in the store, without its bytes.
pub(crate) async fn stored_image(store: &dyn Store, scope: Scope, millis: u64, content: &str) -> Image {
    let image = image(scope, millis, content);
    store.add_image(scope, &image).await.unwrap();
    image
}

pub(crate) fn facts(description: &str) -> ImageFacts {
    ImageFacts {
        description: description.to_owned(),
        width: 640,
        height: u32::MAX,
        orientation: Orientation::Portrait,
        palette: vec![Swatch { color: Color::rgb(120, 72, 41), share: 0.1 + 0.2 }],
        brightness: 1.0 / 3.0,
        contrast: f64::MIN_POSITIVE,
        colorfulness: 0.123_456_789_012_345_67,
        mood: Mood::Warm,
        regions: vec![Region {
            name: "top left".to_owned(),
            x: 0.0,
            y: 1e-17,
            width: 0.7,
            height: 2.0 / 3.0,
            activity: 1.0,
            color: Color::BLACK,
        }],
        text_likelihood: 0.999_999_999_999_999_9,
        perceptual_hash: "00ff00ff00ff00ff".to_owned(),
        source: "local".to_owned(),
    }
}
