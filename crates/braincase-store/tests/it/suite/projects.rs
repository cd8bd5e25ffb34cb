//! Projects: kept, listed, and gone without a trace.

use braincase_core::{
    ContentHash, ProjectId, Scope, TenantId, Timestamp,
    bounded::Text,
    project::Project,
    store::{Accepted, Page, Store, StoreError},
};
use bytes::Bytes;

use super::{
    make::{self, ALL, at},
    seen::{self, Seen},
};

pub(crate) async fn a_project_is_read_back(store: &dyn Store) {
    let tenant = TenantId::DEFAULT;
    for (name, micros) in [("a".to_owned(), i64::MIN), ("👩‍👩‍👧é\n'\"".repeat(20), i64::MAX), ("ﷺ".repeat(200), 0)]
    {
        let created_at = Timestamp::from_micros(micros);
        let project = Project { id: ProjectId::new(at(0)), name: Text::new(name).unwrap(), created_at };

        store.create_project(tenant, &project).await.unwrap();

        let scope = Scope { tenant, project: project.id };
        assert_eq!(store.load_project(scope).await.unwrap(), Some(project));
    }
}

pub(crate) async fn an_unknown_project_is_none(store: &dyn Store) {
    assert_eq!(store.load_project(make::unknown()).await, Ok(None));
}

pub(crate) async fn projects_are_listed_newest_first_page_by_page(store: &dyn Store) {
    let tenant = TenantId::new(at(0));
    let mut projects: Vec<_> = (0..5).map(make::project).collect();
    for project in &projects {
        store.create_project(tenant, project).await.unwrap();
    }
    projects.reverse();

    let first = store.list_projects(tenant, &Page { limit: 2, before: None }).await.unwrap();
    let before = first.last().map(|last| last.id.as_uuid());
    let rest = store.list_projects(tenant, &Page { limit: 9, before }).await.unwrap();

    assert_eq!(first, projects[..2]);
    assert_eq!(rest, projects[2..]);
}

pub(crate) async fn an_empty_page_is_empty(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    let before = Some(scope.project.as_uuid());

    assert_eq!(store.list_projects(scope.tenant, &Page { limit: 0, before: None }).await, Ok(vec![]));
    assert_eq!(store.list_projects(scope.tenant, &Page { limit: 9, before }).await, Ok(vec![]));
    assert_eq!(store.list_projects(scope.tenant, &ALL).await.unwrap().len(), 1);
}

pub(crate) async fn a_project_made_twice_is_a_conflict(store: &dyn Store) {
    let (tenant, project) = (TenantId::new(at(0)), make::project(1));
    store.create_project(tenant, &project).await.unwrap();

    let again = store.create_project(tenant, &project).await;

    assert_eq!(again, Err(StoreError::Conflict { what: format!("project {}", project.id) }));
}

pub(crate) async fn a_deleted_project_leaves_nothing_behind(store: &dyn Store) {
    // Given a project with everything a project can have.
    let scope = make::stored_project(store).await;
    let full = seen::fill(store, scope).await;
    store.save_analysis(scope.tenant, full.image.hash, &Ok(make::facts("gone")), at(9)).await.unwrap();

    // When it is deleted.
    assert_eq!(store.delete_project(scope).await, Ok(true));

    // Then nothing is to be found, not even when the same id is used again.
    assert_eq!(seen::seen(store, &full).await, Seen::default());
    let again = Project { id: scope.project, ..make::project(10) };
    store.create_project(scope.tenant, &again).await.unwrap();
    assert_eq!(seen::seen(store, &full).await, Seen { project: Some(again), ..Seen::default() });
    let accept = make::accept_with_key(make::turn(scope, 1), "key", "another request");
    let accepted = store.accept_turn(scope, &accept).await.unwrap();
    assert!(matches!(&accepted, Accepted::New(event) if event.seq == 1), "{accepted:?}");
}

pub(crate) async fn deleting_a_project_spares_what_others_share(store: &dyn Store) {
    let kept = make::stored_project(store).await;
    let gone = make::stored_project_of(store, kept.tenant).await;
    let hash = ContentHash::of(b"shared");
    store.save_blob(kept.tenant, hash, Bytes::from_static(b"shared")).await.unwrap();
    let image = make::stored_image(store, kept, 1, "shared").await;
    make::stored_image(store, gone, 1, "shared").await;
    store.save_analysis(kept.tenant, hash, &Ok(make::facts("shared")), at(2)).await.unwrap();

    assert_eq!(store.delete_project(gone).await, Ok(true));

    assert_eq!(store.load_blob(kept.tenant, hash).await, Ok(Some(Bytes::from_static(b"shared"))));
    assert_eq!(store.load_facts(kept.tenant, hash).await, Ok(Some(make::facts("shared"))));
    assert!(store.load_image(kept, image.id).await.unwrap().is_some());
    assert!(store.load_project(kept).await.unwrap().is_some());
}

pub(crate) async fn a_blob_saved_for_a_coming_image_survives_a_deletion(store: &dyn Store) {
    // Given an upload whose bytes another project has too, between saving the bytes and adding the image.
    let old = make::stored_project(store).await;
    let new = make::stored_project_of(store, old.tenant).await;
    let hash = ContentHash::of(b"both");
    store.save_blob(old.tenant, hash, Bytes::from_static(b"both")).await.unwrap();
    make::stored_image(store, old, 1, "both").await;
    store.save_blob(new.tenant, hash, Bytes::from_static(b"both")).await.unwrap();

    // When the other project is deleted in between.
    assert_eq!(store.delete_project(old).await, Ok(true));
    make::stored_image(store, new, 2, "both").await;

    // Then the image has its bytes, until it goes too.
    assert_eq!(store.load_blob(new.tenant, hash).await, Ok(Some(Bytes::from_static(b"both"))));
    assert_eq!(store.delete_project(new).await, Ok(true));
    assert_eq!(store.load_blob(new.tenant, hash).await, Ok(None));
}

pub(crate) async fn deleting_an_unknown_project_says_so(store: &dyn Store) {
    let scope = make::stored_project(store).await;
    assert_eq!(store.delete_project(scope).await, Ok(true));

    assert_eq!(store.delete_project(scope).await, Ok(false));
    assert_eq!(store.delete_project(make::unknown()).await, Ok(false));
}
