//! `cargo xtask ci`: what continuous integration runs, so that a laptop can run the same.

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    cargo::{Workspace, cargo, has_subcommand},
    step::{self, timed},
    tally::{self, Row},
    test,
};

/// What can be given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leaves out a part, for runs that do it elsewhere.
    #[arg(long, value_enum, default_value_t)]
    part: Part,
}

/// A part of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Everything.
    #[default]
    All,
    /// What needs no program to run: format, lints, documentation, dependencies.
    Static,
}

/// Runs every step, whatever came of the one before; prints the time that each took.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let mut rows = Vec::new();
    let mut times = Vec::new();
    for (name, step) in STEPS {
        if args.part == Part::Static && *name == TESTS {
            continue;
        }
        let (result, time) = timed(|| step(&workspace));
        rows.extend(result?);
        times.push((*name, time));
    }
    println!("\n{}", time_table(&times));
    Ok(tally::conclude(&rows))
}

type Step = fn(&Workspace) -> Result<Vec<Row>>;

const TESTS: &str = "test";

/// What is quick comes first. `test` holds the tidy rules.
const STEPS: &[(&str, Step)] =
    &[("format", format), ("lint", lint), (TESTS, test::suites), ("doc", doc), ("deny", deny), ("machete", machete)];

fn format(workspace: &Workspace) -> Result<Vec<Row>> {
    Ok(vec![test::single("format", cargo(&workspace.root).args(["fmt", "--all", "--check"]))?])
}

fn lint(workspace: &Workspace) -> Result<Vec<Row>> {
    let mut command = cargo(&workspace.root);
    // With the feature, since that is more code; the tests build it without.
    command.args(["clippy", "--workspace", "--all-targets", "--features", test::OTLP, "--", "--deny", "warnings"]);
    Ok(vec![test::single("lints (clippy)", &mut command)?])
}

fn doc(workspace: &Workspace) -> Result<Vec<Row>> {
    let mut command = cargo(&workspace.root);
    command.env("RUSTDOCFLAGS", "--deny warnings");
    command.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    Ok(vec![test::single("documentation builds", &mut command)?])
}

fn deny(workspace: &Workspace) -> Result<Vec<Row>> {
    let known = ["deny", "check", "bans", "licenses", "sources"];
    let mut rows = optional(workspace, "dependencies: bans, licences, sources", "deny", &known)?;
    rows.extend(optional_advisories(workspace)?);
    Ok(rows)
}

/// Known holes are told by a database on the network, and a machine without one can still check everything else.
fn optional_advisories(workspace: &Workspace) -> Result<Option<Row>> {
    const SUITE: &str = "dependencies: advisories";
    if !has_subcommand(&workspace.root, "deny") {
        return Ok(None);
    }
    if !step::run(cargo(&workspace.root).args(["deny", "fetch", "db"]))?.success {
        return Ok(Some(Row::skipped(SUITE, "the advisory database cannot be fetched")));
    }
    test::single(SUITE, cargo(&workspace.root).args(["deny", "check", "advisories"])).map(Some)
}

fn machete(workspace: &Workspace) -> Result<Vec<Row>> {
    optional(workspace, "dependencies: none unused", "machete", &["machete"])
}

fn optional(workspace: &Workspace, suite: &str, tool: &str, args: &[&str]) -> Result<Vec<Row>> {
    if !has_subcommand(&workspace.root, tool) {
        let why = format!("cargo-{tool} is not installed; `cargo install --locked cargo-{tool}`");
        return Ok(vec![Row::skipped(suite, why)]);
    }
    Ok(vec![test::single(suite, cargo(&workspace.root).args(args))?])
}

fn time_table(times: &[(&str, Duration)]) -> String {
    let all = ("all", times.iter().map(|(_, time)| *time).sum::<Duration>());
    let lines = times.iter().chain([&all]).map(|(name, time)| format!("{name:8} {:>5} s", time.as_secs()));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn the_time_table_ends_with_the_sum() {
        let times = [("lint", Duration::from_secs(61)), ("test", Duration::from_secs(200))];

        assert_eq!(super::time_table(&times), "lint        61 s\ntest       200 s\nall        261 s");
    }
}
