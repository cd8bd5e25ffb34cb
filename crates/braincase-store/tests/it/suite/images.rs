//! Images: the bytes once, the facts once, and both for every image that has them.

use braincase_core::{
    ContentHash,
    event::EventKind,
    image::{Analysis, Image},
    store::{Store, StoreError},
};
use bytes::Bytes;
use serde_json::json;

use super::make::{self, at, facts};

async fn analysis(store: &dyn Store, scope: braincase_core::Scope, image: &Image) -> Analysis {
    store.load_image(scope, image.id).await.unwrap().unwrap().analysis
}

fn ready(description: &str) -> Analysis {
    Analysis::Ready(Box::new(facts(description)))
}

pub(crate) async fn an_image_is_read_back(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let bytes = i64::MAX.unsigned_abs();
    let image = Image { width: u32::MAX, height: 0, bytes, ..make::image(scope, 1, "x") };

    let known = store.add_image(scope, &image).await.unwrap();

    assert_eq!(known, Analysis::Pending);
    assert_eq!(store.load_image(scope, image.id).await, Ok(Some(image)));
}

pub(crate) async fn an_image_whose_content_is_known_is_ready_at_once(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let first = make::stored_image(store, scope, 1, "same").await;
    store.save_analysis(scope.tenant, first.hash, &Ok(facts("same")), at(9)).await.unwrap();
    let second = Image { analysis: Analysis::Pending, ..make::image(scope, 2, "same") };

    let known = store.add_image(scope, &second).await.unwrap();

    assert_eq!(known, ready("same"));
}

pub(crate) async fn a_number_too_large_is_refused(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let image = Image { bytes: u64::MAX, ..make::image(scope, 1, "x") };

    assert!(matches!(store.add_image(scope, &image).await, Err(StoreError::Failed(_))));
    assert_eq!(store.list_images(scope, 9).await, Ok(vec![]));
}

pub(crate) async fn facts_reach_every_image_with_that_content(store: &dyn Store) {
    // Given the same content in two projects, and other content.
    let one = make::stored_project(store).await;
    let two = make::stored_project_of(store, one.tenant).await;
    let (a, b) = (make::stored_image(store, one, 1, "same").await, make::stored_image(store, two, 2, "same").await);
    let other = make::stored_image(store, one, 3, "other").await;

    // When its analysis ends.
    let reached = store.save_analysis(one.tenant, a.hash, &Ok(facts("same")), at(9)).await.unwrap();

    // Then both images have the facts, and both projects are told.
    let mut expected = vec![(one, a.id), (two, b.id)];
    expected.sort_unstable();
    assert_eq!(reached, expected);
    assert_eq!(store.load_facts(one.tenant, a.hash).await, Ok(Some(facts("same"))));
    assert_eq!(analysis(store, one, &other).await, Analysis::Pending);
    for (scope, image) in [(one, &a), (two, &b)] {
        assert_eq!(analysis(store, scope, image).await, ready("same"));
        let events = store.events_after(scope, 0, 9).await.unwrap();
        assert_eq!((events.len(), events[0].kind, events[0].at), (1, EventKind::ImageFactsReady, at(9)));
        assert_eq!(events[0].data, json!({"image_id": image.id, "status": "ready"}));
    }
}

pub(crate) async fn facts_are_stored_once(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let image = make::stored_image(store, scope, 1, "x").await;
    store.save_analysis(scope.tenant, image.hash, &Ok(facts("first")), at(2)).await.unwrap();

    let again = store.save_analysis(scope.tenant, image.hash, &Ok(facts("second")), at(3)).await;

    assert_eq!(again, Ok(vec![]));
    assert_eq!(analysis(store, scope, &image).await, ready("first"));
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_failure_can_be_mended(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let image = make::stored_image(store, scope, 1, "x").await;
    let failed = store.save_analysis(scope.tenant, image.hash, &Err("truncated".to_owned()), at(2)).await;
    assert_eq!(failed, Ok(vec![(scope, image.id)]));
    assert_eq!(analysis(store, scope, &image).await, Analysis::Failed("truncated".to_owned()));
    assert_eq!(store.load_facts(scope.tenant, image.hash).await, Ok(None));

    let mended = store.save_analysis(scope.tenant, image.hash, &Ok(facts("mended")), at(3)).await;

    assert_eq!(mended, Ok(vec![(scope, image.id)]));
    assert_eq!(analysis(store, scope, &image).await, ready("mended"));
    let events = store.events_after(scope, 0, 9).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| event.data["status"].clone()).collect();
    assert_eq!(told, ["failed", "ready"]);
}

