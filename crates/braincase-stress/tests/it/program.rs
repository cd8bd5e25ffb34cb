//! The program as it is run: with children of its own, which are scripts that stand for a stub and end when their input is
//! closed.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use braincase_stress::audit::Rule;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{process::Command, sync::Semaphore};

use crate::stub::{self, Fault};

/// Programs that run at the same time: they wait most of the time.
static SEATS: Semaphore = Semaphore::const_new(8);

/// A folder with a server and a provider in it.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    server: PathBuf,
    sim: PathBuf,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Nothing if none was written.
    pub(crate) report: Value,
}

impl Stage {
    /// A stub with this fault, and the scripts that stand for it.
    pub(crate) async fn of(fault: Fault) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_owned();
        fs::create_dir(folder.path().join("out")).unwrap();
        let again = folder.path().join("server.again");
        let url = stub::start_with_provider(fault, &folder.path().join("out"), again).await;
        let says = |name: &str| {
            let file = |ending: &str| place.join(format!("{name}.{ending}")).display().to_string();
            let (started, again, ended) = (file("started"), file("again"), file("ended"));
            format!(
                "[ -f {started} ] && : > {again}\n: > {started}\necho 'listening on {url}'\ncat > /dev/null\n: > {ended}"
            )
        };
        Self::with(folder, &says)
    }

    /// Scripts that do something else.
    pub(crate) fn with(folder: TempDir, script: &dyn Fn(&str) -> String) -> Self {
        let [server, sim] = ["server", "sim"].map(|name| write_script(folder.path(), name, &script(name)));
        Self { folder, server, sim }
    }

    /// The program, ready to be started.
    pub(crate) fn command(&self, preset: &str, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_braincase-stress"));
        command.args([preset, "--hurry", "--ramp", "0"]).args(options).arg("--out").arg(self.folder.path().join("out"));
        command.arg("--server-bin").arg(&self.server).arg("--sim-bin").arg(&self.sim).kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, preset: &str, options: &[&str]) -> Ended {
        let _seat = SEATS.acquire().await.unwrap();
        let output = self.command(preset, options).output().await.unwrap();
        let report = fs::read(self.folder.path().join("out/report.json")).unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            report: serde_json::from_slice(&report).unwrap_or_default(),
        }
    }

    /// Whether a script got to its end.
    pub(crate) fn has_ended(&self, name: &str) -> bool {
        self.folder.path().join(format!("{name}.ended")).exists()
    }
}

impl Ended {
    /// Whether a promise of this kind was broken.
    pub(crate) fn breaks(&self, rule: Rule) -> bool {
        let rule = serde_json::to_value(rule).unwrap();
        self.report["audit"]["violations"].as_array().into_iter().flatten().any(|found| found["rule"] == rule)
    }

    /// The verdict in one sentence.
    pub(crate) fn sentence(&self) -> &str {
        self.report["verdict"]["sentence"].as_str().unwrap_or(&self.stderr)
    }
}

fn write_script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
