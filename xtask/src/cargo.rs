//! What cargo knows of this workspace, and building its programs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

/// The packages whose programs the harness needs, in the order in which a reader meets them.
pub(crate) const PROGRAMS: [(&str, &str); 3] =
    [("braincase-server", "braincase"), ("braincase-sim", "braincase-sim"), ("braincase-stress", "braincase-stress")];

/// Where things are, and what can be built.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the top-level `Cargo.toml`.
    pub(crate) root: PathBuf,
    target: PathBuf,
    programs: BTreeSet<String>,
}

/// How programs are built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Fast to run.
    #[default]
    Release,
    /// Fast to build.
    Dev,
}

impl Profile {
    /// What cargo calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

impl Workspace {
    /// Asks cargo, which honours `CARGO_TARGET_DIR` and `.cargo/config.toml`.
    pub(crate) fn find() -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo; is it on the PATH?")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed; run this inside the project's folder");
        }
        Self::read(&serde_json::from_slice(&output.stdout).context("`cargo metadata` printed no JSON")?)
    }

    fn read(metadata: &Value) -> Result<Self> {
        let folder = |key: &str| metadata[key].as_str().map(PathBuf::from).with_context(|| format!("no {key}"));
        let targets = metadata["packages"].as_array().into_iter().flatten().filter_map(|p| p["targets"].as_array());
        let is_program = |target: &&Value| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"bin".into()));
        let programs = targets.flatten().filter(is_program).filter_map(|t| t["name"].as_str().map(str::to_owned));
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")?, programs: programs.collect() })
    }

    /// The first of [`PROGRAMS`] that this tree has no source of.
    pub(crate) fn missing_program(&self) -> Option<&'static str> {
        PROGRAMS.into_iter().map(|(_, program)| program).find(|program| !self.programs.contains(*program))
    }

    /// Where a built program is.
    pub(crate) fn program(&self, profile: Profile, name: &str) -> PathBuf {
        self.target.join(profile.folder()).join(name)
    }

    /// A folder for things that may be deleted at any time.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// Builds packages; cargo shows its progress on standard error.
    pub(crate) fn build(&self, profile: Profile, packages: &[&str]) -> Result<()> {
        let mut command = cargo(&self.root);
        command.args(["build", "--profile", profile.name()]);
        for package in packages {
            command.args(["-p", package]);
        }
        eprintln!("building {} ({})", packages.join(", "), profile.name());
        let status = command.status().context("cannot run cargo")?;
        if !status.success() {
            bail!("the build failed; see above");
        }
        Ok(())
    }
}

/// A cargo command in a folder, without standard input.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Whether cargo has a subcommand, such as `nextest`.
pub(crate) fn has_subcommand(folder: &Path, name: &str) -> bool {
    let quiet = cargo(folder).args([name, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{Profile, Workspace};

    #[test]
    fn folders_and_programs_are_read_from_what_cargo_prints() {
        let metadata = json!({
            "workspace_root": "/a", "target_directory": "/cache/target",
            "packages": [
                {"targets": [{"name": "braincase", "kind": ["bin"]}, {"name": "braincase_server", "kind": ["lib"]}]},
                {"targets": [{"name": "braincase-sim", "kind": ["bin"]}]},
            ],
        });

        let workspace = Workspace::read(&metadata).expect("complete");

        assert_eq!(workspace.missing_program(), Some("braincase-stress"));
        assert_eq!(workspace.program(Profile::Dev, "braincase"), Path::new("/cache/target/debug/braincase"));
        assert_eq!(workspace.program(Profile::Release, "braincase"), Path::new("/cache/target/release/braincase"));
    }
}
