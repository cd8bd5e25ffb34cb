//! `cargo xtask stress`: builds the server, the simulated provider and the harness, then becomes the harness.

use std::{
    convert::Infallible,
    ffi::OsString,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use anyhow::{Context, Error, Result};

use crate::cargo::{PROGRAMS, Profile, Workspace};

/// What can be given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to build; before everything that is for the harness.
    #[arg(long, value_enum, default_value_t, env = "BRAINCASE_STRESS_PROFILE", hide = true)]
    pub(crate) profile: Profile,
    /// Passed on to the harness.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) rest: Vec<OsString>,
}

/// Builds, then runs the harness in place of this process: its exit code and its signals are ours.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    workspace.build(args.profile, &PROGRAMS.map(|(package, _)| package))?;
    match replace_process(&mut harness(&workspace, args.profile, &args.rest))? {}
}

/// The harness with the programs that it is to start.
pub(crate) fn harness(workspace: &Workspace, profile: Profile, args: &[OsString]) -> Command {
    let mut command = Command::new(workspace.program(profile, "braincase-stress"));
    command.args(args);
    command.arg("--server-bin").arg(workspace.program(profile, "braincase"));
    command.arg("--sim-bin").arg(workspace.program(profile, "braincase-sim"));
    command
}

/// Runs a program in place of this process; returns only if that is not possible.
pub(crate) fn replace_process(command: &mut Command) -> Result<Infallible> {
    let problem = command.exec();
    Err(Error::from(problem)).with_context(|| format!("cannot run {}", command.get_program().display()))
}
