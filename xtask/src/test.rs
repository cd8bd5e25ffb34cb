//! `cargo xtask test`: everything that the README promises is tested, counted and summed up in one last line.

mod counts;
mod peers;
mod tour;

use std::{ffi::OsString, process::Command, process::ExitCode};

use anyhow::Result;

use crate::{
    cargo::{Profile, Workspace, cargo, has_subcommand},
    step::{self, Ended},
    stress,
    tally::{self, Row},
    tidy,
};

use counts::Counts;

/// Enough that every part of the system takes part, that the audit has work, and that one slow answer of the provider is not
/// the 95th percentile; then what users do not do, and silences.
const SHORT_RUNS: [&str; 3] = [
    "smoke --users 10 --duration 15 --seed 1",
    "smoke --users 4 --duration 3 --seed 1 --instant",
    "soak --users 4 --duration 8 --ramp 1 --seed 1 --instant",
];

/// Traces for OpenTelemetry, which programs are built with on demand.
pub(crate) const OTLP: &str = "braincase-server/otlp";

/// What can be given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs only what takes too long for every change.
    #[arg(long)]
    nightly: bool,
}

/// Runs every suite and prints what came of it.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let rows = if args.nightly { vec![long_tests(&workspace)?] } else { suites(&workspace)? };
    Ok(tally::conclude(&rows))
}

/// Every suite, the quick ones first.
pub(crate) fn suites(workspace: &Workspace) -> Result<Vec<Row>> {
    Ok(vec![
        tidy::suite(workspace)?,
        tests(workspace)?,
        full_disk(workspace)?,
        peers::suite(workspace)?,
        doctests(workspace)?,
        with_programs(workspace, "the tour of the README", tour::take)?,
        with_programs(workspace, "short stress runs on a debug build", short_runs)?,
        spans(workspace)?,
        Row::skipped("store suite on PostgreSQL", "there is no PostgreSQL backend yet; the suite ran on SQLite"),
    ])
}

fn tests(workspace: &Workspace) -> Result<Row> {
    let mut command = cargo(&workspace.root);
    if has_subcommand(&workspace.root, "nextest") {
        let ended = step::run(command.args(["nextest", "run", "--workspace", "--no-fail-fast"]))?;
        return Ok(row("unit and integration tests", &ended, counts::of_nextest(&ended.output)));
    }
    let ended = step::run(command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]))?;
    Ok(row("unit and integration tests", &ended, counts::of_cargo_test(&ended.output)))
}

/// The tests that need a small disk; they are ignored elsewhere.
fn full_disk(workspace: &Workspace) -> Result<Row> {
    const SUITE: &str = "store and spool on a disk that is really full";
    if std::env::var_os("BRAINCASE_STORE_TEST_SMALL_DISK").is_none() {
        let how = "mount -t tmpfs -o size=16m tmpfs DIR, and BRAINCASE_STORE_TEST_SMALL_DISK=DIR";
        return Ok(Row::skipped(SUITE, format!("needs a small disk: {how}")));
    }
    // The same selection as above, so that nothing is built twice.
    let mut command = cargo(&workspace.root);
    command.args(["test", "--workspace", "--tests", "--", "--ignored", "a_full_disk_refuses_writes"]);
    let ended = step::run(&mut command)?;
    Ok(row(SUITE, &ended, counts::of_cargo_test(&ended.output)))
}

/// The tests of what is only there with a feature. Late, because the programs above are built without it.
fn spans(workspace: &Workspace) -> Result<Row> {
    let mut command = cargo(&workspace.root);
    command.args(["test", "--workspace", "--features", OTLP, "--test", "otlp", "--no-fail-fast"]);
    let ended = step::run(&mut command)?;
    Ok(row("traces at an OTLP collector", &ended, counts::of_cargo_test(&ended.output)))
}

/// The tests that are ignored elsewhere because they take minutes, optimised.
fn long_tests(workspace: &Workspace) -> Result<Row> {
    let mut command = cargo(&workspace.root);
    command.args(["test", "--release", "--package", "braincase-tokens", "--tests", "--", "--ignored"]);
    let ended = step::run(&mut command)?;
    Ok(row("long tests of token counting", &ended, counts::of_cargo_test(&ended.output)))
}

