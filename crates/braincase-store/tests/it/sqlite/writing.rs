//! The one writer: many writes share a commit, none harms another, and no caller waits for ever.

use std::{
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
    time::Duration,
};

use braincase_core::{
    BoxFuture, ContentHash, SceneId,
    background::{Background, Failure, Task},
    event::EventKind,
    store::{SceneChange, Store, StoreError},
};
use braincase_store::{SqliteOptions, SqliteStore};
use bytes::Bytes;
use futures_util::{FutureExt, future::join_all};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{Tasks, open};
use crate::suite::make::{self, ANY, at, spec};

/// Counts commits.
#[derive(Default)]
struct Commits(Arc<AtomicU64>);

impl Recorder for Commits {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == "braincase_store_commits_total" {
            return Counter::from_arc(Arc::clone(&self.0));
        }
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn many_writes_share_a_commit() {
    // Given a recorder that sees everything on this thread, where the writer runs too.
    let recorder = Commits::default();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let before = recorder.0.load(Ordering::Relaxed);

    // When 200 callers write at once.
    let store = &store;
    let writes = (0..200).map(|number| async move {
        store.append_events(scope, &[make::told(EventKind::Decision)], at(number)).await.unwrap()
    });
    join_all(writes).await;

    // Then all is stored, with far fewer commits.
    let commits = recorder.0.load(Ordering::Relaxed) - before;
    assert!((1..=20).contains(&commits), "{commits} commits for 200 writes");
    assert_eq!(store.events_after(scope, 0, 999).await.unwrap().len(), 200);
    store.close().await;
}

#[tokio::test]
async fn a_bad_write_does_not_harm_those_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let scene = make::stored_scene(&store, scope, "first").await;

    // Given good and bad writes in one batch; a bad one does much before it fails.
    let store = &store;
    let results = join_all((0..60).map(|number| async move {
        let add = SceneChange::Add { id: SceneId::new(at(number)), position: 1, spec: spec("beside") };
        let stale = SceneChange::Edit { id: scene, on: 7, spec: spec("stale") };
        let changes = if number % 3 == 0 { vec![add, stale] } else { vec![add] };
        store.commit_changes(scope, &make::scene_changes(changes)).await
    }))
    .await;

    for (number, result) in results.iter().enumerate() {
        assert_eq!(result.is_err(), number % 3 == 0, "{number}: {result:?}");
    }
    assert_eq!(store.list_scenes(scope).await.unwrap().len(), 1 + 40);
    let numbers: Vec<_> = store.events_after(scope, 0, 99).await.unwrap().iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    store.close().await;
}

#[tokio::test]
async fn a_write_goes_on_when_its_caller_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;

    // Given a caller that asks once and goes away before the answer.
    let events = [make::told(EventKind::Decision)];
    let asked = store.append_events(scope, &events, at(1)).now_or_never();
    assert!(asked.is_none(), "the answer cannot be there already");

    // Then what it asked for is stored: closing waits for it.
    store.close().await;
    let store = open(dir.path()).await;
    assert_eq!(store.events_after(scope, 0, 9).await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test]
async fn closing_answers_everyone_who_waits() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;

    let store = &store;
    let writes =
        join_all((0..100).map(|number| async move {
            store.append_events(scope, &[make::told(EventKind::Decision)], at(number)).await
        }));
    let (results, ()) = futures_util::join!(writes, store.close());

    let stored = results.iter().filter(|result| result.is_ok()).count();
    let store = open(dir.path()).await;
    assert_eq!(store.events_after(scope, 0, 999).await.unwrap().len(), stored);
    assert!(stored > 0);
    store.close().await;
}

