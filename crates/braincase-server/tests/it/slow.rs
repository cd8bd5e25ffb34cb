//! What takes longer than it should is told of by name, with how often and how long.

use std::{collections::BTreeMap, time::Duration};

use braincase_errors::Capture;
use tokio::time::timeout;
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    app::{PATIENCE, TestApp, ok, photograph, text},
    images::{analysed, upload},
    issues::{KEY, see},
};

/// Every operation that has a threshold by default.
const OPERATIONS: [&str; 5] = ["commit", "context_build", "decide", "image_analysis", "turn"];

/// How many operations were too slow, by name.
async fn filed(app: &TestApp) -> BTreeMap<String, u64> {
    let page = see(app, "/admin/errors?limit=200").await;
    let slow = page["items"].as_array().expect("a list").iter().filter(|issue| issue["outcome"] == "slow");
    slow.map(|issue| (text(issue, "operation"), issue["count"].as_u64().expect("a number"))).collect()
}

#[tokio::test]
async fn every_operation_with_a_threshold_is_timed_and_told_of_when_it_exceeds_it() {
    // Given thresholds that everything exceeds.
    let thresholds = OPERATIONS.map(|operation| format!("{operation}=1us")).join(",");
    let app = TestApp::start_with(&["--admin-key", KEY, "--slow", &thresholds]).await;
    let capture = Capture::default();
    capture.connect(app.recorder.clone());
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(capture));
    let project = app.project().await;
    // When an image is looked at and two turns are taken, and what is told once a minute is told now.
    let image = ok(upload(&app, &project, "image/png", photograph("coffee.png")).await).await;
    analysed(&app, &project, &image).await;
    for _ in 0..2 {
        app.turn(&project, "Add a scene with the text Hello").await;
    }
    app.recorder.close(Duration::ZERO);
    // Then
    let all = async {
        loop {
            let filed = filed(&app).await;
            if OPERATIONS.iter().all(|operation| filed.contains_key(*operation)) {
                return filed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let filed = timeout(PATIENCE, all).await.expect("all of them are filed soon");
    assert_eq!((filed["turn"], filed["decide"], filed["context_build"]), (2, 2, 2), "{filed:?}");
}
