//! Filing, against a store that fails as told.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use braincase_core::{
    Timestamp,
    error_issue::{ErrorIssue, IssueQuery},
};
use braincase_errors::{
    Lane, Recorder, RecorderOptions, Spool, Supervisor,
    spool::{Bounds, SpoolSink},
};

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

/// Remembers what was filed, unless it is told to fail.
#[derive(Debug, Default)]
struct Shelf {
    filed: Mutex<Vec<ErrorEvent>>,
    broken: AtomicBool,
    refusals: Mutex<usize>,
}

#[async_trait]
impl ErrorStore for Shelf {
    async fn file_errors(&self, events: &[ErrorEvent]) -> Result<u64, StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            *self.refusals.lock().unwrap() += 1;
            return Err(StoreError::Full);
        }
        self.filed.lock().unwrap().extend_from_slice(events);
        Ok(events.len() as u64)
    }

    async fn list_error_issues(&self, _: &IssueQuery) -> Result<Vec<ErrorIssue>, StoreError> {
        Ok(Vec::new())
    }

    async fn load_error_issue(&self, _: TenantId, _: &str) -> Result<Option<ErrorIssue>, StoreError> {
        Ok(None)
    }

    async fn error_events(&self, _: TenantId, _: &str, _: usize) -> Result<Vec<ErrorEvent>, StoreError> {
        Ok(self.filed.lock().unwrap().clone())
    }

    async fn resolve_error_issue(&self, _: TenantId, _: &str, _: Timestamp) -> Result<bool, StoreError> {
        Ok(false)
    }
}

impl Shelf {
    fn codes(&self) -> Vec<String> {
        self.filed.lock().unwrap().iter().map(|event| event.code.clone()).collect()
    }
}

struct Scene {
    spool: Spool,
    failing: Supervisor,
    filing: Supervisor,
    shelf: Arc<Shelf>,
    stopping: Stopping,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().join("errors"), Bounds::default()).unwrap();
        let sinks: Vec<Arc<dyn braincase_errors::Sink>> = vec![Arc::new(SpoolSink::new(spool.clone()))];
        let options = RecorderOptions { sinks, ..RecorderOptions::default() };
        let failing = Supervisor::with_recorder(Recorder::new(options));
        Self {
            spool,
            failing,
            filing: Supervisor::new(),
            shelf: Arc::default(),
            stopping: Stopping::default(),
            _dir: dir,
        }
    }

    fn start(&self) {
        let reader = self.spool.reader("store").unwrap();
        start(reader, self.shelf.clone(), self.stopping.clone(), &self.filing);
    }

    fn fail(&self, code: &'static str) {
        self.failing.report(&Task::new("work"), Failure::new(code, "it broke\nbadly"), Duration::ZERO);
    }

    async fn until(&self, what: impl Fn(&Shelf) -> bool) {
        let holds = async {
            while !what(&self.shelf) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, holds).await.expect("soon");
    }
}

#[tokio::test]
async fn what_failed_before_and_after_the_start_is_filed() {
    let scene = Scene::new();
    scene.fail("before");
    scene.start();
    scene.until(|shelf| shelf.codes() == ["before"]).await;

    scene.fail("after");

    scene.until(|shelf| shelf.codes() == ["before", "after"]).await;
    let event = scene.shelf.filed.lock().unwrap()[1].clone();
    assert_eq!((event.operation.as_str(), event.outcome.as_str(), event.count), ("work", "error", 1));
    assert_eq!((event.fingerprint.len(), event.tenant), (32, TenantId::DEFAULT));
    assert_eq!(event.message, "it broke badly");
    assert_eq!(event.record["errors"][0], "it broke\nbadly");
}

#[tokio::test]
async fn what_a_store_refuses_waits_in_the_spool_and_makes_no_further_failures() {
    let scene = Scene::new();
    scene.shelf.broken.store(true, Ordering::SeqCst);
    scene.start();
    scene.fail("first");
    scene.until(|shelf| *shelf.refusals.lock().unwrap() > 0).await;
    scene.fail("second");

    scene.shelf.broken.store(false, Ordering::SeqCst);

    scene.until(|shelf| shelf.codes() == ["first", "second"]).await;
    assert_eq!(scene.spool.stats(Lane::Errors).appended, 2);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_does_not_hold_up_others() {
    let scene = Scene::new();
    scene.spool.append(Lane::Errors, b"{\"id\": 7}").unwrap();
    scene.fail("whole");

    scene.start();

    scene.until(|shelf| shelf.codes() == ["whole"]).await;
}

#[tokio::test]
async fn stopping_files_what_is_left_and_waits_for_no_broken_store() {
    // Given one that is stopped right after a failure, and one whose store is broken.
    for broken in [false, true] {
        let scene = Scene::new();
        scene.shelf.broken.store(broken, Ordering::SeqCst);
        scene.start();
        scene.fail("last");
        // When
        scene.stopping.begin();
        // Then it ends within the time that it has, and what could not be filed is there for the next start.
        let left = timeout(Duration::from_secs(2), scene.filing.shutdown(PATIENCE)).await.expect("in time");
        assert_eq!((left.cancelled, left.stuck), (0, 0));
        assert_eq!(scene.shelf.codes().len(), usize::from(!broken));
        assert_eq!(scene.spool.reader("store").unwrap().behind(), u64::from(broken));
    }
}
