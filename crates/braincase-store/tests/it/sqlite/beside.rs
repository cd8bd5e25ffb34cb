//! Reading a database beside whoever has it open.

use braincase_core::{
    ErrorEventId, TenantId,
    error_issue::{ErrorEvent, ErrorStore, IssueQuery},
    store::Store,
};
use braincase_store::{ErrorReader, OpenError, SqliteOptions};
use serde_json::json;

use super::open;
use crate::suite::make::at;

const ALL: IssueQuery = IssueQuery { tenant: None, status: None, limit: 99, before: None };

fn failure(kind: u8, millis: u64) -> ErrorEvent {
    ErrorEvent {
        id: ErrorEventId::new(at(millis)),
        tenant: TenantId::DEFAULT,
        project: None,
        turn: None,
        fingerprint: format!("{kind:x}").repeat(32),
        code: "disk_full".to_owned(),
        operation: "commit".to_owned(),
        outcome: "error".to_owned(),
        message: "no room".to_owned(),
        count: 1,
        at: at(millis),
        record: json!({}),
    }
}

#[tokio::test]
async fn failures_are_read_while_a_store_is_open_and_after_it_was_closed() {
    // Given
    let dir = tempfile::tempdir().unwrap();
    let options = SqliteOptions::in_dir(dir.path());
    let store = open(dir.path()).await;
    store.file_errors(&[failure(10, 1)]).await.unwrap();
    // When
    let reader = ErrorReader::open(&options).await.unwrap();
    store.file_errors(&[failure(11, 2)]).await.unwrap();
    // Then what was filed before and after is seen, all of it and by the beginning of its fingerprint.
    let prints = |issues: Vec<braincase_core::error_issue::ErrorIssue>| {
        issues.into_iter().map(|issue| issue.fingerprint[..2].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(prints(reader.list(&ALL, "").await.unwrap()), ["bb", "aa"]);
    assert_eq!(prints(reader.list(&ALL, "a").await.unwrap()), ["aa"]);
    assert_eq!(reader.events(TenantId::DEFAULT, &"a".repeat(32), 9).await, Ok(vec![failure_like(&store).await]));
    reader.close().await;
    store.close().await;

    // And a closed store can be read as well, and opened afterwards.
    let reader = ErrorReader::open(&options).await.unwrap();
    assert_eq!(reader.list(&ALL, "").await.unwrap().len(), 2);
    reader.close().await;
    open(dir.path()).await.close().await;
}

async fn failure_like(store: &dyn ErrorStore) -> ErrorEvent {
    store.error_events(TenantId::DEFAULT, &"a".repeat(32), 1).await.unwrap().remove(0)
}

#[tokio::test]
async fn a_folder_without_a_database_is_named_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();

    let refused = ErrorReader::open(&SqliteOptions::in_dir(dir.path())).await.unwrap_err();

    assert!(matches!(&refused, OpenError::NoDatabase { path } if path.starts_with(dir.path())), "{refused:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