#[tokio::test]
async fn a_full_queue_and_a_locked_database_are_busy_and_pass() {
    // Given a store with little patience, whose database another program has locked.
    let dir = tempfile::tempdir().unwrap();
    let options = SqliteOptions {
        queue: 1,
        queue_wait: Duration::from_millis(50),
        busy_timeout: Duration::from_millis(500),
        ..SqliteOptions::in_dir(dir.path())
    };
    let file = options.database();
    let store = SqliteStore::open(options, Arc::new(Tasks)).await.unwrap();
    let scope = make::stored_project(&store).await;
    let connect = SqliteConnectOptions::new().filename(file);
    let mut other = SqliteConnection::connect_with(&connect).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();

    // Then one write waits in vain for the lock, one behind it for its turn, and the others for room in the queue.
    let refused = join_all((0..8).map(|_| store.check())).await;
    assert!(refused.iter().all(|result| *result == Err(StoreError::Busy)), "{refused:?}");

    // Reads go on all the while, and writes as soon as the lock is gone.
    assert!(store.load_project(scope).await.unwrap().is_some());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(store.check().await, Ok(()));
    store.close().await;
}

#[tokio::test]
async fn a_full_store_refuses_writes_keeps_what_it_has_and_goes_on_when_it_has_room() {
    // Given a store that may become 1 MiB large.
    let dir = tempfile::tempdir().unwrap();
    let small = SqliteOptions { max_bytes: Some(1 << 20), ..SqliteOptions::in_dir(dir.path()) };
    let store = SqliteStore::open(small, Arc::new(Tasks)).await.unwrap();
    let scope = make::stored_project(&store).await;

    // When it is filled.
    let big = |number: u64| make::memory(&number.to_string(), &"x".repeat(50_000));
    let mut stored = 0;
    let problem = loop {
        match store.save_memory(scope, &big(stored)).await {
            Ok(()) => stored += 1,
            Err(problem) => break problem,
        }
        assert!(stored < 100, "the bound does not hold");
    };

    // Then it says so, and everything acknowledged is there, also for writes that shared a batch with refused ones.
    assert_eq!(problem, StoreError::Full);
    let store = &store;
    let mixed = join_all((0..20_u64).map(|number| async move {
        let small = make::memory(&format!("small {number}"), "y");
        let memory = if number % 2 == 0 { big(1_000 + number) } else { small };
        store.save_memory(scope, &memory).await
    }))
    .await;
    let more = mixed.iter().filter(|result| result.is_ok()).count();
    assert!(mixed.iter().step_by(2).all(|result| *result == Err(StoreError::Full)), "{mixed:?}");
    assert_eq!(store.list_memories(scope, 1_000).await.unwrap().len(), usize::try_from(stored).unwrap() + more);
    store.close().await;

    // And with more room it goes on.
    let store = open(dir.path()).await;
    assert_eq!(store.save_memory(scope, &big(stored)).await, Ok(()));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_half_a_turn() {
    // Given a writer that ends turn after turn, each with two messages, one memory and one event.
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;
    let writes = async {
        for number in 0..60 {
            let turn = make::stored_turn(&store, scope, number).await;
            store.commit_turn(scope, &make::end(turn)).await.unwrap();
        }
    };

    // Then a reader at no time sees one message of a turn without the other.
    let reads = async {
        loop {
            let messages = store.recent_messages(scope, 999, ANY).await.unwrap();
            assert_eq!(messages.len() % 2, 0);
            if messages.len() == 120 {
                break;
            }
        }
    };
    futures_util::join!(writes, reads);
    store.close().await;
}

/// A supervisor that drops every task, as at a hard stop.
#[derive(Debug)]
struct Nobody;

impl Background for Nobody {
    fn spawn(&self, _: Task, _: BoxFuture<Result<(), Failure>>) {}
    fn spawn_blocking(&self, _: Task, _: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {}
}

#[tokio::test]
async fn nobody_waits_for_tasks_that_were_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(SqliteOptions::in_dir(dir.path()), Arc::new(Nobody)).await.unwrap();
    let (scope, bytes) = (make::unknown(), Bytes::from_static(b"x"));

    let check = store.check().await;
    let deleted = store.delete_project(scope).await;
    let saved = store.save_blob(scope.tenant, ContentHash::of(&bytes), bytes).await;
    store.close().await;

    assert!(matches!(check, Err(StoreError::Failed(_))), "{check:?}");
    assert!(matches!(deleted, Err(StoreError::Failed(_))), "{deleted:?}");
    assert!(matches!(saved, Err(StoreError::Failed(_))), "{saved:?}");
}
