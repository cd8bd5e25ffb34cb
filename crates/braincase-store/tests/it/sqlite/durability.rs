//! What was acknowledged is there after kill -9.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use braincase_core::{
    ContentHash, ProjectId, Scope, TenantId, TurnId,
    bounded::Text,
    project::Project,
    store::{Accepted, Page, Store, StoreError},
    turn::TurnStatus,
};
use bytes::Bytes;
use futures_util::future::join_all;

use super::open;
use crate::suite::make::{self, ALL, ANY, at};

/// Where the child that is to be killed writes; set for that child only.
const CHILD_DIR: &str = "BRAINCASE_STORE_TEST_CHILD_DIR";
const CHILD: &str = "sqlite::durability::a_child_that_writes_until_it_is_killed";
const ROUNDS: usize = 5;

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let scope = Scope { tenant: TenantId::DEFAULT, project: ProjectId::new(at(0)) };
    let store = open(dir.path()).await;
    let project = Project { id: scope.project, name: Text::truncated("durable"), created_at: at(0) };
    store.create_project(scope.tenant, &project).await.unwrap();
    store.close().await;

    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        // When a child is killed in the middle of writing, each time a little later.
        acknowledged.extend(kill_after(dir.path(), scope, 20 + round * 37));

        // Then every turn that it was told of is there, ended and whole, and nothing is half there.
        let store = open(dir.path()).await;
        let turns = store.list_turns(scope, &Page { limit: 99_999, ..ALL }).await.unwrap();
        for id in &acknowledged {
            let turn = turns.iter().find(|turn| turn.id == *id);
            assert_eq!(turn.map(|turn| turn.status), Some(TurnStatus::Completed), "{id} in round {round}");
        }
        let ended = turns.iter().filter(|turn| turn.status == TurnStatus::Completed).count();
        assert_eq!(store.recent_messages(scope, 99_999, ANY).await.unwrap().len(), 2 * ended);
        let events = store.events_after(scope, 0, 99_999).await.unwrap();
        assert_eq!(events.len(), turns.len() + ended);
        assert_eq!(events.last().map(|event| event.seq), i64::try_from(events.len()).ok());
        let (blob, hash) = blob();
        assert_eq!(store.load_blob(scope.tenant, hash).await, Ok(Some(blob)));

        // And what was under way can be told from what ended.
        let open = u64::try_from(turns.iter().filter(|turn| turn.status == TurnStatus::Accepted).count()).unwrap();
        assert_eq!(store.interrupt_turns(at(9)).await, Ok(open));
        for turn in turns.iter().filter(|turn| turn.status == TurnStatus::Accepted) {
            let interrupted = store.load_turn(scope, turn.id).await.unwrap().unwrap();
            assert_eq!(interrupted.status, TurnStatus::Interrupted);
        }
        store.close().await;
        // Interrupted turns have an event more; start the next round from a clean count.
        reset(dir.path(), scope, &project).await;
        acknowledged.clear();
    }
}

async fn reset(dir: &Path, scope: Scope, project: &Project) {
    let store = open(dir).await;
    assert_eq!(store.delete_project(scope).await, Ok(true));
    store.create_project(scope.tenant, project).await.unwrap();
    store.close().await;
}

fn blob() -> (Bytes, ContentHash) {
    let bytes = Bytes::from_static(b"acknowledged first");
    let hash = ContentHash::of(&bytes);
    (bytes, hash)
}

/// Lets a child write until so many turns are acknowledged, kills it, and returns those.
fn kill_after(dir: &Path, scope: Scope, turns: usize) -> Vec<TurnId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, "--exact", "--ignored", "--nocapture"])
        .env(CHILD_DIR, dir)
        .env("BRAINCASE_STORE_TEST_PROJECT", scope.project.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged: Vec<TurnId> =
        lines.by_ref().map_while(Result::ok).filter_map(|line| told(&line)).take(turns).collect();
    child.kill().unwrap(); // SIGKILL on Unix.
    child.wait().unwrap();
    // What it had said before it died counts too.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| told(&line)));
    assert!(acknowledged.len() >= turns, "the child stopped by itself after {} turns", acknowledged.len());
    acknowledged
}

fn told(line: &str) -> Option<TurnId> {
    line.strip_prefix("ack ")?.parse().ok()
}

#[tokio::test]
#[ignore = "started, and killed, by what_was_acknowledged_survives_kill_9"]
async fn a_child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let project = std::env::var_os("BRAINCASE_STORE_TEST_PROJECT").unwrap();
    let scope = Scope { tenant: TenantId::DEFAULT, project: project.to_str().unwrap().parse().unwrap() };
    let store = open(Path::new(&dir)).await;
    let (bytes, hash) = blob();
    store.save_blob(scope.tenant, hash, bytes).await.unwrap();
    let store = &store;
    join_all((0..20_u64).map(|lane| async move {
        for number in 0..10_000 {
            let turn = make::turn(scope, lane * 10_000 + number);
            let id = turn.id;
            let accepted = store.accept_turn(scope, &make::accept(turn)).await.unwrap();
            assert!(matches!(accepted, Accepted::New(_)));
            store.commit_turn(scope, &make::end(id)).await.unwrap();
            println!("ack {id}");
        }
    }))
    .await;
}

/// A directory on a file system of 16 MiB, for the test of a disk that is really full.
const SMALL_DISK: &str = "BRAINCASE_STORE_TEST_SMALL_DISK";

#[tokio::test]
#[ignore = "needs a small disk: mount -t tmpfs -o size=16m tmpfs DIR, and BRAINCASE_STORE_TEST_SMALL_DISK=DIR"]
async fn a_full_disk_refuses_writes_and_loses_nothing() {
    // Given a store on a small disk, with something on it that can be thrown away.
    let disk = std::env::var_os(SMALL_DISK).unwrap();
    let dir = tempfile::tempdir_in(&disk).unwrap();
    // A checkpoint copies up to 4 MiB of log into the database, so less would not help.
    let ballast = dir.path().join("ballast");
    std::fs::write(&ballast, vec![1; 6 << 20]).unwrap();
    let store = open(dir.path()).await;
    let scope = make::stored_project(&store).await;

    // When it is filled by many at once.
    let mut stored = 0;
    let store_ref = &store;
    let problem = loop {
        let writes = (0..4).map(|lane| async move {
            let memory = make::memory(&format!("{stored}.{lane}"), &"x".repeat(20_000));
            store_ref.save_memory(scope, &memory).await
        });
        let results = join_all(writes).await;
        stored += results.iter().filter(|result| result.is_ok()).count();
        if let Some(Err(problem)) = results.into_iter().find(Result::is_err) {
            break problem;
        }
    };

    // Then writes are refused as such, reads go on, and everything acknowledged is there.
    assert_eq!(problem, StoreError::Full);
    assert_eq!(store.list_memories(scope, 1_000).await.unwrap().len(), stored);
    let bytes = Bytes::from(vec![7; 8 << 20]);
    let hash = ContentHash::of(&bytes);
    assert_eq!(store.save_blob(scope.tenant, hash, bytes.clone()).await, Err(StoreError::Full));
    assert_eq!(store.load_blob(scope.tenant, hash).await, Ok(None));

    // And when there is room again, writes go on, and a restart finds all.
    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(store.save_memory(scope, &make::memory("last", "y")).await, Ok(()));
    store.close().await;
    let store = open(dir.path()).await;
    assert_eq!(store.list_memories(scope, 1_000).await.unwrap().len(), stored + 1);
    store.close().await;
}
