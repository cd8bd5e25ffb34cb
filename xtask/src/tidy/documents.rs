//! The rules about `docs/`: short enough to be read.

use super::{Finding, tree::Tree};

/// The map of the project fits three screens; a decision fits one.
pub(crate) fn lengths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in tree.files() {
        let Some(most) = most_lines(path) else { continue };
        let lines = file.text.lines().count();
        if lines > most {
            findings.push(Finding::at(path, most, format!("{lines} lines; say it shorter, at most {most}")));
        }
    }
    findings
}

fn most_lines(path: &str) -> Option<usize> {
    if path == "docs/ARCHITECTURE.md" {
        return Some(150);
    }
    (path.starts_with("docs/adr/") && path.ends_with(".md")).then_some(40)
}
