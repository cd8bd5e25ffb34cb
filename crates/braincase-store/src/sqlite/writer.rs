//! The one writer: takes what is queued, commits it together, and answers once it is durable.
//!
//! Syncing to disk is what a commit costs, so writes that arrive during one commit share the next: nobody waits for a
//! window to fill, and the busier the store, the more writes share a sync.

use std::{fmt, sync::Arc, time::Duration};

use braincase_core::{
    Clock, SystemClock,
    background::{Background, Failure, Task},
    store::StoreError,
};
use sqlx::{Connection, SqliteConnection, SqlitePool, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::timeout,
};
use tracing::{Instrument, info_span};

use super::{
    error::store_error,
    write::{Queued, Write, queue},
};
use crate::{metrics, open::SqliteOptions};

/// The most writes that share a commit.
const MAX_BATCH: usize = 512;

/// Where callers put what they want stored.
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Queued>>,
    closing: Arc<Notify>,
    closed: watch::Receiver<bool>,
    queue_wait: Duration,
    write_wait: Duration,
}

/// What the writer's task owns.
pub(crate) struct Connections {
    /// Connected, and with the schema in place.
    pub(crate) writer: SqliteConnection,
    /// For connecting again when the connection breaks.
    pub(crate) reconnect: SqliteConnectOptions,
    /// Closed before the last checkpoint, which readers would hinder.
    pub(crate) readers: SqlitePool,
    /// Held until everything is closed, so that no other process opens the store before.
    pub(crate) lock: std::fs::File,
}

impl Writer {
    /// Starts the task that writes.
    pub(crate) fn start(options: &SqliteOptions, connections: Connections, background: &dyn Background) -> Self {
        let (queue, waiting) = mpsc::channel(options.queue.max(1));
        let (closed_sender, closed) = watch::channel(false);
        let closing = Arc::new(Notify::new());
        let (reconnect, patience) = (connections.reconnect, options.write_wait);
        let work = Work { db: Some(connections.writer), reconnect, clock: SystemClock::default() };
        let told = Arc::clone(&closing);
        let task = async move {
            let work = work.until_closed(waiting, &told).await;
            work.close(&connections.readers, patience).await;
            drop(connections.lock);
            closed_sender.send_replace(true);
            Ok::<(), Failure>(())
        };
        background.spawn(Task::new("store_writer"), Box::pin(task));
        Self { queue, closing, closed, queue_wait: options.queue_wait, write_wait: options.write_wait }
    }

    /// Stores something, together with what others store at the same time. It is stored even if the caller goes away.
    pub(crate) async fn store<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (item, answer) = queue(write);
        match timeout(self.queue_wait, self.queue.reserve()).await {
            Ok(Ok(room)) => room.send(item),
            Ok(Err(_closed)) => return Err(StoreError::Failed("the store is closed".to_owned())),
            Err(_elapsed) => return Err(StoreError::Busy),
        }
        match timeout(self.write_wait, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_dropped)) => Err(StoreError::Failed("the writer stopped before it answered".to_owned())),
            Err(_elapsed) => Err(StoreError::Failed("no answer in time; it may still be stored".to_owned())),
        }
    }

    /// Refuses what comes from now on, stores what is queued, and closes everything.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        let mut closed = self.closed.clone();
        // An error means that the task has ended, which is what we wait for.
        let Ok(_ended) = timeout(self.write_wait, closed.wait_for(|closed| *closed)).await else {
            tracing::error!("the store did not close in time");
            return;
        };
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("free", &self.queue.capacity()).finish_non_exhaustive()
    }
}

/// The task's state.
struct Work {
    /// `None` after it broke, until the next batch.
    db: Option<SqliteConnection>,
    reconnect: SqliteConnectOptions,
    clock: SystemClock,
}

impl Work {
    /// Stores batch after batch until nobody can queue anything any more.
    async fn until_closed(mut self, mut waiting: mpsc::Receiver<Box<dyn Queued>>, closing: &Notify) -> Self {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        loop {
            let received = tokio::select! {
                received = waiting.recv_many(&mut batch, MAX_BATCH) => received,
                () = closing.notified() => {
                    waiting.close(); // What is queued still comes out.
                    continue;
                }
            };
            if received == 0 {
                return self;
            }
            metrics::queued(waiting.len());
            self.store(&mut batch).await;
        }
    }

    /// Stores a batch and answers everyone in it.
    async fn store(&mut self, batch: &mut Vec<Box<dyn Queued>>) {
        let start = self.clock.monotonic();
        let span = info_span!("commit", writes = batch.len());
        let committed = self.commit(batch).instrument(span).await;
        match &committed {
            Ok(()) => metrics::committed(batch.len(), self.clock.monotonic().saturating_sub(start)),
            Err(error) => {
                tracing::warn!(code = error.code(), writes = batch.len(), %error, "a batch of writes was not stored");
                metrics::commit_failed();
            }
        }
        for item in batch.drain(..) {
            item.answer(&committed);
        }
    }

    async fn commit(&mut self, batch: &mut [Box<dyn Queued>]) -> Result<(), StoreError> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => SqliteConnection::connect_with(&self.reconnect).await.map_err(store_error)?,
        };
        let committed = transaction(&mut db, batch).await;
        if committed.is_ok() || roll_back(&mut db).await.is_ok() {
            self.db = Some(db);
        }
        committed
    }

    async fn close(self, readers: &SqlitePool, patience: Duration) {
        if timeout(patience, readers.close()).await.is_err() {
            tracing::warn!("a read was still going on when the store closed");
        }
        let Some(mut db) = self.db else { return };
        let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut db).await;
        if let Err(error) = checkpoint.and(db.close().await) {
            tracing::warn!(%error, "the store was not closed cleanly; the next start repairs that");
        }
    }
}

async fn transaction(db: &mut SqliteConnection, batch: &mut [Box<dyn Queued>]) -> Result<(), StoreError> {
    run(db, "BEGIN IMMEDIATE").await?;
    for item in batch {
        run(db, "SAVEPOINT item").await?;
        if let Err(problem) = item.apply(db).await {
            // A full disk may have ended the whole transaction; then there is no savepoint, and the problem is everyone's.
            run(db, "ROLLBACK TO item").await.map_err(|_| problem)?;
        }
        run(db, "RELEASE item").await?;
    }
    run(db, "COMMIT").await
}

/// Leaves no transaction behind; an error means that the connection is of no more use.
async fn roll_back(db: &mut SqliteConnection) -> Result<(), StoreError> {
    match sqlx::query("ROLLBACK").execute(&mut *db).await {
        // SQLite has done it already.
        Err(sqlx::Error::Database(error)) if error.message().contains("no transaction is active") => Ok(()),
        rolled_back => rolled_back.map(drop).map_err(store_error),
    }
}

async fn run(db: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(db).await.map(drop).map_err(store_error)
}

#[cfg(test)]
mod tests;
