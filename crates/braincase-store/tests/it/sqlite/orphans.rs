//! What a crash leaves in the folder of blobs.

use std::{path::Path, sync::Arc};

use braincase_core::{
    BoxFuture, ContentHash, Scope,
    background::{Background, Failure, Task},
    store::Store,
};
use braincase_store::{SqliteOptions, SqliteStore};
use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{Tasks, open};
use crate::suite::make;

/// Tasks whose sweep for orphans waits for leave, and is heard of when it has ended.
#[derive(Debug)]
struct Held {
    leave: Arc<Semaphore>,
    swept: Arc<Semaphore>,
}

impl Held {
    fn new() -> Self {
        Self { leave: Arc::new(Semaphore::new(0)), swept: Arc::new(Semaphore::new(0)) }
    }

    async fn sweep(&self) {
        self.leave.add_permits(1);
        self.swept.acquire().await.unwrap().forget();
    }
}

impl Background for Held {
    fn spawn(&self, task: Task, work: BoxFuture<Result<(), Failure>>) {
        if task.operation != "orphan_sweep" {
            return Tasks.spawn(task, work);
        }
        let (leave, swept) = (self.leave.clone(), self.swept.clone());
        let held = async move {
            leave.acquire().await.unwrap().forget();
            let ended = work.await;
            swept.add_permits(1);
            ended
        };
        Tasks.spawn(task, Box::pin(held));
    }

    fn spawn_blocking(&self, task: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {
        Tasks.spawn_blocking(task, work);
    }
}

async fn open_held(dir: &Path) -> (SqliteStore, Arc<Held>) {
    let held = Arc::new(Held::new());
    let store = SqliteStore::open(SqliteOptions::in_dir(dir), held.clone()).await.unwrap();
    (store, held)
}

async fn upload(store: &dyn Store, scope: Scope, millis: u64, content: &'static str) -> ContentHash {
    let hash = save(store, scope, content).await;
    make::stored_image(store, scope, millis, content).await;
    hash
}

async fn save(store: &dyn Store, scope: Scope, content: &'static str) -> ContentHash {
    let hash = ContentHash::of(content.as_bytes());
    store.save_blob(scope.tenant, hash, Bytes::from_static(content.as_bytes())).await.unwrap();
    hash
}

async fn is_there(store: &dyn Store, scope: Scope, hash: ContentHash) -> bool {
    store.load_blob(scope.tenant, hash).await.unwrap().is_some()
}

#[tokio::test]
async fn a_blob_without_an_image_is_removed_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let known = upload(&store, scope, 1, "known").await;
    let orphan = save(&store, scope, "orphan").await;
    store.close().await;

    let (store, held) = open_held(dir.path()).await;
    assert!(is_there(&store, scope, orphan).await);
    held.sweep().await;

    assert!(is_there(&store, scope, known).await);
    assert!(!is_there(&store, scope, orphan).await);
    store.close().await;
}

#[tokio::test]
async fn an_upload_that_found_an_orphan_in_its_place_keeps_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    upload(&store, scope, 1, "known").await;
    save(&store, scope, "orphan").await;
    store.close().await;

    // The same bytes come again, and the sweep comes between them and their image.
    let (store, held) = open_held(dir.path()).await;
    let hash = save(&store, scope, "orphan").await;
    held.sweep().await;
    make::stored_image(&store, scope, 2, "orphan").await;

    assert!(is_there(&store, scope, hash).await);
    store.close().await;
}

#[tokio::test]
async fn files_that_the_database_hardly_knows_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let known = upload(&store, scope, 1, "known").await;
    let strangers = [save(&store, scope, "one").await, save(&store, scope, "two").await];
    store.close().await;
    let alien = dir.path().join("blobs").join(scope.tenant.to_string()).join("README");
    std::fs::write(&alien, "not a blob").unwrap();

    let (store, held) = open_held(dir.path()).await;
    held.sweep().await;

    for hash in [known, strangers[0], strangers[1]] {
        assert!(is_there(&store, scope, hash).await);
    }
    assert!(alien.exists());
    store.close().await;
}
