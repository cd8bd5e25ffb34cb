//! A secret that is planted anywhere is shown nowhere.

use std::{
    panic::panic_any,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use braincase_core::background::{Background, Failure, Task};
use braincase_errors::{
    Capture, Delivery, Limit, LogFormat, LogSink, MemorySink, Record, Recorder, RecorderOptions, Sink, Spool,
    Supervisor, logging,
    spool::{Bounds, SpoolSink},
};
use proptest::prelude::*;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    LIMIT, clock,
    deliver::{
        PACE, better_stack,
        peer::{Answer, Peer, Request},
        sentry,
    },
    log::Lines,
    recorder,
};

/// Keeps everything that is known of records, as it would be written to a file.
#[derive(Debug, Default)]
struct Written(Mutex<String>);

impl Sink for Written {
    fn record(&self, record: &Record) {
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), record, "it is read back as it was");
        self.0.lock().unwrap().push_str(&text);
    }
}

/// Every place to which failures go, on the loopback and in a folder.
struct Everywhere {
    written: Arc<Written>,
    lines: [Lines; 2],
    peers: [Peer; 2],
    folder: tempfile::TempDir,
    delivery: Delivery,
    recorder: Recorder,
    _log: DefaultGuard,
}

impl Everywhere {
    fn start() -> Self {
        let (written, lines) = (Arc::new(Written::default()), [Lines::default(), Lines::default()]);
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), Bounds::default()).unwrap();
        let peers = [Peer::start([Answer::Take(200)]), Peer::start([Answer::Take(202)])];
        let receivers = vec![sentry(&peers[0].url()), better_stack(&peers[1].url())];
        let delivery = Delivery::start(&spool, receivers, PACE).unwrap();
        let sinks: Vec<Arc<dyn Sink>> = vec![written.clone(), Arc::new(SpoolSink::new(spool)), Arc::new(LogSink)];
        let recorder = Recorder::new(RecorderOptions { sinks, limit: Limit::NONE, ..RecorderOptions::default() });
        let capture = Capture::default();
        capture.connect(recorder.clone());
        let log = tracing_subscriber::registry()
            .with(capture)
            .with(logging::lines(LogFormat::Json, lines[0].clone()))
            .with(logging::lines(LogFormat::Pretty, lines[1].clone()));
        let _log = tracing::subscriber::set_default(log);
        Self { written, lines, peers, folder, delivery, recorder, _log }
    }

    /// All that was written or sent, by where to.
    fn end(self) -> [(&'static str, String); 6] {
        self.recorder.close(Duration::ZERO);
        assert_eq!(self.delivery.close(LIMIT), Some(0), "everything was delivered");
        let sent = |requests: Vec<Request>| {
            let texts = requests.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
            texts.collect::<String>()
        };
        let [sentry, better_stack] = self.peers.each_ref().map(|peer| sent(peer.taken(1)));
        let [json, pretty] = self.lines.map(|lines| lines.text());
        let written = self.written.0.lock().unwrap().clone();
        let spooled = contents(&self.folder.path().join("errors"));
        [
            ("records", written),
            ("spool", spooled),
            ("log", json),
            ("log for people", pretty),
            ("Sentry", sentry),
            ("Better Stack", better_stack),
        ]
    }
}

fn contents(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

fn planted(shape: usize, secret: &str) -> String {
    match shape {
        0 => format!("Bearer {secret}"),
        1 => format!("sk-{secret}"),
        2 => format!("api_key={secret}"),
        3 => format!("Cookie: session={secret}"),
        4 => format!("https://{secret}@sentry.example/1"),
        5 => format!("-----BEGIN RSA PRIVATE KEY-----\n{secret}"),
        6 => format!("github_pat_{secret}"),
        _ => format!("postgres://user:{secret}@db/x"),
    }
}

async fn fail_everywhere(supervisor: &Supervisor, text: String) {
    let user = Some(text.as_str().into());
    let error =
        Failure::new("upload_failed", std::io::Error::other(text.clone())).with("model", &text).with("note", &text);
    let logged = text.clone();
    let work = async move {
        tracing::info!(text = logged, "about to fail with {logged}");
        tracing::error!(code = "logged", error = %logged, model = %logged, other = %logged, "it said {logged}");
        Err(error)
    };
    supervisor.spawn(Task::new("upload"), Box::pin(work));
    let message = text.clone();
    supervisor.spawn(Task::new("panic"), Box::pin(async move { panic!("cannot use {message}") }));
    let user = Task { user, ..Task::new("request") };
    let failing = async { tracing::error!("of a request") };
    let _ = supervisor.request(user, text.as_str().into(), failing).await;
    supervisor.spawn_blocking(Task::new("panic"), Box::new(move || panic_any(text)));
    let _ = supervisor.shutdown(LIMIT).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn a_planted_secret_appears_in_no_record_in_no_line_in_no_file_and_at_no_receiver(
        before in "([a-z ]{0,30} )?", shape in 0_usize..8, secret in "[A-Za-z0-9]{24,60}", after in "([ \"\n][a-z ]{0,30})?",
    ) {
        // Given
        let everywhere = Everywhere::start();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // When
        runtime.block_on(async {
            let supervisor = Supervisor::with_recorder(everywhere.recorder.clone());
            fail_everywhere(&supervisor, format!("{before}{}{after}", planted(shape, &secret))).await;
        });
        // Then
        for (place, text) in everywhere.end() {
            // For people, a line ends where a secret begins that has no end of its own.
            let all = if place == "log for people" { &["upload_failed"][..] } else { &["upload_failed", "cannot use", "of a request"] };
            for expected in all {
                prop_assert!(text.contains(expected), "no {} in {}: {}", expected, place, text);
            }
            prop_assert!(!text.contains(&secret), "{}: {}", place, text);
        }
    }
}

#[test]
fn a_secret_that_is_cut_in_the_middle_is_not_shown_either() {
    // Given: a line that is cut somewhere within the secret.
    for length in 200..300 {
        let sink = Arc::new(MemorySink::new(9));
        let recorder = recorder(Limit::NONE, clock(), sink.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // When
        runtime.block_on(async {
            let supervisor = Supervisor::with_recorder(recorder);
            let secret = "sk-abcdefghijklmnopqrstuvwxyz0123456789";
            fail_everywhere(&supervisor, format!("{} {secret}", "x".repeat(length))).await;
        });
        // Then
        assert!(!format!("{:?}", sink.records()).contains("abcdefghij"), "at {length}");
    }
}
