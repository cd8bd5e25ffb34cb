//! Receivers of errors that others have written, in a virtual environment of Python.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{
    cargo::{Workspace, cargo},
    step,
    tally::Row,
};

use super::{counts, row};

const SUITE: &str = "error events at Bugsink and Sentry's Relay";
/// Versions that are known to work; newer ones are tried by hand.
const PACKAGES: [&str; 2] = ["bugsink==2.6.2", "sentry-relay==0.10.1"];

/// Runs the tests that need them, or says why not.
pub(super) fn suite(workspace: &Workspace) -> Result<Row> {
    let peers = match install(&workspace.scratch("xtask-test/peers")) {
        Ok(peers) => peers,
        Err(why) => return Ok(Row::skipped(SUITE, why)),
    };
    // The same selection as the other tests, so that nothing is built twice.
    let mut command = cargo(&workspace.root);
    command.args(["test", "--workspace", "--tests", "--", "--ignored", "a_real_peer"]);
    let ended = step::run(command.env("BRAINCASE_ERRORS_TEST_PEERS", peers))?;
    Ok(row(SUITE, &ended, counts::of_cargo_test(&ended.output)))
}

/// The folder with the packages; the error is why there is none.
fn install(folder: &Path) -> Result<PathBuf, String> {
    let peers = folder.to_owned();
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|packages| packages == PACKAGES.join(" ")) {
        return Ok(peers);
    }
    quiet(Command::new("python3").args(["-m", "venv"]).arg(folder), "python3 cannot make a virtual environment")?;
    eprintln!("installing {} into {}", PACKAGES.join(" and "), folder.display());
    let pip = folder.join("bin/pip");
    let options = ["install", "--quiet", "--disable-pip-version-check", "--timeout", "30", "--retries", "1"];
    quiet(Command::new(pip).args(options).args(PACKAGES), "pip cannot install bugsink and sentry-relay")?;
    fs::write(&mark, PACKAGES.join(" ")).map_err(|error| format!("cannot write {}: {error}", mark.display()))?;
    Ok(peers)
}

fn quiet(command: &mut Command, problem: &str) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{problem}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    if output.status.success() { Ok(()) } else { Err(format!("{problem}: {last}")) }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::quiet;

    #[test]
    fn why_something_is_not_there_is_said_with_its_own_last_words() {
        let failing = quiet(Command::new("sh").args(["-c", "echo first >&2; echo last words >&2; exit 1"]), "no peers");
        assert_eq!(failing, Err("no peers: last words".to_owned()));

        let missing = quiet(&mut Command::new("no-such-program-anywhere"), "no peers");
        assert!(missing.is_err_and(|why| why.starts_with("no peers: ")));
        assert_eq!(quiet(&mut Command::new("true"), "no peers"), Ok(()));
    }
}
