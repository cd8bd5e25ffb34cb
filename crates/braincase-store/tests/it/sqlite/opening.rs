//! Opening, closing and opening again.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};

use braincase_core::{
    ContentHash,
    store::{Store, StoreError},
};
use braincase_store::{OpenError, SqliteOptions, SqliteStore};
use bytes::Bytes;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::timeout;

use super::{Tasks, open};
use crate::suite::make::{self, ALL, ANY, at};

async fn refused(dir: &Path) -> OpenError {
    SqliteStore::open(SqliteOptions::in_dir(dir), Arc::new(Tasks)).await.unwrap_err()
}

async fn raw(dir: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(dir.join("braincase.db"))).await.unwrap()
}

#[tokio::test]
async fn a_closed_store_shows_everything_when_it_is_opened_again() {
    // Given a store with something of everything, closed.
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let scene = make::stored_scene(&store, scope, "kept").await;
    let turn = make::stored_turn(&store, scope, 1).await;
    store.commit_turn(scope, &make::end(turn)).await.unwrap();
    let image = make::stored_image(&store, scope, 1, "kept").await;
    store.save_blob(scope.tenant, image.hash, Bytes::from_static(b"kept")).await.unwrap();
    store.save_analysis(scope.tenant, image.hash, &Ok(make::facts("kept")), at(9)).await.unwrap();
    let turns = store.list_turns(scope, &ALL).await.unwrap();
    let events = store.events_after(scope, 0, 99).await.unwrap();
    store.close().await;

    // When it is opened again.
    assert!(!dir.path().join("braincase.db-wal").exists(), "closing writes everything into the one file");
    let store = open(dir.path()).await;

    // Then it is as before, and goes on counting where it stopped.
    assert_eq!(store.list_turns(scope, &ALL).await, Ok(turns));
    assert_eq!(store.events_after(scope, 0, 99).await, Ok(events.clone()));
    assert_eq!(store.list_iterations(scope, scene).await.unwrap().len(), 1);
    assert_eq!(store.recent_messages(scope, 9, ANY).await.unwrap().len(), 2);
    assert_eq!(store.list_memories(scope, 1_000).await.unwrap().len(), 1);
    assert_eq!(store.load_facts(scope.tenant, image.hash).await, Ok(Some(make::facts("kept"))));
    assert_eq!(store.load_blob(scope.tenant, image.hash).await, Ok(Some(Bytes::from_static(b"kept"))));
    let next = store.append_events(scope, &[make::told(braincase_core::event::EventKind::Decision)], at(9)).await;
    assert_eq!(next.unwrap()[0].seq, i64::try_from(events.len()).unwrap() + 1);
    store.close().await;
}

#[tokio::test]
async fn a_directory_that_is_in_use_is_refused_until_it_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).await;

    assert!(matches!(refused(dir.path()).await, OpenError::InUse { path } if path == dir.path()));

    first.close().await;
    open(dir.path()).await.close().await;
}

#[tokio::test]
async fn a_store_that_is_dropped_unclosed_is_closed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    drop(store);

    // The writer needs a moment to notice.
    let again = timeout(Duration::from_secs(10), open_when_free(dir.path())).await.unwrap();

    assert!(again.load_project(scope).await.unwrap().is_some());
    again.close().await;
}

async fn open_when_free(dir: &Path) -> SqliteStore {
    loop {
        match SqliteStore::open(SqliteOptions::in_dir(dir), Arc::new(Tasks)).await {
            Ok(store) => return store,
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a directory").unwrap();

    let error = refused(&file).await;

    assert!(matches!(&error, OpenError::Directory { path, .. } if *path == file), "{error:?}");
    assert!(error.to_string().contains("this user may write to"), "{error}");
}

#[tokio::test]
async fn a_directory_that_may_not_be_written_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(dir.path().join("probe"), "x").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }

    assert!(matches!(refused(dir.path()).await, OpenError::Directory { .. }));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await;
    let mut db = raw(dir.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();

    assert!(matches!(refused(dir.path()).await, OpenError::NewerSchema { found: 9999, .. }));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("braincase.db");
    let content = "this is a letter to my aunt ".repeat(999);
    fs::write(&file, &content).unwrap();

    assert!(matches!(refused(dir.path()).await, OpenError::Damaged { path, .. } if path == file));
    assert_eq!(fs::read_to_string(&file).unwrap(), content);
}

#[tokio::test]
async fn the_database_has_the_settings_that_durability_needs() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await;
    let mut db = raw(dir.path()).await;

    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut db).await.unwrap();
    let vacuum: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut db).await.unwrap();
    let loose = "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
                 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'";
    let loose: i64 = sqlx::query_scalar(loose).fetch_one(&mut db).await.unwrap();
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut db).await.unwrap();

    assert_eq!((journal.as_str(), vacuum, loose), ("wal", 2, 0));
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(parts >= vec![3, 51, 3], "{version}");
    db.close().await.unwrap();
}

#[tokio::test]
async fn a_closed_store_refuses_and_can_be_closed_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    store.close().await;
    store.close().await;

    let closed = || StoreError::Failed("the store is closed".to_owned());
    assert_eq!(store.check().await, Err(closed()));
    assert_eq!(store.load_project(scope).await, Err(closed()));
}

#[tokio::test]
async fn a_blob_that_was_damaged_is_noticed_and_healed_by_saving_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let (tenant, bytes) = (make::unknown().tenant, Bytes::from_static(b"precious"));
    let hash = ContentHash::of(&bytes);
    store.save_blob(tenant, hash, bytes.clone()).await.unwrap();
    let name = hash.to_string();
    let file = dir.path().join("blobs").join(tenant.to_string()).join(&name[..2]).join(&name);
    fs::write(&file, "prec").unwrap();

    assert!(matches!(store.load_blob(tenant, hash).await, Err(StoreError::Corrupt(_))));
    store.save_blob(tenant, hash, bytes.clone()).await.unwrap();
    assert_eq!(store.load_blob(tenant, hash).await, Ok(Some(bytes)));
    store.close().await;
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_reported_as_corrupt() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let turn = make::stored_turn(&store, scope, 1).await;
    let mut db = raw(dir.path()).await;
    sqlx::query("UPDATE turn SET status = 'dreaming'").execute(&mut db).await.unwrap();
    db.close().await.unwrap();

    let read = store.load_turn(scope, turn).await;

    assert!(matches!(&read, Err(StoreError::Corrupt(problem)) if problem.contains("dreaming")), "{read:?}");
    store.close().await;
}
