//! Memories: one for each kind and key.

use braincase_core::{
    Timestamp,
    memory::{Memory, MemoryKind},
    store::{Store, StoreError},
};

use super::make::{self, at};

pub(crate) async fn a_memory_is_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let memory = Memory {
        kind: MemoryKind::ImageFact,
        key: String::new(),
        value: "café\u{0}\n".to_owned(),
        confidence: 0.1 + 0.2,
        provenance: "image:…".to_owned(),
        updated_at: Timestamp::from_micros(-1),
    };

    store.save_memory(scope, &memory).await.unwrap();

    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![memory]));
}

pub(crate) async fn a_memory_replaces_its_predecessor(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    store.save_memory(scope, &make::memory("colour", "red")).await.unwrap();
    let newer = Memory { confidence: 0.5, updated_at: at(9), ..make::memory("colour", "blue") };

    store.save_memory(scope, &newer).await.unwrap();

    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![newer]));
}

pub(crate) async fn a_memory_can_be_forgotten(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    store.save_memory(scope, &make::memory("colour", "red")).await.unwrap();
    store.save_memory(scope, &make::memory("font", "serif")).await.unwrap();

    assert_eq!(store.delete_memory(scope, MemoryKind::UserPreference, "colour").await, Ok(true));
    assert_eq!(store.delete_memory(scope, MemoryKind::UserPreference, "colour").await, Ok(false));
    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![make::memory("font", "serif")]));
}

pub(crate) async fn kinds_are_kept_apart(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let preference = make::memory("key", "preference");
    let summary = Memory { kind: MemoryKind::Summary, ..make::memory("key", "summary") };
    store.save_memory(scope, &preference).await.unwrap();
    store.save_memory(scope, &summary).await.unwrap();

    assert_eq!(store.list_memories(scope, 1_000).await.unwrap().len(), 2);
    assert_eq!(store.delete_memory(scope, MemoryKind::Summary, "key").await, Ok(true));
    assert_eq!(store.list_memories(scope, 1_000).await, Ok(vec![preference]));
}

pub(crate) async fn of_each_kind_the_newest_are_listed(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let preference = Memory { updated_at: at(0), ..make::memory("colour", "red") };
    store.save_memory(scope, &preference).await.unwrap();
    // Many facts, all newer than the preference, in no order.
    let fact = |millis: u64| Memory {
        kind: MemoryKind::ImageFact,
        updated_at: at(millis),
        ..make::memory(&format!("image {}", 9 - millis), "a cup")
    };
    for millis in [3, 7, 1, 9, 5] {
        store.save_memory(scope, &fact(millis)).await.unwrap();
    }

    let listed = store.list_memories(scope, 2).await.unwrap();

    assert_eq!(listed, vec![fact(9), fact(7), preference]);
}

pub(crate) async fn a_memory_of_an_unknown_project_is_a_conflict(store: &dyn Store) {
    let refused = store.save_memory(make::unknown(), &make::memory("colour", "red")).await;

    assert_eq!(refused, Err(StoreError::Conflict { what: "the project".to_owned() }));
}
