//! Revisions: whatever changes a part of a project changes its number, and nothing else needs to.

use braincase_core::{
    Scope,
    image::Image,
    memory::{Memory, MemoryKind},
    message::Message,
    scene::Scene,
    store::{Revisions, SceneChange, Store},
};

use super::make::{self, ANY};

/// The parts of a project as they are listed, with their revisions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    scenes: Vec<Scene>,
    messages: Vec<Message>,
    memories: Vec<Memory>,
    images: Vec<Image>,
    revisions: Revisions,
}

impl Parts {
    /// As they are now; nothing if there is no such project.
    pub(crate) async fn of(store: &dyn Store, scope: Scope) -> Option<Self> {
        let revisions = store.load_revisions(scope).await.unwrap()?;
        Some(Self {
            revisions,
            scenes: store.list_scenes(scope).await.unwrap(),
            messages: store.recent_messages(scope, 9_999, ANY).await.unwrap(),
            memories: store.list_memories(scope, 1_000).await.unwrap(),
            images: store.list_images(scope, 1_000).await.unwrap(),
        })
    }

    /// Whether each part that is not what it was has a higher number, and no number is lower.
    pub(crate) fn follow(&self, before: &Self) -> Result<(), String> {
        let (old, new) = (before.revisions, self.revisions);
        let parts = [
            ("scenes", self.scenes != before.scenes, old.scenes, new.scenes),
            ("messages", self.messages != before.messages, old.messages, new.messages),
            ("memories", self.memories != before.memories, old.memories, new.memories),
            ("images", self.images != before.images, old.images, new.images),
        ];
        for (name, has_changed, old, new) in parts {
            if new < old || (has_changed && new == old) {
                return Err(format!("{name} changed: {has_changed}, their revision went from {old} to {new}"));
            }
        }
        Ok(())
    }
}

pub(crate) async fn a_change_of_one_part_leaves_the_numbers_of_the_others(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let revisions = async || store.load_revisions(scope).await.unwrap().unwrap();
    let start = revisions().await;

    let scene = make::stored_scene(store, scope, "walled").await;
    let added = revisions().await;
    assert!(added.scenes > start.scenes);
    assert_eq!(Revisions { scenes: start.scenes, ..added }, start);

    store.save_memory(scope, &make::memory("colour", "red")).await.unwrap();
    let learnt = revisions().await;
    assert!(learnt.memories > added.memories);
    assert_eq!(Revisions { memories: added.memories, ..learnt }, added);

    make::stored_image(store, scope, 1, "content").await;
    let uploaded = revisions().await;
    assert!(uploaded.images > learnt.images);
    assert_eq!(Revisions { images: learnt.images, ..uploaded }, learnt);

    // Accepting a turn and telling events change none of them.
    let turn = make::stored_turn(store, scope, 2).await;
    assert_eq!(revisions().await, uploaded);

    let end = make::end(turn);
    store.commit_turn(scope, &end).await.unwrap();
    let ended = revisions().await;
    assert!(ended.messages > uploaded.messages && ended.memories > uploaded.memories);
    assert_eq!((ended.scenes, ended.images), (uploaded.scenes, uploaded.images));

    let delete = SceneChange::Delete { id: scene, on: 1 };
    store.commit_changes(scope, &make::scene_changes(vec![delete])).await.unwrap();
    assert!(revisions().await.scenes > ended.scenes);
    store.delete_memory(scope, MemoryKind::UserPreference, "colour").await.unwrap();
    assert!(revisions().await.memories > ended.memories);
}

pub(crate) async fn what_is_found_in_an_image_changes_every_project_that_has_it(store: &dyn Store) {
    // Given two projects with the same image, and one with another.
    let first = make::stored_project(store).await;
    let second = Scope { project: make::project(7).id, ..first };
    let third = Scope { project: make::project(8).id, ..first };
    for (scope, millis) in [(second, 7), (third, 8)] {
        let project = braincase_core::project::Project { id: scope.project, ..make::project(millis) };
        store.create_project(scope.tenant, &project).await.unwrap();
    }
    let hash = make::stored_image(store, first, 1, "shared").await.hash;
    make::stored_image(store, second, 2, "shared").await;
    make::stored_image(store, third, 3, "other").await;
    let mut before = Vec::new();
    for scope in [first, second, third] {
        before.push(Parts::of(store, scope).await.unwrap());
    }

    // When its analysis fails twice for different reasons, and then succeeds.
    for result in [Err("blurred".to_owned()), Err("too dark".to_owned()), Ok(make::facts("a cup"))] {
        store.save_analysis(first.tenant, hash, &result, make::at(9)).await.unwrap();

        // Then both see it each time, and can tell by the number; the third sees nothing.
        for (scope, before) in [first, second].into_iter().zip(&mut before) {
            let now = Parts::of(store, scope).await.unwrap();
            assert_ne!(now.images, before.images, "{result:?}");
            now.follow(before).unwrap();
            *before = now;
        }
        assert_eq!(Parts::of(store, third).await.as_ref(), before.last());
    }
}

pub(crate) async fn an_unknown_project_has_no_revisions(store: &dyn Store) {
    assert_eq!(store.load_revisions(make::unknown()).await, Ok(None));
    let scope = make::stored_project(store).await;
    store.delete_project(scope).await.unwrap();
    assert_eq!(store.load_revisions(scope).await, Ok(None));
}

pub(crate) async fn a_chat_told_from_a_later_message_has_another_number(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let turn = make::stored_turn(store, scope, 1).await;
    store.commit_turn(scope, &make::end(turn)).await.unwrap();
    let before = Parts::of(store, scope).await.unwrap();
    let next = make::stored_turn(store, scope, 2).await;
    let end = braincase_core::store::TurnCommit { messages: vec![], ..make::end(next) };
    let from = before.messages.last().unwrap().id;

    store.commit_turn(scope, &braincase_core::store::TurnCommit { history_from: Some(from), ..end }).await.unwrap();

    let after = Parts::of(store, scope).await.unwrap();
    assert_eq!(after.messages.len(), 1);
    after.follow(&before).unwrap();
}