pub(crate) async fn a_failure_does_not_replace_facts(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let image = make::stored_image(store, scope, 1, "x").await;
    store.save_analysis(scope.tenant, image.hash, &Ok(facts("good")), at(2)).await.unwrap();

    let late = store.save_analysis(scope.tenant, image.hash, &Err("late".to_owned()), at(3)).await;

    assert_eq!(late, Ok(vec![]));
    assert_eq!(analysis(store, scope, &image).await, ready("good"));
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_new_image_with_known_content_is_ready(store: &dyn Store) {
    let one = make::stored_project(store).await;
    let two = make::stored_project_of(store, one.tenant).await;
    let first = make::stored_image(store, one, 1, "known").await;
    store.save_analysis(one.tenant, first.hash, &Ok(facts("known")), at(2)).await.unwrap();

    let second = make::stored_image(store, two, 3, "known").await;

    assert_eq!(analysis(store, two, &second).await, ready("known"));
    assert_eq!(store.list_pending_images(9).await, Ok(vec![]));
}

pub(crate) async fn a_new_image_after_a_failure_is_pending(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let first = make::stored_image(store, scope, 1, "x").await;
    store.save_analysis(scope.tenant, first.hash, &Err("no".to_owned()), at(2)).await.unwrap();

    let second = make::stored_image(store, scope, 3, "x").await;
    assert_eq!(analysis(store, scope, &second).await, Analysis::Pending);
    let reached = store.save_analysis(scope.tenant, first.hash, &Err("still no".to_owned()), at(4)).await;

    assert_eq!(reached, Ok(vec![(scope, second.id)]));
    assert_eq!(analysis(store, scope, &second).await, Analysis::Failed("still no".to_owned()));
}

pub(crate) async fn pending_images_come_oldest_first(store: &dyn Store) {
    let (one, other) = (make::stored_project(store).await, make::stored_project(store).await);
    let young = make::stored_image(store, one, 30, "young").await;
    let old = make::stored_image(store, other, 10, "old").await;
    let done = make::stored_image(store, one, 20, "done").await;
    store.save_analysis(one.tenant, done.hash, &Ok(facts("done")), at(40)).await.unwrap();

    let expected = vec![(other.tenant, old), (one.tenant, young)];
    assert_eq!(store.list_pending_images(9).await, Ok(expected.clone()));
    assert_eq!(store.list_pending_images(1).await, Ok(expected[..1].to_vec()));
}

pub(crate) async fn images_are_listed_newest_first(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let first = make::stored_image(store, scope, 1, "a").await;
    let third = make::stored_image(store, scope, 3, "c").await;
    let second = make::stored_image(store, scope, 2, "b").await;

    let newest = store.list_images(scope, 2).await.unwrap();
    let all = store.list_images(scope, 9).await.unwrap();

    assert_eq!(newest, [third.clone(), second.clone()]);
    assert_eq!(all, [third, second, first]);
}

pub(crate) async fn blobs_are_read_back(store: &dyn Store) {
    let tenant = make::unknown().tenant;
    for bytes in [vec![], vec![0; 3], (0..=255).cycle().take(1 << 20).collect::<Vec<u8>>()] {
        let (hash, bytes) = (ContentHash::of(&bytes), Bytes::from(bytes));
        assert_eq!(store.load_blob(tenant, hash).await, Ok(None));

        store.save_blob(tenant, hash, bytes.clone()).await.unwrap();

        assert_eq!(store.load_blob(tenant, hash).await, Ok(Some(bytes)));
    }
}

pub(crate) async fn a_blob_saved_twice_is_kept_once(store: &dyn Store) {
    let (tenant, bytes) = (make::unknown().tenant, Bytes::from_static(b"twice"));
    let hash = ContentHash::of(&bytes);

    let both =
        futures_util::join!(store.save_blob(tenant, hash, bytes.clone()), store.save_blob(tenant, hash, bytes.clone()));

    assert_eq!(both, (Ok(()), Ok(())));
    assert_eq!(store.save_blob(tenant, hash, bytes.clone()).await, Ok(()));
    assert_eq!(store.load_blob(tenant, hash).await, Ok(Some(bytes)));
}

pub(crate) async fn bytes_that_do_not_have_the_hash_are_refused(store: &dyn Store) {
    let (tenant, hash) = (make::unknown().tenant, ContentHash::of(b"right"));

    let refused = store.save_blob(tenant, hash, Bytes::from_static(b"wrong")).await;

    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!(store.load_blob(tenant, hash).await, Ok(None));
}

pub(crate) async fn an_image_of_an_unknown_project_is_a_conflict(store: &dyn Store) {
    let scope = make::unknown();
    let refused = store.add_image(scope, &make::image(scope, 1, "x")).await;

    assert_eq!(refused, Err(StoreError::Conflict { what: "the project".to_owned() }));
}
