//! `cargo xtask serve`: builds the server and becomes it.

use std::{
    ffi::OsString,
    process::{Command, ExitCode},
};

use anyhow::Result;

use crate::{
    cargo::{Profile, Workspace},
    stress::replace_process,
};

/// What can be given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Passed on to `braincase serve`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// Builds, then runs the server in place of this process, so that Ctrl-C reaches it alone.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    workspace.build(Profile::Release, &["braincase-server"])?;
    let mut command = Command::new(workspace.program(Profile::Release, "braincase"));
    match replace_process(command.arg("serve").args(&args.rest))? {}
}
