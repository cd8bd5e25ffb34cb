//! The tour of the README, run as written against a server of its own.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    cargo::{Profile, Workspace},
    step,
};

/// What the README says that the server's address is.
const ADDRESS: &str = "127.0.0.1:8787";
const START_LIMIT: Duration = Duration::from_secs(30);
/// In seconds, for all commands together.
const TOUR_LIMIT: &str = "60";

/// What must be seen on the way, in this order.
const SIGHTS: [&str; 9] = [
    "\"status\":\"completed\"",
    "event: turn.accepted",
    "event: turn.completed",
    "\"status\":\"clarification\"",
    "\"duration_ms\":5000",
    "event: image.facts_ready",
    "\"status\":\"ready\"",
    "\"palette\":[",
    "braincase_http_requests_total",
];

/// Takes the tour; the inner error says what did not go as the README says.
pub(crate) fn take(workspace: &Workspace) -> Result<Result<(), String>> {
    let readme = fs::read_to_string(workspace.root.join("README.md")).context("cannot read README.md")?;
    let script = script(&readme);
    let data = workspace.scratch("xtask-test/tour");
    fs::create_dir_all(&data).and_then(|()| fs::remove_dir_all(&data)).context("cannot make an empty data folder")?;
    let server = Server::start(&workspace.program(Profile::Dev, "braincase"), &data)?;
    let script = script.replace(ADDRESS, &server.address);
    let mut bash = Command::new("timeout");
    bash.args([TOUR_LIMIT, "bash", "-euo", "pipefail", "-c", &script]).current_dir(&workspace.root);
    let ended = step::run(&mut bash)?;
    if !ended.success {
        let log = data.with_extension("log");
        let code = ended.code.unwrap_or(-1);
        return Ok(Err(format!("a command failed or took too long (exit code {code}); see {}", log.display())));
    }
    Ok(missed_sight(&ended.output).map_or(Ok(()), |sight| Err(format!("{sight} was not seen in its turn; see above"))))
}

/// The commands between the marks, without what they are expected to print.
fn script(readme: &str) -> String {
    let tour = readme.split("<!-- tour:begin -->").nth(1).and_then(|rest| rest.split("<!-- tour:end -->").next());
    let blocks = tour.unwrap_or_default().split("```sh\n").skip(1);
    blocks.filter_map(|block| block.split("```").next()).collect()
}

fn missed_sight(output: &str) -> Option<&'static str> {
    let mut rest = output;
    for sight in SIGHTS {
        match rest.split_once(sight) {
            Some((_, after)) => rest = after,
            None => return Some(sight),
        }
    }
    None
}

/// A server that lives as long as this value.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, data: &Path) -> Result<Self> {
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(data.with_extension("log")).context("cannot write the server's log")?)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let stdout = process.stdout.take();
        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            let line = stdout.and_then(|stream| BufReader::new(stream).lines().next()?.ok());
            // Nobody waits any more if it took too long.
            let _ = sender.send(line.unwrap_or_default());
        });
        let mut server = Self { process, address: String::new() };
        let line = first_line.recv_timeout(START_LIMIT).unwrap_or_default();
        let Some(address) = line.strip_prefix("listening on http://") else {
            bail!("the server was not ready within {START_LIMIT:?}; its first line was {line:?}");
        };
        address.clone_into(&mut server.address);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended on its own; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ADDRESS, SIGHTS, Server, missed_sight, script};

    #[test]
    fn only_the_commands_between_the_marks_are_run() {
        let readme = "```sh\nrm x\n```\n<!-- tour:begin -->\nSay\n```sh\na\n```\n```text\nb\n```\n```sh\nc\n```\n\
                      <!-- tour:end -->\n```sh\nd\n```\n";

        assert_eq!(script(readme), "a\nc\n");
    }

    #[test]
    fn the_readme_has_a_tour_that_names_the_default_address() {
        let script = script(include_str!("../../../README.md"));

        assert!(script.contains(ADDRESS) && script.lines().count() > 10, "{script}");
    }

    #[test]
    fn a_sight_out_of_its_turn_is_missed() {
        let all = SIGHTS.join("\n");
        assert_eq!(missed_sight(&all), None);
        assert_eq!(missed_sight(&all.replacen(SIGHTS[3], "", 1)), Some(SIGHTS[3]));

        let reversed = SIGHTS.iter().rev().copied().collect::<Vec<_>>().join("\n");
        assert_eq!(missed_sight(&reversed), Some(SIGHTS[1]));
    }

    #[test]
    fn a_server_that_says_something_else_first_did_not_start() {
        let log = std::env::temp_dir().join(format!("braincase-tour-{}", std::process::id()));

        let problem = Server::start(Path::new("echo"), &log).err().expect("echo is no server");

        assert!(problem.to_string().contains("its first line was \"serve "), "{problem}");
        std::fs::remove_file(log.with_extension("log")).expect("the log was made");
    }
}
