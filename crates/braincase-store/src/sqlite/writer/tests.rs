//! Writes that go wrong in ways that no method of the port allows.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use braincase_core::{
    BoxFuture,
    background::{Background, Failure, Task},
    store::StoreError,
};
use futures_util::{FutureExt as _, future::join_all};
use sqlx::SqliteConnection;
use tempfile::TempDir;
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

use super::Writer;
use crate::{
    open::SqliteOptions,
    sqlite::{
        open,
        write::{Answer, Write},
    },
};

#[derive(Debug)]
struct Tasks;

#[expect(clippy::disallowed_methods, reason = "this is the test's supervisor")]
impl Background for Tasks {
    fn spawn(&self, _: Task, work: BoxFuture<Result<(), Failure>>) {
        drop(tokio::spawn(work));
    }
    fn spawn_blocking(&self, _: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {
        drop(tokio::task::spawn_blocking(work));
    }
}

/// Counts one more, and then does what the test wants; answers with the count.
#[derive(Clone, Copy)]
enum Count {
    Answering,
    Panicking,
    LosingTheTransaction,
}

#[async_trait]
impl Write for Count {
    type Output = i64;

    async fn apply(&self, db: &mut SqliteConnection) -> Result<i64, StoreError> {
        let sql = "UPDATE probe SET checks = checks + 1 RETURNING checks";
        let checks = sqlx::query_scalar(sql).fetch_one(&mut *db).await.map_err(super::store_error)?;
        match self {
            Self::Answering => Ok(checks),
            Self::Panicking => panic!("after the update"),
            Self::LosingTheTransaction => {
                // As SQLite does by itself when the disk is full.
                sqlx::query("ROLLBACK").execute(db).await.map_err(super::store_error)?;
                Err(StoreError::Full)
            }
        }
    }
}

async fn writer() -> (TempDir, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let options = SqliteOptions::in_dir(dir.path());
    let connections = open::open(&options).await.unwrap();
    let writer = Writer::start(&options, connections, &Tasks);
    (dir, writer)
}

/// All in one batch: the test's thread queues everything before the writer gets to run.
async fn store_together(writer: &Writer, writes: &[Count]) -> Vec<Answer<i64>> {
    join_all(writes.iter().map(|write| writer.store(*write))).await
}

#[tokio::test]
async fn a_write_that_panics_fails_alone() {
    let (_dir, writer) = writer().await;

    let answers = store_together(&writer, &[Count::Answering, Count::Panicking, Count::Answering]).await;

    let panicked = Err(StoreError::Failed("a write panicked".to_owned()));
    assert_eq!(answers, [Ok(1), panicked, Ok(2)]);
    assert_eq!(store_together(&writer, &[Count::Answering]).await, [Ok(3)]);
    writer.close().await;
}

#[tokio::test]
async fn when_the_transaction_is_lost_everyone_in_it_is_told() {
    let (_dir, writer) = writer().await;

    let answers = store_together(&writer, &[Count::Answering, Count::LosingTheTransaction, Count::Answering]).await;

    assert_eq!(answers, [Err(StoreError::Full), Err(StoreError::Full), Err(StoreError::Full)]);
    // Nothing of it is stored, and the writer goes on.
    assert_eq!(store_together(&writer, &[Count::Answering]).await, [Ok(1)]);
    writer.close().await;
}

/// The codes of errors that are logged on a thread.
#[derive(Clone, Default)]
struct Codes(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Codes {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::ERROR {
            event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                if field.name() == "code" {
                    self.0.lock().unwrap().push(format!("{value:?}"));
                }
            });
        }
    }
}

#[tokio::test]
async fn a_write_that_fails_for_nobody_is_logged_once() {
    let codes = Codes::default();
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(codes.clone()));
    let (_dir, writer) = writer().await;

    // Given a caller who goes as soon as its write is queued, when that fails.
    assert!(writer.store(Count::Panicking).now_or_never().is_none());
    let told = store_together(&writer, &[Count::Panicking]).await;

    assert!(told[0].is_err(), "who waits is told, and that is all");
    assert_eq!(*codes.0.lock().unwrap(), ["\"store_failed\""]);
    writer.close().await;
}
