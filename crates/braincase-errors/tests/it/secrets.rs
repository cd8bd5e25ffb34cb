//! A secret that is planted anywhere is shown nowhere.

use std::{
    panic::panic_any,
    sync::{Arc, Mutex},
    time::Duration,
};

use braincase_core::background::{Background, Failure, Task};
use braincase_errors::{Capture, Limit, MemorySink, Record, Sink, Supervisor};
use proptest::prelude::*;
use tracing_subscriber::layer::SubscriberExt;

use crate::{LIMIT, clock, recorder};

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
    supervisor.spawn_blocking(Task::new("panic"), Box::new(move || panic_any(text)));
    let _ = supervisor.shutdown(LIMIT).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_planted_secret_appears_in_no_record_and_in_no_line(
        before in "([a-z ]{0,30} )?", shape in 0_usize..8, secret in "[A-Za-z0-9]{24,60}", after in "([ \"\n][a-z ]{0,30})?",
    ) {
        // Given
        let written = Arc::new(Written::default());
        let recorder = recorder(Limit::NONE, clock(), written.clone());
        let capture = Capture::default();
        capture.connect(recorder.clone());
        let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // When
        runtime.block_on(async {
            let supervisor = Supervisor::with_recorder(recorder.clone());
            fail_everywhere(&supervisor, format!("{before}{}{after}", planted(shape, &secret))).await;
        });
        recorder.close(Duration::ZERO);
        // Then
        let written = written.0.lock().unwrap();
        prop_assert!(written.contains("upload_failed") && written.contains("panicked at"), "{}", written);
        prop_assert!(!written.contains(&secret), "{}", written);
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
