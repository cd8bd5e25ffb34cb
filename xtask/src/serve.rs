//! `cargo xtask serve`: builds the server and becomes it.

use std::{
    ffi::OsString,
    process::{Command, ExitCode},
};

use anyhow::Result;

use crate::{
    cargo::{PROGRAMS, Profile, Workspace},
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
    // The same packages as `stress` builds: another set would unify features differently and build much of it again.
    workspace.build(Profile::Release, &PROGRAMS.map(|(package, _)| package))?;
    let mut command = Command::new(workspace.program(Profile::Release, "braincase"));
    match replace_process(command.arg("serve").args(&args.rest))? {}
}
