//! SQLite: the behaviours of every store, and what only this backend promises.

mod beside;
mod durability;
mod gone;
mod opening;
mod orphans;
mod writing;

mod behaviours {
    crate::suite::behaviours!(crate::sqlite::fresh);
}

use std::{path::Path, sync::Arc};

use braincase_core::{
    BoxFuture,
    background::{Background, Failure, Task},
    store::Store,
};
use braincase_store::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

/// A store in a directory of its own.
pub(crate) struct Opened {
    pub(crate) store: Box<SqliteStore>,
    dir: TempDir,
}

impl Opened {
    pub(crate) async fn close(self) {
        self.store.close().await;
        self.dir.close().unwrap();
    }
}

/// A new and empty store.
pub(crate) async fn fresh() -> Opened {
    let dir = tempfile::tempdir().unwrap();
    let store = Box::new(open(dir.path()).await);
    Opened { store, dir }
}

async fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(SqliteOptions::in_dir(dir), Arc::new(Tasks)).await.unwrap()
}

/// Tasks of a test: a panic shows in its output.
#[derive(Debug)]
struct Tasks;

#[expect(clippy::disallowed_methods, reason = "this is the test's supervisor")]
impl Background for Tasks {
    fn spawn(&self, _: Task, work: BoxFuture<Result<(), Failure>>) {
        drop(tokio::spawn(async move { work.await.unwrap() }));
    }

    fn spawn_blocking(&self, _: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {
        drop(tokio::task::spawn_blocking(move || work().unwrap()));
    }
}
