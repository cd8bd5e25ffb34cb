//! What the log says of a failure.

use std::{
    env, io,
    process::Command,
    sync::{Arc, Mutex},
};

use braincase_core::{
    ProjectId, Scope, TenantId,
    background::{Background, Failure, Task},
};
use braincase_errors::{
    Capture, Limit, LogFormat, LogSink, LoggingError, MemorySink, Record, Sink, Supervisor, init_logging,
};
use tracing_subscriber::fmt::MakeWriter;

use crate::{LIMIT, clock, recorder};

#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_failure_is_one_line_with_its_fields() {
    // Given
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().without_time().with_writer(lines.clone()).finish();
    let _log = tracing::subscriber::set_default(subscriber);
    let supervisor = Supervisor::with_recorder(recorder(Limit::default(), clock(), Arc::new(LogSink)));
    let project = "018f0000-0000-7000-8000-000000000001".parse::<ProjectId>().unwrap();
    let task = Task { scope: Some(Scope { tenant: TenantId::DEFAULT, project }), ..Task::new("image_analysis") };
    // When
    supervisor.spawn(task, Box::pin(async { Err(Failure::new("vision_unavailable", "status 503")) }));
    assert_eq!(supervisor.shutdown(LIMIT).await.cancelled, 0);
    // Then
    let line: serde_json::Value = serde_json::from_str(&lines.text()).unwrap();
    insta::assert_json_snapshot!(line["fields"], {".location" => "[place]", "[\"record.id\"]" => "[id]"}, @r#"
    {
      "code": "vision_unavailable",
      "count": 1,
      "duration_ms": 0,
      "error": "status 503",
      "fingerprint": "88b59abf4ec232bf0169b3f7d9272f36",
      "location": "[place]",
      "message": "image_analysis failed: vision_unavailable",
      "operation": "image_analysis",
      "outcome": "error",
      "project.id": "018f0000-0000-7000-8000-000000000001",
      "record.id": "[id]",
      "tenant.id": "00000000-0000-0000-0000-000000000000"
    }
    "#);
    assert_eq!(line["span"]["operation"], "image_analysis", "the line is within the task's span");
}

#[derive(Debug)]
struct Broken;
impl Sink for Broken {
    fn record(&self, _: &Record) {
        panic!("the sink is broken");
    }
}

#[tokio::test]
async fn a_broken_sink_keeps_no_other_from_its_record() {
    // Given
    let kept = Arc::new(MemorySink::new(1));
    let supervisor = Supervisor::with_sinks(vec![Arc::new(Broken), kept.clone()]);
    // When
    supervisor.spawn(Task::new("first"), Box::pin(async { Err(Failure::new("a", "first")) }));
    assert_eq!(supervisor.shutdown(LIMIT).await.cancelled, 0);
    supervisor.report(&Task::new("second"), Failure::new("b", "second"), std::time::Duration::ZERO);
    // Then
    assert_eq!((&*kept.records()[0].code, kept.dropped()), ("b", 1));
}

const CHILD: &str = "BRAINCASE_LOG_TEST_CHILD";

#[test]
fn a_panic_outside_of_every_task_is_one_clean_line_and_one_record() {
    // Given a program that has set up its log, when one of its threads panics
    let ended = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "log::a_child_of_which_a_thread_panics", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    // Then
    let [said, logged] = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(ended.status.success() && said.contains("records: [(\"panic\", \"worker\")]"), "{said}{logged}");
    let lines: Vec<&str> = logged.lines().filter(|line| line.contains("the thread")).collect();
    let [line] = lines[..] else { panic!("{logged}") };
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["code"], &line["thread"]), (&"panic".into(), &"worker".into()));
    let error = line["error"].as_str().unwrap();
    assert!(error.starts_with("the thread lost sk-[redacted] at ") && error.contains("log.rs"), "{error}");
    assert!(line["backtrace"].as_str().unwrap().contains("log::a_child"), "{line}");
}

#[test]
#[ignore = "started by a_panic_outside_of_every_task_is_one_clean_line_and_one_record"]
fn a_child_of_which_a_thread_panics() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let (capture, kept) = (Capture::default(), Arc::new(MemorySink::new(9)));
    init_logging(LogFormat::Json, "info", capture.clone(), None).unwrap();
    capture.connect(recorder(Limit::NONE, clock(), kept.clone()));
    let work = || panic!("the thread lost sk-abcdefghijklmnopqrst");
    let thread = std::thread::Builder::new().name("worker".to_owned()).spawn(work).unwrap();
    assert!(thread.join().is_err());
    let records = kept.records();
    let shown: Vec<_> = records.iter().map(|record| (&*record.code, &record.metadata[0].1)).collect();
    println!("records: {shown:?}");
}

#[test]
fn a_filter_that_cannot_be_read_is_refused() {
    let refused = init_logging(LogFormat::Json, "braincase=loudest", Capture::default(), None);
    assert!(matches!(refused, Err(LoggingError::Filter { .. })));
}
