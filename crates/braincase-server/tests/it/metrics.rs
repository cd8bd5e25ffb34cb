//! What turns leave behind in the metrics.

use std::{sync::Arc, time::Duration};

use braincase_orchestrator::brain::local::LocalBrain;
use braincase_sim::{Sim, SimOptions};

use tokio::{net::TcpListener, time::timeout};

use crate::app::{PATIENCE, TestApp};

/// Of every prompt.
const OF_PROMPTS: [&str; 2] = ["braincase_prompt_tokens", "braincase_prompt_utilization_ratio"];
/// Only known where a provider counts too.
const OF_PROVIDERS: [&str; 2] = ["gen_ai_client_token_usage", "braincase_token_drift_ratio"];

struct Metrics(String);

impl Metrics {
    async fn of(app: &TestApp) -> Self {
        Self(app.get("/metrics").await.text().await.expect("text"))
    }

    /// The values of all series of a name.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = f64> + 'a {
        let of_name = move |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
        self.0.lines().filter(of_name).map(|line| line.rsplit(' ').next().expect("a value").parse().expect("a number"))
    }

    /// What a histogram with buckets has seen; none if it is not one.
    fn seen(&self, name: &str) -> Option<f64> {
        self.0.lines().find(|line| *line == format!("# TYPE {name} histogram"))?;
        let buckets = self.0.lines().filter(|line| line.starts_with(&format!("{name}_bucket{{")));
        (buckets.filter(|line| line.contains("le=\"1\"")).count() > 0)
            .then(|| self.values(&format!("{name}_count")).sum())
    }
}

#[tokio::test]
async fn prompts_are_measured_with_what_the_provider_counts_and_what_was_cut() {
    // Given a server without a provider, when it has taken a turn, then what is known of prompts is known.
    let app = TestApp::start().await;
    app.turn(&app.project().await, "Add a scene with the text Hello").await;
    let metrics = Metrics::of(&app).await;
    for name in OF_PROMPTS {
        assert!(metrics.seen(name) >= Some(1.0), "{name} in {}", metrics.0);
    }
    for name in OF_PROVIDERS {
        assert_eq!(metrics.seen(name), None, "{name} in {}", metrics.0);
    }
    assert_eq!(metrics.values("braincase_prompt_cuts_total").sum::<f64>(), 0.0);

    // Given a server with a provider and a model with a small window, when its project outgrows that.
    let sim = Sim::start(SimOptions::new(Arc::new(LocalBrain::default()))).await.expect("a provider");
    let flags = ["--brain", "openai", "--openai-base-url", &sim.base_url(), "--openai-model", "gpt-4"];
    let app = TestApp::start_with(&flags).await;
    let project = app.project().await;
    for _ in 0..4 {
        let turn = app.turn(&project, &format!("Add a scene with the text Hello. {}", "Thank you. ".repeat(400))).await;
        assert_eq!(turn["status"], "completed", "{turn}");
    }

    // Then the rest is known too.
    let metrics = Metrics::of(&app).await;
    for name in OF_PROMPTS.into_iter().chain(OF_PROVIDERS) {
        assert!(metrics.seen(name) >= Some(4.0), "{name} in {}", metrics.0);
    }
    assert!(metrics.values("braincase_prompt_cuts_total").sum::<f64>() >= 1.0, "{}", metrics.0);
    sim.stop().await;
}

#[tokio::test]
async fn what_is_allocated_can_be_seen() {
    // Given a server, when something large is allocated and freed again.
    let app = TestApp::start().await;
    let allocated = async || {
        let metrics = Metrics::of(&app).await;
        metrics.values("braincase_heap_bytes{kind=\"allocated\"}").next().expect("the allocator tells")
    };
    let large = 256 << 20;
    let before = allocated().await;
    let held = std::hint::black_box(vec![1_u8; large]);
    let during = allocated().await;
    drop(held);
    let after = allocated().await;

    // Then the metrics show both, however much other tests allocate meanwhile.
    let half = large as f64 / 2.0;
    assert!(during - before > half, "{before} {during}");
    assert!(during - after > half, "{during} {after}");
}

#[tokio::test]
async fn what_turns_read_and_count_again_is_found_in_caches() {
    // Given a project with a scene whose text is long enough to be worth remembering, when it has three turns,
    let app = TestApp::start().await;
    let project = app.project().await;
    let hits = async |cache: &str| {
        let metrics = Metrics::of(&app).await;
        let series = format!("braincase_cache_reads_total{{cache=\"{cache}\",result=\"hit\"}}");
        metrics.values(&series).sum::<f64>()
    };
    app.turn(&project, &format!("Add a scene with the text \"{}\"", "Good morning. ".repeat(40))).await;
    for _ in 0..2 {
        app.turn(&project, "What is this?").await;
    }

    // Then counts and parts were found. The caches of other servers in this process are in the sums, too.
    for cache in ["token_counts", "context_scenes", "context_memories", "context_images"] {
        assert!(hits(cache).await > 0.0, "{cache}");
    }
}

#[tokio::test]
async fn what_failed_is_counted_with_what_became_of_it() {
    // Given a receiver that takes everything, one that is not there, and a provider that nobody can reach.
    let receiver = take_everything().await;
    let better_stack = format!("http://{receiver}");
    let flags = [
        ["--brain", "openai"],
        ["--openai-base-url", "http://127.0.0.1:1/v1"],
        ["--sentry-dsn", "http://key@127.0.0.1:1/1"],
        ["--better-stack-url", &better_stack],
        ["--better-stack-token", "a-token"],
    ];
    let app = TestApp::start_with(flags.as_flattened()).await;
    // When
    let turn = app.turn(&app.project().await, "Add a scene with the text Hello").await;
    assert_eq!(turn["status"], "failed");
    // Then
    let all = [
        "braincase_failures_total{operation=\"turn\",code=\"turn_failed\"}",
        "braincase_errors_delivered_total{sink=\"better_stack\"}",
        "braincase_errors_delayed_total{sink=\"sentry\",reason=\"network_error\"}",
        "braincase_errors_filed_total",
        "braincase_turn_overhead_seconds_count",
    ];
    let counted = async {
        loop {
            let metrics = Metrics::of(&app).await;
            let missing: Vec<_> = all.iter().filter(|name| metrics.values(name).sum::<f64>() < 1.0).collect();
            if missing.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, counted).await.expect("all of them are counted soon");
    assert!(Metrics::of(&app).await.seen("braincase_turn_overhead_seconds") >= Some(1.0));
}

/// A receiver that answers every request as taken; it ends with the test.
#[expect(clippy::disallowed_methods, reason = "the receiver of a test runs beside the test")]
async fn take_everything() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = axum::Router::new().fallback(async || http::StatusCode::ACCEPTED);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
