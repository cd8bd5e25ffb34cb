//! A secret that is part of a failure is in nothing that shows or keeps failures.

use std::{fs, path::Path};

use braincase_core::background::{Background, Failure, Task};
use braincase_errors::{Capture, Supervisor};
use proptest::prelude::*;
use reqwest::Method;
use tokio::time::timeout;
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    app::{PATIENCE, TestApp, text},
    issues::{KEY, ask, errors, see},
};

/// How often each secret is planted: in an error, in a panic, and in a line of the log.
const PLACES: u64 = 3;

fn planted(shape: usize, secret: &str) -> String {
    match shape {
        0 => format!("Authorization: Bearer {secret}"),
        1 => format!("sk-{secret}"),
        2 => format!("{{\"api_key\": \"{secret}\"}}"),
        3 => format!("postgres://user:{secret}@db/x"),
        _ => format!("https://{secret}@sentry.example/1"),
    }
}

async fn fail_everywhere(supervisor: &Supervisor, said: String) {
    let failure = Failure::new("odd", std::io::Error::other(said.clone())).with("model", &said).with("note", &said);
    let (panicking, logging) = (said.clone(), said.clone());
    let user = Task { user: Some(said.as_str().into()), ..Task::new("logging") };
    let failing = async move {
        tracing::info!("about to fail with {said}");
        Err(failure)
    };
    supervisor.spawn(Task::new("failing"), Box::pin(failing));
    supervisor.spawn(Task::new("panicking"), Box::pin(async move { panic!("cannot use {panicking}") }));
    let logging = async move { tracing::error!(code = "odd", error = logging, model = logging, "it said {logging}") };
    let _ = supervisor.request(user, "r-1".into(), logging).await;
}

/// All that there is to see of failures, by where.
async fn shown(app: &TestApp) -> Vec<(String, String)> {
    let list = see(app, "/admin/errors?limit=200").await;
    let mut shown = vec![("/admin/errors".to_owned(), list.to_string())];
    for options in [&["list"][..], &["list", "--json"]] {
        shown.push((format!("{options:?}"), errors(&app.data_dir(), options).await.1));
    }
    for issue in list["items"].as_array().expect("a list") {
        let fingerprint = text(issue, "fingerprint");
        let path = format!("/admin/errors/{fingerprint}");
        let detail = ask(app, Method::GET, &path).await.text().await.expect("text");
        shown.push((path, detail));
        shown.push((format!("show {fingerprint}"), errors(&app.data_dir(), &["show", &fingerprint]).await.1));
    }
    shown
}

fn kept(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            kept(&path, found);
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

async fn until_filed(app: &TestApp, failures: u64) {
    let filed = async {
        loop {
            let page = see(app, "/admin/errors?limit=200").await;
            let counts = page["items"].as_array().expect("a list").iter().filter_map(|issue| issue["count"].as_u64());
            if counts.sum::<u64>() >= failures {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, filed).await.expect("they are filed soon");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_planted_secret_is_neither_filed_nor_shown(
        plants in proptest::collection::vec((0_usize..5, "[A-Za-z0-9]{24,60}"), 6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let places = runtime.block_on(async {
            // Given a server
            let app = TestApp::start_with(&["--admin-key", KEY]).await;
            let capture = Capture::default();
            capture.connect(app.recorder.clone());
            let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
            let supervisor = Supervisor::with_recorder(app.recorder.clone());
            // When secrets are part of what fails in it
            for (shape, secret) in &plants {
                fail_everywhere(&supervisor, planted(*shape, secret)).await;
            }
            until_filed(&app, plants.len() as u64 * PLACES).await;
            // Then
            let mut places = shown(&app).await;
            kept(&app.data_dir(), &mut places);
            places
        });
        for place in ["/admin/errors", "[\"list\"]", "braincase.db-wal", "/errors/errors/"] {
            let holds = |(name, text): &(String, String)| name.contains(place) && text.contains("panicking");
            prop_assert!(places.iter().any(holds), "nothing of it in {}", place);
        }
        for ((name, text), (_, secret)) in places.iter().flat_map(|place| plants.iter().map(move |plant| (place, plant))) {
            prop_assert!(!text.contains(secret), "in {}: {}", name, text);
        }
    }
}