fn doctests(workspace: &Workspace) -> Result<Row> {
    let ended = step::run(cargo(&workspace.root).args(["test", "--doc", "--workspace", "--no-fail-fast"]))?;
    Ok(row("examples in the documentation", &ended, counts::of_cargo_test(&ended.output)))
}

/// A suite that needs the programs of this tree.
fn with_programs(
    workspace: &Workspace,
    suite: &str,
    check: fn(&Workspace) -> Result<Result<(), String>>,
) -> Result<Row> {
    if let Some(program) = workspace.missing_program() {
        return Ok(Row::skipped(suite, format!("this tree has no program named {program}")));
    }
    // The same selection as the tests, so that cargo has the programs already and builds nothing twice.
    let built = step::run(cargo(&workspace.root).args(["build", "--workspace", "--bins", "--tests"]))?;
    if !built.success {
        return Ok(Row::single(suite, Err("the programs did not build; see above".to_owned())));
    }
    // A check that could not be made has not passed.
    Ok(Row::single(suite, check(workspace).unwrap_or_else(|error| Err(format!("{error:#}")))))
}

fn short_runs(workspace: &Workspace) -> Result<Result<(), String>> {
    for options in SHORT_RUNS {
        let mut args: Vec<OsString> = options.split(' ').map(OsString::from).collect();
        // A debug build fills the machine, and nobody knows what else it does: times are no measurement here.
        args.extend(["--busy".into(), "--out".into(), workspace.scratch("xtask-test/stress").into()]);
        let ended = step::run(&mut stress::harness(workspace, Profile::Dev, &args))?;
        if let Err(why) = verdict(&ended) {
            return Ok(Err(format!("{options}: {why}")));
        }
    }
    Ok(Ok(()))
}

fn verdict(ended: &Ended) -> Result<(), String> {
    Err(match ended.code {
        Some(0) => return Ok(()),
        Some(1) => "a target was missed (exit code 1)".to_owned(),
        Some(2) => "the run could not be set up (exit code 2)".to_owned(),
        Some(3) => "the run was not valid (exit code 3)".to_owned(),
        Some(5) => "the audit found something wrong (exit code 5)".to_owned(),
        Some(other) => format!("exit code {other}"),
        None => "ended by a signal".to_owned(),
    })
}

fn row(suite: &str, ended: &Ended, counts: Option<Counts>) -> Row {
    let Counts { passed, mut failed, skipped } = counts.unwrap_or_default();
    // A filter that matches nothing, or a summary that cannot be read, must not look like success.
    let ran = passed + failed > 0;
    let why = match (ended.success && ran, failed) {
        _ if ended.success && !ran => "no test ran",
        (true, _) if skipped > 0 => "ignored: started by other tests, or have a row of their own",
        (true, _) => "",
        (false, 0) => "did not build or did not end properly; see above",
        (false, _) => "see above",
    };
    if !ended.success || !ran {
        failed = failed.max(1);
    }
    Row { suite: suite.to_owned(), passed, failed, skipped, why: why.to_owned() }
}

/// A suite that is one command.
pub(crate) fn single(suite: &str, command: &mut Command) -> Result<Row> {
    let ended = step::run(command)?;
    Ok(Row::single(suite, if ended.success { Ok(()) } else { Err("see above".to_owned()) }))
}

#[cfg(test)]
mod tests {
    use super::{Counts, row};
    use crate::step::Ended;

    fn ended(success: bool) -> Ended {
        Ended { success, code: Some(i32::from(!success)), output: String::new() }
    }

    #[test]
    fn a_suite_that_did_not_build_is_a_failure_although_nothing_was_counted() {
        assert_eq!(row("tests", &ended(false), None).failed, 1);
    }

    #[test]
    fn failures_are_counted_once() {
        let counts = Counts { passed: 5, failed: 2, skipped: 1 };

        let row = row("tests", &ended(false), Some(counts));

        assert_eq!((row.passed, row.failed, row.skipped), (5, 2, 1));
    }
}
