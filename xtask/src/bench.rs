//! `cargo xtask bench`: measures what is fast, side by side with what others offer.

use std::{ffi::OsString, process::ExitCode};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::cargo::{Workspace, cargo};

/// What can be given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to measure.
    #[arg(value_enum, default_value_t)]
    name: Name,
    /// Passed on to it, such as a part of it that is enough.
    #[arg(trailing_var_arg = true)]
    rest: Vec<OsString>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Counting tokens.
    #[default]
    Tokens,
    /// Capturing and delivering failures.
    Errors,
    /// The cache.
    Cache,
    /// The load that the harness makes.
    Harness,
}

impl Name {
    const fn package_and_bench(self) -> (&'static str, &'static str) {
        match self {
            Self::Tokens => ("braincase-tokens", "tokens"),
            Self::Errors => ("braincase-errors", "errors"),
            Self::Cache => ("braincase-cache", "cache"),
            Self::Harness => ("braincase-stress", "harness"),
        }
    }
}

/// Builds for release and measures; a goal that is missed is said, but is no failure, since machines differ.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let (package, bench) = args.name.package_and_bench();
    let mut command = cargo(&workspace.root);
    command.args(["bench", "--package", package, "--bench", bench, "--"]).args(&args.rest);
    let status = command.status().context("cannot run cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
