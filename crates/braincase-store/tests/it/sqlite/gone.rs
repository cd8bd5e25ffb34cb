//! Whoever asked is gone when it fails: then it is the task's own failure, and recorded as one.

use std::{
    fs,
    pin::pin,
    sync::{Arc, Mutex},
};

use braincase_core::{
    BoxFuture, ContentHash, TenantId,
    background::{Background, Failure, Task},
    store::Store,
};
use braincase_store::{SqliteOptions, SqliteStore};
use bytes::Bytes;
use futures_util::FutureExt as _;

use super::Tasks;

type Work = Box<dyn FnOnce() -> Result<(), Failure> + Send>;

/// Keeps what is to be saved, instead of doing it.
#[derive(Default)]
struct Waiting(Mutex<Option<Work>>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Background for Waiting {
    fn spawn(&self, task: Task, work: BoxFuture<Result<(), Failure>>) {
        Tasks.spawn(task, work);
    }

    fn spawn_blocking(&self, task: Task, work: Work) {
        match task.operation {
            "save_blob" => *self.0.lock().unwrap() = Some(work),
            _ => Tasks.spawn_blocking(task, work),
        }
    }
}

#[tokio::test]
async fn what_fails_for_somebody_who_is_gone_is_the_failure_of_the_task() {
    // Given bytes that are about to be saved.
    let dir = tempfile::tempdir().unwrap();
    let waiting = Arc::new(Waiting::default());
    let store = SqliteStore::open(SqliteOptions::in_dir(dir.path()), waiting.clone()).await.unwrap();
    for is_gone in [false, true] {
        let bytes = Bytes::from_static(b"an image");
        let mut save = pin!(Some(store.save_blob(TenantId::DEFAULT, ContentHash::of(&bytes), bytes)));
        assert!(save.as_mut().as_pin_mut().unwrap().now_or_never().is_none());
        // When there is no room for them, and whoever waits may be gone.
        fs::remove_dir_all(dir.path().join("blobs")).or_else(|_| fs::remove_file(dir.path().join("blobs"))).unwrap();
        fs::write(dir.path().join("blobs"), "in the way").unwrap();
        if is_gone {
            save.set(None);
        }
        let ended = waiting.0.lock().unwrap().take().unwrap()();
        // Then either is told.
        assert_eq!(ended.map_err(|failure| failure.code), if is_gone { Err("store_failed") } else { Ok(()) });
        if let Some(save) = save.as_mut().as_pin_mut() {
            assert_eq!(save.await.map_err(|error| error.code()), Err("store_failed"));
        }
    }
    store.close().await;
}
