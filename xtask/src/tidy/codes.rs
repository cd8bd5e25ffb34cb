//! The rule about codes of failures: whoever reads one in a record finds in `docs/OPERATIONS.md` what to do.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding,
    rust_files::{is_test, without_tests},
    tree::Tree,
};

const DOCUMENT: &str = "docs/OPERATIONS.md";
/// How the table of codes begins.
const HEAD: &str = "| `code` |";
/// The crates that make records, or whose errors become some.
const CRATES: [&str; 6] = ["core", "cache", "errors", "orchestrator", "store", "server"];
/// What stands before a code: in an error of a task, an event of the log, the end of a turn, an ending, a record.
const BEFORE: [&str; 7] = [
    "Failure::new(",
    " code = ",
    "Stop::failed(",
    "StatusCode::INTERNAL_SERVER_ERROR, ",
    ENDING,
    "code.map_or(Cow::Borrowed(",
    "code: \"",
];
/// An ending is named before its code.
const ENDING: &str = "blank(Outcome::";
/// How functions begin that choose a code.
const CHOOSES: &str = "fn code(&self)";

/// Every code that is in the code has its line in the table, and every line a code.
pub(crate) fn documented(tree: &Tree) -> Vec<Finding> {
    let Some(document) = tree.text(DOCUMENT) else { return Vec::new() };
    let (listed, used) = (listed(document), used(tree));
    let unlisted = used.iter().filter(|(code, _)| !listed.contains_key(*code));
    let mut findings: Vec<_> = unlisted
        .map(|(code, (path, line))| {
            Finding::at(path, *line, format!("say in {DOCUMENT} what to do about the code `{code}`"))
        })
        .collect();
    let stale = listed.iter().filter(|(code, _)| !used.contains_key(*code));
    findings.extend(stale.map(|(code, line)| Finding::at(DOCUMENT, *line, format!("nothing has the code `{code}`"))));
    findings
}

/// The codes of the table, with their lines.
fn listed(document: &str) -> BTreeMap<&str, usize> {
    let table = document.lines().enumerate().skip_while(|(_, line)| !line.starts_with(HEAD)).skip(2);
    let rows = table.take_while(|(_, line)| line.starts_with('|'));
    let codes = rows.flat_map(|(index, line)| {
        let cell = line.split('|').nth(1).unwrap_or_default();
        cell.split('`').skip(1).step_by(2).map(move |code| (code, index + 1))
    });
    codes.collect()
}

/// The codes of the programs, each with a place.
fn used(tree: &Tree) -> BTreeMap<&str, (&str, usize)> {
    let mut used = BTreeMap::new();
    for (path, text) in tree.rust().filter(|(path, _)| is_source(path)) {
        let text = without_tests(text);
        for at in places(text) {
            let line = text[..at].lines().count().max(1);
            used.extend(codes_at(&text[at..]).map(|code| (code, (path, line))));
        }
    }
    used
}

fn is_source(path: &str) -> bool {
    CRATES.iter().any(|name| path.starts_with(&format!("crates/braincase-{name}/src/"))) && !is_test(path)
}

fn places(text: &str) -> BTreeSet<usize> {
    let starts = BEFORE.iter().chain([&CHOOSES]);
    starts.flat_map(|start| text.match_indices(start).map(|(at, _)| at)).collect()
}

/// One code in what stands before it, or all that a function may choose.
fn codes_at(text: &str) -> impl Iterator<Item = &str> {
    let until = |ends: &[char]| text.split(ends).next().unwrap_or(text);
    let (piece, most) = if text.starts_with(CHOOSES) {
        (text.split("\n    }\n").next().unwrap_or(text), usize::MAX)
    } else if text.starts_with(ENDING) {
        (until(&['\n']), 1)
    } else if text.starts_with("StatusCode") {
        (until(&['\n', ')']), 1)
    } else {
        (until(&[')', ';', ',']), 1)
    };
    piece.split('"').skip(1).step_by(2).filter(|code| is_code(code)).take(most)
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
