//! Scenes: every state is kept, and no change overwrites another unseen.

use braincase_core::{
    SceneId,
    event::EventKind,
    scene::{Iteration, Origin, Scene, SceneSpec},
    store::{ChangeCommit, SceneChange, Store, StoreError},
};
use futures_util::future::join_all;
use serde_json::json;

use super::make::{self, at, spec};

fn conflict<T>(id: SceneId) -> Result<T, StoreError> {
    Err(StoreError::Conflict { what: format!("scene {id}") })
}

pub(crate) async fn a_scene_is_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let document: SceneSpec = serde_json::from_value(json!({
        "title": "Übergang 🎬", "duration_ms": 600_000, "tempo": 0.333,
        "background": {"gradient": {"from": "#000000", "to": "#ffffff"}},
        "elements": [{
            "id": "text-1", "content": {"text": {"text": "ligne\nзвёзды\t✨", "size": -1.0, "bold": true}},
            "position": {"x": 2.0, "y": 0.001}, "color": "#0a0b0c",
            "animation": {"kind": "typewriter", "delay_ms": 0}
        }]
    }))
    .unwrap();
    let id = SceneId::new(at(1));
    let add = SceneChange::Add { id, position: i64::MIN, spec: document.clone() };

    store.commit_changes(scope, &make::scene_changes(vec![add])).await.unwrap();

    let (project_id, created_at, updated_at) = (scope.project, at(5), at(5));
    let expected = Scene { id, project_id, position: i64::MIN, version: 1, spec: document, created_at, updated_at };
    assert_eq!(store.load_scene(scope, id).await, Ok(Some(expected.clone())));
    assert_eq!(store.list_scenes(scope).await, Ok(vec![expected]));
}

pub(crate) async fn scenes_stand_in_the_order_of_the_storyboard(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let positions = [30, -10, 20, i64::MAX];
    let added = positions.map(|position| SceneChange::Add { id: SceneId::new(at(1)), position, spec: spec("x") });

    store.commit_changes(scope, &make::scene_changes(added.to_vec())).await.unwrap();

    let scenes = store.list_scenes(scope).await.unwrap();
    assert_eq!(scenes.iter().map(|scene| scene.position).collect::<Vec<_>>(), [-10, 20, 30, i64::MAX]);
}

pub(crate) async fn every_edit_is_kept_as_an_iteration(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "first").await;
    let edit = SceneChange::Edit { id, on: 1, spec: spec("second") };
    let commit = ChangeCommit { origin: Origin::ImageFacts, at: at(9), ..make::scene_changes(vec![edit]) };

    let told = store.commit_changes(scope, &commit).await.unwrap();

    let scene = store.load_scene(scope, id).await.unwrap().unwrap();
    assert_eq!((scene.version, scene.spec, scene.updated_at), (2, spec("second"), at(9)));
    assert_eq!(scene.created_at, at(5));
    assert_eq!((told.len(), told[0].kind, told[0].at), (1, EventKind::SceneChanged, at(9)));
    let first = Iteration { version: 1, spec: spec("first"), origin: Origin::User, created_at: at(5) };
    let second = Iteration { version: 2, spec: spec("second"), origin: Origin::ImageFacts, created_at: at(9) };
    assert_eq!(store.list_iterations(scope, id).await, Ok(vec![second, first]));
}

pub(crate) async fn a_deleted_scene_is_hidden_and_its_iterations_stay(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "gone").await;

    store.commit_changes(scope, &make::scene_changes(vec![SceneChange::Delete { id, on: 1 }])).await.unwrap();

    assert_eq!(store.load_scene(scope, id).await, Ok(None));
    assert_eq!(store.list_scenes(scope).await, Ok(vec![]));
    assert_eq!(store.list_iterations(scope, id).await.unwrap().len(), 1);
}

