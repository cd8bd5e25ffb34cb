//! The rules about `memory-bank/`: six short files, one of them dated.

use super::{Finding, tree::Tree};

const FOLDER: &str = "memory-bank/";
const NAMES: [&str; 6] =
    ["activeContext.md", "productContext.md", "progress.md", "projectbrief.md", "systemPatterns.md", "techContext.md"];
const MOST_LINES: usize = 60;
const ACTIVE: &str = "memory-bank/activeContext.md";
const MOST_LINES_OF_ACTIVE: usize = 30;

/// Exactly six files, each short.
pub(crate) fn six_short_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in NAMES.map(|name| format!("{FOLDER}{name}")) {
        match tree.text(&path).map(|text| text.lines().count()) {
            None | Some(0) => findings.push(Finding::in_file(&path, "is missing or empty")),
            Some(lines) => findings.extend(too_long(&path, lines)),
        }
    }
    for (path, _) in tree.files() {
        if path.strip_prefix(FOLDER).is_some_and(|name| !NAMES.contains(&name)) {
            findings.push(Finding::in_file(path, format!("is none of the six: {}", NAMES.join(", "))));
        }
    }
    findings
}

fn too_long(path: &str, lines: usize) -> Option<Finding> {
    let most = if path == ACTIVE { MOST_LINES_OF_ACTIVE } else { MOST_LINES };
    (lines > most).then(|| Finding::at(path, most, format!("{lines} lines; rewrite it shorter, at most {most}")))
}

/// What is in focus now is dated on its first line.
pub(crate) fn dated(tree: &Tree) -> Vec<Finding> {
    let first = tree.text(ACTIVE).and_then(|text| text.lines().next()).unwrap_or_default();
    let mut words = first.split(|c: char| !c.is_ascii_digit() && c != '-');
    if words.any(is_date) {
        return Vec::new();
    }
    vec![Finding::at(ACTIVE, 1, "date it on the first line, as YYYY-MM-DD")]
}

fn is_date(word: &str) -> bool {
    let parts = word.split('-').collect::<Vec<_>>();
    let within = |text: &str, digits: usize, most: u32| {
        text.len() == digits && text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    matches!(parts[..], [year, month, day] if within(year, 4, 9_999) && within(month, 2, 12) && within(day, 2, 31))
}
