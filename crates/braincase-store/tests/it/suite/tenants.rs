//! The wall between tenants: the same ids under another tenant find nothing and change nothing.

use braincase_core::{
    Scope, TenantId,
    event::EventKind,
    image::Image,
    memory::MemoryKind,
    project::Project,
    store::{Accepted, SceneChange, Store},
};

use super::{
    make::{self, ALL, at, facts, spec},
    seen::{CONTENT, Full, Seen, fill, seen},
};

async fn full(store: &dyn Store) -> Full {
    let scope = make::stored_project(store).await;
    fill(store, scope).await
}

fn stranger(scope: Scope) -> Scope {
    Scope { tenant: TenantId::new(at(0)), ..scope }
}

pub(crate) async fn another_tenant_sees_nothing(store: &dyn Store) {
    let full = full(store).await;
    store.save_analysis(full.scope.tenant, full.image.hash, &Ok(facts("walled")), at(9)).await.unwrap();
    let theirs = Full { scope: stranger(full.scope), ..full.clone() };

    assert_eq!(seen(store, &theirs).await, Seen::default());
    assert_eq!(store.list_projects(theirs.scope.tenant, &ALL).await, Ok(vec![]));
    // While the owner sees everything, by the same questions.
    let own = seen(store, &full).await;
    assert!(own.scene.is_some() && own.turn.is_some() && own.image.is_some() && own.facts.is_some());
    assert!(!own.events.is_empty() && !own.messages.is_empty() && !own.memories.is_empty() && own.blob.is_some());
}

pub(crate) async fn another_tenant_changes_nothing(store: &dyn Store) {
    // Given a project, and another tenant that knows every id of it.
    let full = full(store).await;
    let before = seen(store, &full).await;
    let stranger = stranger(full.scope);
    let id = full.scene;

    // When it tries every write.
    let added = make::image(stranger, 5, CONTENT);
    let accept = make::accept_with_key(make::turn(stranger, 1), "key", "request");
    assert_eq!(store.delete_project(stranger).await, Ok(false));
    for change in [SceneChange::Edit { id, on: 1, spec: spec("theirs") }, SceneChange::Delete { id, on: 1 }] {
        store.commit_changes(stranger, &make::scene_changes(vec![change])).await.unwrap_err();
    }
    store.add_image(stranger, &added).await.unwrap_err();
    assert_eq!(store.save_analysis(stranger.tenant, added.hash, &Ok(facts("theirs")), at(9)).await, Ok(vec![]));
    assert_eq!(store.accept_turn(stranger, &accept).await, Ok(Accepted::NoProject));
    store.commit_turn(stranger, &make::end(full.turn)).await.unwrap_err();
    store.append_events(stranger, &[make::told(EventKind::Decision)], at(9)).await.unwrap_err();
    store.save_memory(stranger, &make::memory("colour", "theirs")).await.unwrap_err();
    assert_eq!(store.delete_memory(stranger, MemoryKind::UserPreference, "colour").await, Ok(false));

    // Then the project is as before.
    assert_eq!(seen(store, &full).await, before);
}

pub(crate) async fn tenants_may_use_the_same_ids(store: &dyn Store) {
    // Given two tenants whose projects have the same id, as have two of their images with the same content.
    let full = full(store).await;
    let before = seen(store, &full).await;
    let twin = stranger(full.scope);
    let project = Project { id: twin.project, ..make::project(0) };
    store.create_project(twin.tenant, &project).await.unwrap();
    let theirs = fill(store, twin).await;
    let same = Image { id: full.image.id, ..make::image(twin, 3, CONTENT) };
    store.add_image(twin, &same).await.unwrap();

    // When one finds facts and is deleted.
    let reached = store.save_analysis(twin.tenant, same.hash, &Ok(facts("theirs")), at(9)).await.unwrap();
    assert!(reached.contains(&(twin, same.id)) && reached.iter().all(|(scope, _)| *scope == twin), "{reached:?}");
    assert!(seen(store, &theirs).await.facts.is_some());
    assert_eq!(store.delete_project(twin).await, Ok(true));

    // Then the other does not notice.
    assert_eq!(seen(store, &full).await, before);
    assert!(before.blob.is_some() && before.facts.is_none());
}
