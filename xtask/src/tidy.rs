//! `cargo xtask tidy`: the project's own rules as code.

mod blank;
mod codes;
mod dependencies;
mod documents;
mod memory_bank;
mod paths;
mod rust_files;
mod table;
mod tracked;
mod tree;

use std::{fmt, process::ExitCode};

use anyhow::Result;

use crate::{cargo::Workspace, tally::Row};

use tree::Tree;

/// Prints every finding and whether the tree is clean.
pub(crate) fn run() -> Result<ExitCode> {
    let row = suite(&Workspace::find()?)?;
    println!("{} rules hold, {} do not", row.passed, row.failed);
    Ok(if row.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every finding; each rule counts as one check.
pub(crate) fn suite(workspace: &Workspace) -> Result<Row> {
    let tree = Tree::read(&workspace.root)?;
    let mut row = Row { suite: "tidy rules".to_owned(), passed: 0, failed: 0, skipped: 0, why: String::new() };
    let mut broken = Vec::new();
    for Rule { name, check } in RULES {
        let findings = check(&tree);
        for finding in &findings {
            eprintln!("{} [{name}] {finding}", finding.weight);
        }
        if findings.iter().any(|finding| finding.weight == Weight::Error) {
            broken.push(*name);
            row.failed += 1;
        } else {
            row.passed += 1;
        }
    }
    row.why = broken.join(", ");
    Ok(row)
}

/// One rule.
struct Rule {
    /// What it is called in the output.
    name: &'static str,
    /// Finds where it is broken.
    check: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "who-may-import-whom", check: dependencies::ours },
    Rule { name: "one-owner", check: dependencies::one_owner },
    Rule { name: "never-needs", check: dependencies::never_needs },
    Rule { name: "deny-agrees", check: dependencies::deny_agrees },
    Rule { name: "manifest", check: dependencies::manifests },
    Rule { name: "module-sentence", check: rust_files::module_sentence },
    Rule { name: "no-mod-rs", check: rust_files::no_mod_rs },
    Rule { name: "file-length", check: rust_files::file_length },
    Rule { name: "lib-length", check: rust_files::lib_length },
    Rule { name: "no-escape", check: rust_files::no_escape },
    Rule { name: "memory-bank", check: memory_bank::six_short_files },
    Rule { name: "memory-bank-date", check: memory_bank::dated },
    Rule { name: "document-length", check: documents::lengths },
    Rule { name: "codes-documented", check: codes::documented },
    Rule { name: "paths-exist", check: paths::mentioned_paths_exist },
    Rule { name: "top-level", check: tracked::top_level },
    Rule { name: "no-large-file", check: tracked::no_large_file },
    Rule { name: "no-private-place", check: tracked::no_private_place },
];

/// A place where a rule is broken, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    weight: Weight,
    path: String,
    line: Option<usize>,
    advice: String,
}

/// Whether a finding stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It does.
    Error,
    /// It is only said.
    Notice,
}

impl Finding {
    fn in_file(path: &str, advice: impl Into<String>) -> Self {
        Self { weight: Weight::Error, path: path.to_owned(), line: None, advice: advice.into() }
    }

    fn at(path: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::in_file(path, advice) }
    }

    fn notice(self) -> Self {
        Self { weight: Weight::Notice, ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, advice, .. } = self;
        match self.line {
            Some(line) => write!(f, "{path}:{line}: {advice}"),
            None => write!(f, "{path}: {advice}"),
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Notice => "notice",
        })
    }
}

#[cfg(test)]
mod tests;
