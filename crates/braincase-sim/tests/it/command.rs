//! The `braincase-sim` command.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_braincase-sim"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn started(arguments: &[&str]) -> (Child, String) {
    let mut child = command(arguments).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    timeout(Duration::from_secs(20), out.read_line(&mut line)).await.expect("a first line in time").unwrap();
    let url = line.trim().strip_prefix("listening on ").expect("where it listens").to_owned();
    (child, url)
}

async fn assert_ends_well(mut child: Child) {
    let status = timeout(Duration::from_secs(2), child.wait()).await.expect("it ends in two seconds").unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn it_says_where_it_listens_and_stops_when_asked_to() {
    let (child, url) = started(&["--latency", "instant"]).await;
    assert_eq!(reqwest::get(format!("{url}/livez")).await.unwrap().status(), 200);
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert_ends_well(child).await;
}

#[tokio::test]
async fn it_stops_when_whoever_started_it_is_gone() {
    let (mut child, _) = started(&["--stop-on-stdin-eof"]).await;
    drop(child.stdin.take());
    assert_ends_well(child).await;
}

#[tokio::test]
async fn it_refuses_what_others_can_reach_and_what_makes_no_sense() {
    for arguments in [&["--listen", "0.0.0.0:0"][..], &["--latency", "fast"], &["--faults", "boom:1%"]] {
        let output = timeout(Duration::from_secs(20), command(arguments).output()).await.unwrap().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
