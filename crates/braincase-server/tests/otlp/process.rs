//! A server in a process of its own.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::LIMIT;

pub(crate) struct Server {
    child: Child,
    pub(crate) client: reqwest::Client,
    pub(crate) url: String,
    dir: TempDir,
}

impl Server {
    /// Starts one that exports to this collector.
    pub(crate) async fn start(collector: &str, flags: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_braincase"))
            .args(["serve", "--listen", "127.0.0.1:0", "--stop-on-stdin-eof", "--otlp-endpoint", collector])
            .arg("--data-dir")
            .arg(dir.path().join("data"))
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(log(dir.path())).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(LIMIT, out.next_line()).await.unwrap().unwrap().unwrap();
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        let client = reqwest::Client::builder().timeout(LIMIT).build().unwrap();
        Self { child, client, url, dir }
    }

    /// Makes a project; returns its address.
    pub(crate) async fn project(&self) -> String {
        let made = self.client.post(format!("{}/v1/projects", self.url)).json(&json!({"name": "p"})).send().await;
        let made: Value = made.unwrap().json().await.unwrap();
        format!("{}/v1/projects/{}", self.url, made["id"].as_str().unwrap())
    }

    /// Takes a turn as part of a trace.
    pub(crate) async fn turn(&self, project: &str, traceparent: &str, request_id: &str) -> Value {
        let asked = self
            .client
            .post(format!("{project}/turns"))
            .header("traceparent", traceparent)
            .header("x-request-id", request_id)
            .json(&json!({"prompt": "Add a scene titled \"One\""}));
        asked.send().await.unwrap().json().await.unwrap()
    }

    /// The sum of all series of a metric whose line contains a word.
    pub(crate) async fn metric(&self, name: &str, with: &str) -> f64 {
        let text = self.client.get(format!("{}/metrics", self.url)).send().await.unwrap().text().await.unwrap();
        let lines = text.lines().filter(|line| line.starts_with(name) && line.contains(with));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    /// What it has logged.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(log(self.dir.path())).unwrap()
    }

    /// Stops it in order; returns how long that took, and all that it logged.
    #[expect(clippy::disallowed_methods, reason = "the time of another process is measured")]
    pub(crate) async fn stop(mut self) -> (Duration, String) {
        let asked = Instant::now();
        drop(self.child.stdin.take());
        let status = timeout(LIMIT, self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{}", self.logged());
        (asked.elapsed(), self.logged())
    }
}

fn log(dir: &Path) -> std::path::PathBuf {
    dir.join("log")
}