pub(crate) async fn an_edit_of_an_old_version_leaves_nothing(store: &dyn Store) {
    // Given a scene at version 2.
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "first").await;
    let edit = SceneChange::Edit { id, on: 1, spec: spec("second") };
    store.commit_changes(scope, &make::scene_changes(vec![edit])).await.unwrap();

    // When a commit does much that is right and one edit on version 1.
    let other = SceneId::new(at(7));
    let add = SceneChange::Add { id: other, position: 2, spec: spec("other") };
    let late = SceneChange::Edit { id, on: 1, spec: spec("late") };
    let mut commit = make::scene_changes(vec![add, late]);
    commit.memories.push(make::memory("colour", "blue"));
    let refused = store.commit_changes(scope, &commit).await;

    // Then nothing of it is there.
    assert_eq!(refused, conflict(id));
    assert_eq!(store.load_scene(scope, other).await, Ok(None));
    assert_eq!(store.list_iterations(scope, other).await, Ok(vec![]));
    assert_eq!(store.list_iterations(scope, id).await.unwrap().len(), 2);
    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![]));
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_deletion_of_an_old_version_leaves_nothing(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "kept").await;

    let refused = store.commit_changes(scope, &make::scene_changes(vec![SceneChange::Delete { id, on: 2 }])).await;

    assert_eq!(refused, conflict(id));
    assert!(store.load_scene(scope, id).await.unwrap().is_some());
}

pub(crate) async fn a_scene_added_twice_is_a_conflict(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "first").await;
    let add = SceneChange::Add { id, position: 9, spec: spec("again") };

    let refused = store.commit_changes(scope, &make::scene_changes(vec![add])).await;

    assert_eq!(refused, conflict(id));
    assert_eq!(store.load_scene(scope, id).await.unwrap().unwrap().spec, spec("first"));
}

pub(crate) async fn one_commit_can_edit_a_scene_twice(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = SceneId::new(at(1));
    let steps = vec![
        SceneChange::Add { id, position: 1, spec: spec("one") },
        SceneChange::Edit { id, on: 1, spec: spec("two") },
        SceneChange::Edit { id, on: 2, spec: spec("three") },
    ];

    store.commit_changes(scope, &make::scene_changes(steps)).await.unwrap();

    let scene = store.load_scene(scope, id).await.unwrap().unwrap();
    assert_eq!((scene.version, scene.spec), (3, spec("three")));
    assert_eq!(store.list_iterations(scope, id).await.unwrap().len(), 3);
}

pub(crate) async fn a_deleted_scene_cannot_be_edited(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "gone").await;
    store.commit_changes(scope, &make::scene_changes(vec![SceneChange::Delete { id, on: 1 }])).await.unwrap();

    let edit = SceneChange::Edit { id, on: 1, spec: spec("back") };

    assert_eq!(store.commit_changes(scope, &make::scene_changes(vec![edit])).await, conflict(id));
    let delete = SceneChange::Delete { id, on: 1 };
    assert_eq!(store.commit_changes(scope, &make::scene_changes(vec![delete])).await, conflict(id));
}

pub(crate) async fn changes_to_an_unknown_project_are_a_conflict(store: &dyn Store) {
    let scope = make::unknown();
    let add = SceneChange::Add { id: SceneId::new(at(1)), position: 1, spec: spec("lost") };

    let refused = store.commit_changes(scope, &make::scene_changes(vec![add])).await;

    assert_eq!(refused, Err(StoreError::Conflict { what: "the project".to_owned() }));
    assert_eq!(store.list_scenes(scope).await, Ok(vec![]));
}

pub(crate) async fn of_many_edits_of_one_version_one_wins(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let id = make::stored_scene(store, scope, "first").await;

    let edits = (0..32).map(|number| async move {
        let edit = SceneChange::Edit { id, on: 1, spec: spec(&format!("edit {number}")) };
        store.commit_changes(scope, &make::scene_changes(vec![edit])).await
    });
    let results = join_all(edits).await;

    let won: Vec<_> = results.iter().enumerate().filter(|(_, result)| result.is_ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    assert!(results.iter().all(|result| result.is_ok() || *result == conflict(id)));
    let scene = store.load_scene(scope, id).await.unwrap().unwrap();
    assert_eq!((scene.version, scene.spec), (2, spec(&format!("edit {}", won[0].0))));
    assert_eq!(store.events_after(scope, 0, 99).await.unwrap().len(), 1);
}
