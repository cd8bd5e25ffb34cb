//! The wall between tenants: the same ids under another tenant find nothing and change nothing.

use braincase_core::{
    ImageId, SceneId, Scope, TenantId, TurnId,
    event::{Event, EventKind},
    image::Image,
    memory::MemoryKind,
    message::Message,
    scene::Scene,
    store::{Accepted, SceneChange, Store},
    turn::Turn,
};
use bytes::Bytes;

use super::make::{self, ALL, at, facts, spec};

const CONTENT: &str = "content";

/// A project with one of everything.
struct Full {
    scope: Scope,
    scene: SceneId,
    turn: TurnId,
    image: Image,
}

async fn full(store: &dyn Store) -> Full {
    let scope = make::stored_project(store).await;
    fill(store, scope).await
}

async fn fill(store: &dyn Store, scope: Scope) -> Full {
    let scene = make::stored_scene(store, scope, "walled").await;
    let ended = make::turn(scope, 1);
    store.accept_turn(scope, &make::accept_with_key(ended.clone(), "key", "request")).await.unwrap();
    store.commit_turn(scope, &make::end(ended.id)).await.unwrap();
    let turn = make::stored_turn(store, scope, 2).await;
    let image = make::image(scope, 1, CONTENT);
    store.save_blob(scope.tenant, image.hash, Bytes::from_static(CONTENT.as_bytes())).await.unwrap();
    store.add_image(scope, &image).await.unwrap();
    Full { scope, scene, turn, image }
}

fn stranger(scope: Scope) -> Scope {
    Scope { tenant: TenantId::new(at(0)), ..scope }
}

pub(crate) async fn another_tenant_sees_nothing(store: &dyn Store) {
    let Full { scope, scene, turn, image } = full(store).await;
    store.save_analysis(scope.tenant, image.hash, &Ok(facts("walled")), at(9)).await.unwrap();
    let stranger = stranger(scope);

    assert_eq!(store.load_project(stranger).await, Ok(None));
    assert_eq!(store.list_projects(stranger.tenant, &ALL).await, Ok(vec![]));
    assert_eq!(store.list_scenes(stranger).await, Ok(vec![]));
    assert_eq!(store.load_scene(stranger, scene).await, Ok(None));
    assert_eq!(store.list_iterations(stranger, scene).await, Ok(vec![]));
    assert_eq!(store.load_blob(stranger.tenant, image.hash).await, Ok(None));
    assert_eq!(store.load_image(stranger, image.id).await, Ok(None));
    assert_eq!(store.load_facts(stranger.tenant, image.hash).await, Ok(None));
    assert_eq!(store.load_turn(stranger, turn).await, Ok(None));
    assert_eq!(store.list_turns(stranger, &ALL).await, Ok(vec![]));
    assert_eq!(store.events_after(stranger, 0, 99).await, Ok(vec![]));
    assert_eq!(store.recent_messages(stranger, 99).await, Ok(vec![]));
    assert_eq!(store.list_memories(stranger).await, Ok(vec![]));
    assert_eq!(store.list_images(stranger, 99).await, Ok(vec![]));
}

/// All that can be seen of a project.
#[derive(Debug, PartialEq)]
struct Seen {
    scenes: Vec<Scene>,
    iterations: usize,
    turns: Vec<Turn>,
    events: Vec<Event>,
    messages: Vec<Message>,
    memories: usize,
    images: Vec<Image>,
    blob: bool,
    facts: bool,
}

async fn seen(store: &dyn Store, full: &Full) -> Seen {
    let scope = full.scope;
    Seen {
        scenes: store.list_scenes(scope).await.unwrap(),
        iterations: store.list_iterations(scope, full.scene).await.unwrap().len(),
        turns: store.list_turns(scope, &ALL).await.unwrap(),
        events: store.events_after(scope, 0, 99).await.unwrap(),
        messages: store.recent_messages(scope, 99).await.unwrap(),
        memories: store.list_memories(scope).await.unwrap().len(),
        images: store.list_images(scope, 99).await.unwrap(),
        blob: store.load_blob(scope.tenant, full.image.hash).await.unwrap().is_some(),
        facts: store.load_facts(scope.tenant, full.image.hash).await.unwrap().is_some(),
    }
}

pub(crate) async fn another_tenant_changes_nothing(store: &dyn Store) {
    // Given a project, and another tenant that knows every id of it.
    let full = full(store).await;
    let before = seen(store, &full).await;
    let stranger = stranger(full.scope);
    let scene = full.scene;

    // When it tries every write.
    let edit = SceneChange::Edit { id: scene, on: 1, spec: spec("theirs") };
    let delete = SceneChange::Delete { id: scene, on: 1 };
    let added = make::image(stranger, 5, CONTENT);
    assert_eq!(store.delete_project(stranger).await, Ok(false));
    store.commit_changes(stranger, &make::scene_changes(vec![edit])).await.unwrap_err();
    store.commit_changes(stranger, &make::scene_changes(vec![delete])).await.unwrap_err();
    store.add_image(stranger, &added).await.unwrap_err();
    assert_eq!(store.save_analysis(stranger.tenant, added.hash, &Ok(facts("theirs")), at(9)).await, Ok(vec![]));
    let accept = make::accept_with_key(make::turn(stranger, 1), "key", "request");
    assert_eq!(store.accept_turn(stranger, &accept).await, Ok(Accepted::NoProject));
    store.commit_turn(stranger, &make::end(full.turn)).await.unwrap_err();
    store.append_events(stranger, &[make::told(EventKind::Decision)], at(9)).await.unwrap_err();
    store.save_memory(stranger, &make::memory("colour", "theirs")).await.unwrap_err();
    assert_eq!(store.delete_memory(stranger, MemoryKind::UserPreference, "colour").await, Ok(false));

    // Then the project is as before.
    assert_eq!(seen(store, &full).await, before);
}

pub(crate) async fn tenants_may_use_the_same_ids(store: &dyn Store) {
    // Given two tenants whose projects have the same id, and the same content.
    let full = full(store).await;
    let before = seen(store, &full).await;
    let twin = stranger(full.scope);
    let project = braincase_core::project::Project { id: twin.project, ..make::project(0) };
    store.create_project(twin.tenant, &project).await.unwrap();
    let other = fill(store, twin).await;
    let same = Image { id: full.image.id, ..make::image(twin, 3, CONTENT) };
    store.add_image(twin, &same).await.unwrap();
    let known: ImageId = same.id;

    // When one finds facts and is deleted.
    let reached = store.save_analysis(twin.tenant, same.hash, &Ok(facts("theirs")), at(9)).await.unwrap();
    assert!(reached.contains(&(twin, known)) && reached.iter().all(|(scope, _)| *scope == twin), "{reached:?}");
    assert!(seen(store, &other).await.facts);
    assert_eq!(store.delete_project(twin).await, Ok(true));

    // Then the other does not notice.
    assert_eq!(seen(store, &full).await, before);
    assert!(before.blob && !before.facts);
}
