//! Receivers that others have written: Bugsink takes our events as they are, and Sentry's own Relay finds nothing wrong.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use braincase_core::{Clock, SystemClock, Timestamp};
use braincase_errors::{Record, Sink, spool::SpoolSink};
use serde_json::{Value, json};

use crate::deliver::{
    open,
    peer::{Answer, Peer},
    record, sentry, start,
};

/// A virtual environment of Python with `bugsink` and `sentry-relay` in it.
const PEERS: &str = "BRAINCASE_ERRORS_TEST_PEERS";
/// How long Python may take to start anything.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
#[ignore = "needs Bugsink and Relay in a virtual environment, which cargo xtask test makes"]
fn a_real_peer_bugsink_groups_events_and_knows_release_environment_tags_and_breadcrumbs() {
    // Given
    let folder = tempfile::tempdir().unwrap();
    let bugsink = Bugsink::start(folder.path());
    let spool = open(&folder.path().join("spool"));
    let (sink, delivery) = (SpoolSink::new(spool.clone()), start(&spool, bugsink.receiver()));
    // When three failures of one kind and two of another are captured
    let kinds = ["aa".repeat(16), "bb".repeat(16)];
    let records: Vec<Record> = [0, 1, 0, 1, 0].into_iter().zip(0..).map(|(kind, n)| of_kind(&kinds[kind], n)).collect();
    records.iter().for_each(|record| sink.record(record));
    // A peer that has only just started may need a second try, for which there is no time once it is closing.
    for _ in 0..PATIENCE.as_millis() / 10 {
        if delivery.stats()[0].delivered < 5 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    assert_eq!(delivery.close(PATIENCE), Some(0));
    // Then there are two issues
    let issues = bugsink.ask(include_str!("peers/bugsink_issues.py"));
    let ids = |kind: &str| {
        let of_kind = records.iter().filter(|record| record.fingerprint.to_string() == kind);
        of_kind.map(|record| json!(record.id.to_string().replace('-', ""))).collect::<Vec<_>>()
    };
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 2, "{issues:#?}");
    for (issue, kind) in issues.iter().zip(&kinds) {
        let events = issue.as_array().unwrap();
        assert_eq!(events.iter().map(|event| event["sent"]["event_id"].clone()).collect::<Vec<_>>(), ids(kind));
        events.iter().for_each(assert_complete);
    }
}

fn assert_complete(event: &Value) {
    for (name, expected) in [
        ("release", "braincase@1.2.3"),
        ("environment", "test"),
        ("level", "error"),
        ("server_name", "here"),
        ("calculated_type", "image_undecodable"),
    ] {
        assert_eq!(event[name], expected, "{name} of {event:#}");
    }
    assert!(event["calculated_value"].as_str().unwrap().ends_with("cannot be decoded"));
    for (name, expected) in [("operation", "image_analysis"), ("outcome", "error"), ("request_id", "r-5")] {
        assert_eq!(event["tags"][name], expected, "tag {name} of {event:#}");
    }
    assert_eq!(event["sent"]["breadcrumbs"]["values"][0]["message"], "begins to decode");
}

#[test]
#[ignore = "needs Bugsink and Relay in a virtual environment, which cargo xtask test makes"]
fn a_real_peer_relay_finds_nothing_wrong_with_any_kind_of_event() {
    // Given
    let (peer, folder) = (Peer::start([Answer::Take(200)]), tempfile::tempdir().unwrap());
    let spool = open(folder.path());
    let (sink, delivery) = (SpoolSink::new(spool.clone()), start(&spool, sentry(&peer.url())));
    let outcomes = ["error", "panic", "timed_out", "slow", "slow_running", "cancelled_by_client", "cancelled_by_abort"];
    for (outcome, number) in outcomes.into_iter().zip(0..) {
        let mut record = record(number, outcome);
        record.at = now();
        record.breadcrumbs.iter_mut().for_each(|line| line.at = now());
        record.context.request_id = Some("a request id\nof two lines ".repeat(20).into());
        sink.record(&record);
    }
    // When
    let requests = peer.taken(outcomes.len());
    assert_eq!(delivery.close(PATIENCE), Some(0));
    let events: Vec<Value> = requests.iter().flat_map(|request| request.items()).collect();
    let normal = python(folder.path(), "python", &["-c", include_str!("peers/relay_normalize.py")], &json!(events));
    // Then
    let normal = normal.as_array().unwrap();
    assert_eq!(normal.len(), outcomes.len());
    let levels = ["error", "fatal", "error", "warning", "warning", "info", "info"];
    assert_eq!(normal.iter().map(|event| &event["level"]).collect::<Vec<_>>(), levels);
    for (sent, normal) in events.iter().zip(normal) {
        assert!(normal["errors"].is_null() && normal["_meta"].is_null(), "{normal:#}");
        for name in ["event_id", "fingerprint", "exception", "release", "environment", "transaction", "extra"] {
            assert_holds(&normal[name], &sent[name], name);
        }
        assert_eq!(normal["type"], "error");
        assert_eq!(normal["tags"].as_array().unwrap().len(), sent["tags"].as_object().unwrap().len() + 1);
    }
}

