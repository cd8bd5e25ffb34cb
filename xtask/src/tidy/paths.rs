//! The rule about paths in prose: what a document names must exist.

use super::{Finding, tree::Tree};

/// Every path between backticks in the README, in `docs/` and in `memory-bank/` exists.
pub(crate) fn mentioned_paths_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in tree.files().filter(|(path, _)| is_prose(path)) {
        for (number, line) in prose_lines(&file.text) {
            for mentioned in paths_in(line).filter(|mentioned| !tree.has(mentioned)) {
                findings.push(Finding::at(path, number, format!("`{mentioned}` does not exist; correct or drop it")));
            }
        }
    }
    findings
}

fn is_prose(path: &str) -> bool {
    path == "README.md" || (path.ends_with(".md") && ["docs/", "memory-bank/"].iter().any(|top| path.starts_with(top)))
}

/// The lines outside of code blocks, with their numbers.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        (!in_block && !fence).then_some((index + 1, line))
    })
}

fn paths_in(line: &str) -> impl Iterator<Item = &str> {
    // Every second piece lies between backticks.
    line.split('`').skip(1).step_by(2).filter(|span| is_path(span)).map(without_line_number)
}

/// A path of this tree begins with one of its folders or is a file at its top: routes, commands and URLs do not.
fn is_path(span: &str) -> bool {
    const FOLDERS: [&str; 6] = ["crates/", "docs/", "memory-bank/", "xtask/", ".github/", ".ci/"];
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-:".contains(c));
    let at_top = !span.contains('/')
        && span.starts_with(char::is_uppercase)
        && [".md", ".toml"].iter().any(|e| span.ends_with(e));
    plain && (FOLDERS.iter().any(|folder| span.starts_with(folder)) || at_top)
}

fn without_line_number(span: &str) -> &str {
    match span.rsplit_once(':') {
        Some((path, number)) if number.parse::<u32>().is_ok() => path,
        Some(_) | None => span,
    }
}
