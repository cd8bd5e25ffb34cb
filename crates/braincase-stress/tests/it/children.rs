//! The program and its children: they are started, watched, stopped, and never outlive it.

use std::{
    fs,
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    program::Stage,
    stub::{self, Fault},
};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn children_are_started_loaded_and_stopped_and_reports_are_written() {
    let stage = Stage::of(Fault::None).await;

    let ended = stage.run("smoke", &["--users", "4", "--duration", "2"]).await;

    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("PASS: ") && stage.has_ended("server") && stage.has_ended("sim"), "{}", ended.stdout);
    for name in ["report.json", "report.html", "report.md", "junit.xml"] {
        assert!(stage.folder.path().join("out").join(name).is_file(), "{name}");
    }
    assert_eq!(ended.report["schema"], "braincase-stress/2");
    assert_eq!(ended.report["verdict"]["outcome"], "pass");
    assert!(ended.report["memory"]["peak"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_stop_cleanly_fails_the_run_and_is_named() {
    let url = stub::start(Fault::None).await;
    let says = |name: &str| {
        let code = if name == "server" { 3 } else { 0 };
        format!("echo 'listening on {url}'\ncat > /dev/null\nexit {code}")
    };
    let stage = Stage::with(tempfile::tempdir().unwrap(), &says);

    let ended = stage.run("smoke", &["--users", "4", "--duration", "2"]).await;

    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let why = "braincase stopped with exit status: 3";
    assert!(ended.stdout.contains("missed: clean stop") && ended.stdout.contains(why), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_the_middle_ends_the_run_and_is_named() {
    let url = stub::start(Fault::None).await;
    let says = |name: &str| match name {
        "server" => format!("echo 'listening on {url}'\nsleep 2\nexit 7"),
        _ => format!("echo 'listening on {url}'\ncat > /dev/null"),
    };
    let stage = Stage::with(tempfile::tempdir().unwrap(), &says);

    let ended = stage.run("smoke", &["--users", "4", "--duration", "20"]).await;

    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    assert!(ended.stdout.contains("braincase ended in the middle of the run: exit status: 7"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_start_is_a_set_up_error_with_its_last_words() {
    let stage = Stage::with(tempfile::tempdir().unwrap(), &|_| "echo 'no port is free' >&2".to_owned());

    let ended = stage.run("smoke", &["--duration", "2"]).await;

    assert_eq!(ended.code, Some(2));
    let told = ended.stderr;
    assert!(told.contains("braincase-sim did not say where it listens") && told.contains("no port is free"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn children_die_with_a_parent_that_is_killed() {
    let stage = Stage::of(Fault::None).await;
    let mut parent = under_load(&stage).await;

    parent.kill().await.unwrap();

    until(|| stage.has_ended("server") && stage.has_ended("sim")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_the_load_and_still_audits_and_reports() {
    let stage = Stage::of(Fault::None).await;
    let mut program = under_load(&stage).await;

    let killed = Command::new("kill").args(["-INT", &program.id().unwrap().to_string()]).status().await.unwrap();
    assert!(killed.success());
    let code = timeout(PATIENCE, program.wait()).await.expect("it ends soon").unwrap().code();

    assert_eq!(code, Some(3));
    let report = fs::read_to_string(stage.folder.path().join("out/interrupted/report.md")).unwrap();
    assert!(report.contains("the run was stopped before its time"), "{report}");
    assert!(stage.has_ended("server") && stage.has_ended("sim"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_makes_sense_with_a_server_of_our_own_is_refused_for_another_one() {
    for option in [&["--kill"][..], &["--faults", "429:2%"], &["--compare", "blocking"]] {
        let output = elsewhere("http://127.0.0.1:9", option).await;

        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains("cannot be used with"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_elsewhere_is_not_loaded_unasked() {
    let output = elsewhere("http://192.0.2.1:80", &[]).await;

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--i-own-this"));
}

async fn elsewhere(url: &str, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_braincase-stress"));
    command.args(["smoke", "--url", url]).args(options).arg("--out").arg(tempfile::tempdir().unwrap().path());
    command.output().await.unwrap()
}

/// The program in the middle of a long run.
async fn under_load(stage: &Stage) -> Child {
    let mut command = stage.command("smoke", &["--users", "4", "--duration", "60"]);
    let mut program = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(program.stderr.take().unwrap()).lines();
    let in_load = async { while !told.next_line().await.unwrap().unwrap().contains(" users · ") {} };
    timeout(PATIENCE, in_load).await.unwrap();
    // Whoever writes into a closed pipe is told so; that must not stop it, and here must not matter.
    std::mem::forget(told);
    program
}

async fn until(holds: impl Fn() -> bool) {
    let look = async {
        while !holds() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, look).await.unwrap();
}
