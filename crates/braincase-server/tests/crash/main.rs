//! The server killed in the middle of its work: what was acknowledged is there, and everything else has ended.
#![cfg(test)]

mod failures;

use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use braincase_orchestrator::brain::local::LocalBrain;
use braincase_sim::{Sim, SimOptions};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};

/// No wait in this test takes longer unless something is broken.
const LIMIT: Duration = Duration::from_secs(60);
const PROJECTS: usize = 5;
const TURNS: usize = 20;
/// The server is killed when this many turns have been answered.
const ANSWERED_BEFORE_THE_KILL: usize = 5;

/// A real server process; killed when the test ends.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(data_dir: &Path, provider: &str) -> Self {
        Self::start_with(data_dir, provider, &[])
    }

    fn start_with(data_dir: &Path, provider: &str, flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_braincase"))
            .args(["serve", "--listen", "127.0.0.1:0", "--brain", "openai", "--openai-base-url", provider])
            .arg("--data-dir")
            .arg(data_dir)
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("said {line:?}")).to_owned();
        Self { child, url }
    }

    /// SIGKILL: nothing is flushed, nobody says goodbye.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn post(client: &reqwest::Client, url: String, body: Value) -> Option<Value> {
    let answer = client.post(url).json(&body).send().await.ok()?;
    answer.json().await.ok()
}

async fn get(client: &reqwest::Client, url: String) -> Value {
    client.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_twenty_turns_nothing_acknowledged_is_lost_and_nothing_is_left_hanging() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SimOptions::new(Arc::new(LocalBrain::default()));
    options.latencies = "chat=150ms".parse().unwrap();
    let sim = Sim::start(options).await.unwrap();
    let client = reqwest::Client::builder().timeout(LIMIT).build().unwrap();
    let server = Server::start(folder.path(), &sim.base_url());
    let mut projects = Vec::new();
    for number in 0..PROJECTS {
        let made = post(&client, format!("{}/v1/projects", server.url), json!({"name": format!("p{number}")})).await;
        projects.push(made.unwrap()["id"].as_str().unwrap().to_owned());
    }

    // When twenty turns are on their way, four in each project, and some of them have been answered …
    let mut turns = tokio::task::JoinSet::new();
    for number in 0..TURNS {
        let url = format!("{}/v1/projects/{}/turns", server.url, projects[number % PROJECTS]);
        let client = client.clone();
        let body = json!({"prompt": format!("Add a scene titled \"Scene {number}\"")});
        turns.spawn(async move { (number, post(&client, url, body).await) });
    }
    let mut acknowledged = HashMap::new();
    while acknowledged.len() < ANSWERED_BEFORE_THE_KILL {
        let (number, answer) = turns.join_next().await.unwrap().unwrap();
        acknowledged.insert(number, answer.expect("the server still lives"));
    }
    // … the server is killed and started again.
    server.kill();
    while let Some(ended) = turns.join_next().await {
        let (number, answer) = ended.unwrap();
        if let Some(answer) = answer {
            acknowledged.insert(number, answer);
        }
    }
    assert!(acknowledged.len() < TURNS, "the kill came too late to test anything");
    let server = Server::start(folder.path(), &sim.base_url());

    let mut stored = HashMap::new();
    for project in &projects {
        let url = format!("{}/v1/projects/{project}", server.url);
        let turns = get(&client, format!("{url}/turns?limit=100")).await;
        let scenes = get(&client, format!("{url}/scenes")).await;
        let titles: Vec<_> = scenes["items"].as_array().unwrap().iter().map(|scene| scene["name"].clone()).collect();
        let events = completed_turns(turns["items"].as_array().unwrap(), &titles);
        stored.extend(events);
    }
    for answer in acknowledged.values() {
        assert_eq!(answer["status"], "completed", "{answer}");
        assert_eq!(stored.get(answer["id"].as_str().unwrap()).map(String::as_str), Some("completed"));
    }
    let terminal = ["completed", "interrupted"];
    assert!(stored.values().all(|status| terminal.contains(&status.as_str())), "{stored:?}");
    assert!(stored.values().any(|status| status == "interrupted"), "some turn was in the middle: {stored:?}");
    // And the projects go on.
    let url = format!("{}/v1/projects/{}/turns", server.url, projects[0]);
    let after = post(&client, url, json!({"prompt": "Add a scene titled \"After\""})).await.unwrap();
    assert_eq!(after["status"], "completed");
    server.kill();
    sim.stop().await;
}

/// The status of each turn; a completed turn must have made its scene exactly once, any other one not at all.
fn completed_turns(turns: &[Value], titles: &[Value]) -> Vec<(String, String)> {
    let check = |turn: &Value| {
        let title = turn["prompt"].as_str().unwrap().split('"').nth(1).unwrap().to_owned();
        let made = titles.iter().filter(|made| **made == title).count();
        assert_eq!(made, usize::from(turn["status"] == "completed"), "{turn} in {titles:?}");
        (turn["id"].as_str().unwrap().to_owned(), turn["status"].as_str().unwrap().to_owned())
    };
    turns.iter().map(check).collect()
}