/// Whether everything that was sent is still there; Relay adds to it.
fn assert_holds(normal: &Value, sent: &Value, path: &str) {
    match sent {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, sent)| assert_holds(&normal[name], sent, &format!("{path}.{name}")));
        }
        Value::Array(items) => {
            let at = |index: usize| format!("{path}[{index}]");
            (0..items.len()).for_each(|index| assert_holds(&normal[index], &items[index], &at(index)));
        }
        _ => assert_eq!(normal, sent, "{path}"),
    }
}

fn of_kind(fingerprint: &str, number: u32) -> Record {
    let mut record = record(number, "error");
    record.fingerprint = fingerprint.parse().unwrap();
    record.at = now();
    record
}

fn now() -> Timestamp {
    SystemClock::default().now()
}

/// Bugsink behind gunicorn, with its database in a folder.
struct Bugsink {
    folder: PathBuf,
    server: Child,
    address: String,
    project: Value,
}

impl Bugsink {
    fn start(folder: &Path) -> Self {
        fs::write(folder.join("bugsink_settings.py"), include_str!("peers/bugsink_settings.py")).unwrap();
        for database in ["default", "snappea"] {
            let migrated =
                command(folder, "bugsink-manage").args(["migrate", "--database", database]).output().unwrap();
            assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        }
        let project = shell(folder, include_str!("peers/bugsink_project.py"));
        let mut server = command(folder, "gunicorn")
            .args(["--bind", "127.0.0.1:0", "--workers", "1", "--no-control-socket", "bugsink.wsgi"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, told) = mpsc::channel();
        let log = BufReader::new(server.stderr.take().unwrap());
        // Reads on to the end, so that the pipe never is full.
        thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let after = line.split_once("Listening at: ").map(|(_, rest)| rest.to_owned());
                let _ = after.and_then(|rest| rest.split(' ').next().map(str::to_owned)).map(|url| tell.send(url));
            }
        });
        let mut bugsink = Self { folder: folder.to_owned(), server, address: String::new(), project };
        bugsink.address = told.recv_timeout(PATIENCE).unwrap();
        bugsink
    }

    fn receiver(&self) -> std::sync::Arc<dyn braincase_errors::deliver::Receiver> {
        let (id, key) = (&self.project["id"], self.project["key"].as_str().unwrap());
        crate::deliver::sentry_at(&format!("{}/{id}", self.address.replace("://", &format!("://{key}@"))))
    }

    fn ask(&self, script: &str) -> Value {
        shell(&self.folder, script)
    }
}

impl Drop for Bugsink {
    fn drop(&mut self) {
        // Politely, so that gunicorn ends its worker, too.
        let pid = rustix::process::Pid::from_child(&self.server);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.server.wait();
    }
}

fn shell(folder: &Path, script: &str) -> Value {
    python(folder, "bugsink-manage", &["shell", "--command", script], &Value::Null)
}

fn python(folder: &Path, program: &str, arguments: &[&str], input: &Value) -> Value {
    let mut child =
        command(folder, program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let result = text.lines().find_map(|line| line.strip_prefix("result ")).unwrap();
    serde_json::from_str(result).unwrap()
}

fn command(folder: &Path, program: &str) -> Command {
    let peers = env::var_os(PEERS).unwrap();
    let mut command = Command::new(Path::new(&peers).join("bin").join(program));
    command.current_dir(folder).env("PYTHONPATH", folder).env("DJANGO_SETTINGS_MODULE", "bugsink_settings");
    command
}
