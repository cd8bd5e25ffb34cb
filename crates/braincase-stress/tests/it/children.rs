//! The program with children of its own: scripts that say where a stub listens and end when their input is closed.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Output,
};

use tokio::process::Command;

use crate::stub::{self, Fault};

fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn stress(folder: &Path, server: &Path, sim: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_braincase-stress"))
        .args(["smoke", "--users", "4", "--think-scale", "0.05", "--out"])
        .arg(folder.join("out"))
        .arg("--server-bin")
        .arg(server)
        .arg("--sim-bin")
        .arg(sim)
        .args(options)
        .output()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn children_are_started_loaded_and_stopped_and_reports_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let url = stub::start(Fault::None).await;
    let says = |name: &str| {
        let ended = folder.path().join(format!("{name}.ended"));
        format!("echo 'listening on {url}'\ncat > /dev/null\necho bye > {}", ended.display())
    };
    let (server, sim) = (script(folder.path(), "server", &says("server")), script(folder.path(), "sim", &says("sim")));

    let output = stress(folder.path(), &server, &sim, &["--duration", "2"]).await;

    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("PASS: "), "{told}");
    for name in ["server.ended", "sim.ended", "out/report.json", "out/report.html", "out/report.md", "out/junit.xml"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["schema"], "braincase-stress/2");
    assert_eq!(report["verdict"]["outcome"], "pass");
    assert!(report["memory"]["peak"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_stop_cleanly_fails_the_run_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = stub::start(Fault::None).await;
    let says = |code: u8| format!("echo 'listening on {url}'\ncat > /dev/null\nexit {code}");
    let (server, sim) = (script(folder.path(), "server", &says(3)), script(folder.path(), "sim", &says(0)));

    let output = stress(folder.path(), &server, &sim, &["--duration", "2"]).await;

    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("missed: clean stop") && told.contains("braincase stopped with exit status: 3"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_the_middle_ends_the_run_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = stub::start(Fault::None).await;
    let server = script(folder.path(), "server", &format!("echo 'listening on {url}'\nsleep 2\nexit 7"));
    let sim = script(folder.path(), "sim", &format!("echo 'listening on {url}'\ncat > /dev/null"));

    let output = stress(folder.path(), &server, &sim, &["--duration", "20"]).await;

    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("braincase ended in the middle of the run: exit status: 7"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_start_is_a_set_up_error_with_its_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let sim = script(folder.path(), "sim", "echo 'no port is free' >&2");

    let output = stress(folder.path(), &sim, &sim, &["--duration", "2"]).await;

    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("braincase-sim did not say where it listens") && told.contains("no port is free"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_elsewhere_is_not_loaded_unasked() {
    let output = Command::new(env!("CARGO_BIN_EXE_braincase-stress"))
        .args(["smoke", "--url", "http://192.0.2.1:80", "--out"])
        .arg(tempfile::tempdir().unwrap().path())
        .output()
        .await
        .unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--i-own-this"));
}
