//! A server for one test, and the words to talk to it.

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use braincase_core::{error_issue::ErrorStore, store::Store};
use braincase_errors::Recorder;
use braincase_orchestrator::compute::Compute;
use braincase_server::{
    app::HttpLimits,
    config::{Cli, Config},
    server,
    stop::{Ended, Stop},
    wiring::{self, Services},
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

/// How long a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running server with its own data directory.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) address: std::net::SocketAddr,
    /// For what no client can bring about.
    pub(crate) store: Arc<dyn Store>,
    /// What has failed.
    pub(crate) issues: Arc<dyn ErrorStore>,
    /// Makes records of failures as the server does.
    pub(crate) recorder: Recorder,
    /// Where long requests are counted, to keep its places taken.
    pub(crate) counting: Compute,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
    dir: TempDir,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_within(HttpLimits::default()).await
    }

    pub(crate) async fn start_within(limits: HttpLimits) -> Self {
        Self::start_as(&[], limits).await
    }

    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        Self::start_as(flags, HttpLimits::default()).await
    }

    pub(crate) async fn start_as(flags: &[&str], limits: HttpLimits) -> Self {
        let dir = TempDir::new().expect("a temporary directory");
        let services = wiring::build_within(&config(&dir, flags), limits).await.expect("every part can be made");
        services.app.orchestrator.recover().await.expect("nothing to recover");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, asked) = oneshot::channel();
        let store = Arc::clone(&services.app.store);
        let issues = Arc::clone(&services.app.issues);
        let recorder = services.reporter.recorder.clone();
        let counting = services.app.counting.clone();
        let ended = run(services, listener, asked);
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        let url = format!("http://{address}");
        Self { url, address, store, issues, recorder, counting, client, stop: Some(stop), ended, dir }
    }

    /// Where it keeps everything.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.request(Method::POST, path).json(&body).send().await.expect("an answer")
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Response {
        self.request(Method::PUT, path).json(&body).send().await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.expect("an answer")
    }

    /// Makes a project; returns its path.
    pub(crate) async fn project(&self) -> String {
        let project = ok(self.post("/v1/projects", json!({ "name": "Launch film" })).await).await;
        format!("/v1/projects/{}", text(&project, "id"))
    }

    /// Takes a turn and waits for its end.
    pub(crate) async fn turn(&self, project: &str, prompt: &str) -> Value {
        ok(self.post(&format!("{project}/turns"), json!({ "prompt": prompt })).await).await
    }

    /// Opens an event stream.
    pub(crate) async fn watch(&self, path: &str) -> Stream {
        let response = self.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        Stream::of(response)
    }

    pub(crate) fn ask_to_stop(&mut self) {
        self.stop.take().expect("asked once").send(()).expect("it runs");
    }

    pub(crate) async fn ended(self) {
        timeout(PATIENCE, self.ended).await.expect("it ends").expect("without a panic");
    }
}

#[expect(clippy::disallowed_methods, reason = "the server of a test runs beside the test")]
fn run(services: Services, listener: TcpListener, asked: oneshot::Receiver<()>) -> JoinHandle<()> {
    let asked = async {
        // A test that ends early drops the sender, which stops the server too.
        let _: Result<(), _> = asked.await;
    };
    let stop = Stop { asked, hurried: std::future::pending(), grace: Duration::from_secs(5) };
    tokio::spawn(async move { assert_eq!(server::run(services, listener, stop).await, Ended::InOrder) })
}

fn config(dir: &TempDir, flags: &[&str]) -> Config {
    let data_dir: OsString = dir.path().join("data").into();
    let args = ["braincase".into(), "serve".into(), "--data-dir".into(), data_dir];
    Cli::read(args.into_iter().chain(flags.iter().map(OsString::from)))
        .expect("known flags")
        .1
        .config()
        .expect("valid settings")
}

/// An event as a client sees it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) data: Value,
}

/// An open event stream.
pub(crate) struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    pub(crate) fn of(response: Response) -> Self {
        Self { response, text: String::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Seen> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if !block.starts_with(':') {
                    return Some(parse(&block));
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something within the limit");
            self.text.push_str(std::str::from_utf8(&chunk.expect("an orderly end")?).expect("UTF-8"));
        }
    }

    /// All events up to the end of the stream.
    pub(crate) async fn rest(mut self) -> Vec<Seen> {
        let mut seen = Vec::new();
        while let Some(event) = self.next().await {
            seen.push(event);
        }
        seen
    }

    /// Events up to the first of this kind.
    pub(crate) async fn until(&mut self, kind: &str) -> Vec<Seen> {
        let mut seen = Vec::new();
        loop {
            let event = self.next().await.expect("the stream goes on until then");
            let found = event.event == kind;
            seen.push(event);
            if found {
                return seen;
            }
        }
    }
}

fn parse(block: &str) -> Seen {
    let field = |name: &str| {
        let mut lines = block.lines().filter_map(|line| line.strip_prefix(name));
        lines.next().map(|rest| rest.trim_start_matches(": ").to_owned()).unwrap_or_default()
    };
    let data = serde_json::from_str(&field("data")).expect("JSON data");
    Seen { id: field("id"), event: field("event"), data }
}

/// The body of an answer that is a success.
pub(crate) async fn ok(response: Response) -> Value {
    let status = response.status();
    let body = response.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

/// The problem of an answer that is a refusal; the id of the request is checked and taken out.
pub(crate) async fn refused(response: Response) -> Value {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let request_id = response.headers()["x-request-id"].to_str().expect("plain text").to_owned();
    let mut problem: Value = response.json().await.expect("JSON");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], request_id.as_str());
    problem.as_object_mut().expect("an object").remove("request_id");
    problem
}

/// A refusal in three words: status, code, field.
pub(crate) async fn refusal(response: Response) -> String {
    let problem = refused(response).await;
    let field = problem["field"].as_str().unwrap_or("-");
    format!("{} {} {field}", problem["status"], problem["code"].as_str().expect("a code"))
}

/// A turn without what was measured: the last step's time is known only after the turn is stored.
pub(crate) fn untimed(mut turn: Value) -> Value {
    turn.as_object_mut().expect("an object").remove("timing_ms").expect("timings");
    turn
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}")).to_owned()
}

/// A photograph of the vision's test data.
pub(crate) fn photograph(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../braincase-stress/data/images").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
