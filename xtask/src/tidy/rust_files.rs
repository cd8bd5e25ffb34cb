//! The rules about Rust files: how they begin, how long they are, and what they may not hold.

use super::{Finding, blank, tree::Tree};

/// From here on a file is discussed: a finding that is only said.
const LONG: usize = 250;
/// From here on a file is too long.
const TOO_LONG: usize = 400;
/// A `lib.rs` is a page that one reads at once.
const LIB: usize = 80;

/// How tests begin that are run although they are ignored: another test starts them as a process of its own, or
/// `cargo xtask test` runs them where the machine has what they need, and names them as skipped where not.
const RUN_ELSEWHERE: [&str; 2] = ["#[ignore = \"started", "#[ignore = \"needs"];

/// Every file starts with one sentence that says what it is for.
pub(crate) fn module_sentence(tree: &Tree) -> Vec<Finding> {
    let missing = tree.rust().filter(|(_, text)| !starts_with_sentence(text));
    missing
        .map(|(path, _)| Finding::at(path, 1, "start the file with one `//!` sentence that says what it is for"))
        .collect()
}

fn starts_with_sentence(text: &str) -> bool {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    paragraph.contains(' ') && paragraph.ends_with(['.', ':', '?'])
}

/// A module with children is `foo.rs` beside `foo/`.
pub(crate) fn no_mod_rs(tree: &Tree) -> Vec<Finding> {
    // `tests/it/main.rs` is the root of a test binary, and so needs no name beside its folder.
    let found = tree.rust().filter(|(path, _)| path.ends_with("/mod.rs"));
    found.map(|(path, _)| Finding::in_file(path, "name it after its folder, beside it: `foo.rs` and `foo/`")).collect()
}

/// A file holds one idea; tests do not count.
pub(crate) fn file_length(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| !is_test(path)) {
        let lines = lines_without_tests(text);
        let advice = format!("{lines} lines without tests; cut it where a second idea begins");
        if lines > TOO_LONG {
            findings.push(Finding::at(path, TOO_LONG, format!("{advice} (at most {TOO_LONG})")));
        } else if lines > LONG {
            findings.push(Finding::at(path, LONG, format!("{advice} (aim for {LONG})")).notice());
        }
    }
    findings
}

/// A `lib.rs` says what the crate is and what it is made of, and holds no logic.
pub(crate) fn lib_length(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| path.ends_with("/src/lib.rs")) {
        let lines = text.lines().count();
        if lines > LIB {
            findings.push(Finding::at(path, LIB, format!("{lines} lines; move logic out, at most {LIB}")));
        }
    }
    findings
}

/// Nothing is put off, and no rule is switched off without a reason.
pub(crate) fn no_escape(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let blanked = blank::literals(text);
        for (index, (code, line)) in blanked.lines().zip(text.lines()).enumerate() {
            if !RUN_ELSEWHERE.iter().any(|ignore| line.trim_start().starts_with(ignore)) {
                findings.extend(escape(code).map(|advice| Finding::at(path, index + 1, advice)));
            }
        }
    }
    findings
}

fn escape(line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    let starts = |attribute: &str| ["#[", "#!["].iter().any(|open| code.starts_with(&format!("{open}{attribute}")));
    if starts("allow") {
        return Some("use `#[expect(…, reason = \"…\")]`, which complains when it is no longer needed");
    }
    if starts("ignore") {
        return Some(
            "a test that nobody runs is no test; run it or delete it; `started by …` and `needs …` are for tests that are run elsewhere",
        );
    }
    if ["todo!(", "unimplemented!("].iter().any(|escape| code.contains(escape)) {
        return Some("do it, or leave the function out");
    }
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .any(|word| ["TODO", "FIXME", "XXX"].contains(&word))
        .then_some("do it now, or write it into memory-bank/progress.md")
}

pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The text up to its test module.
pub(super) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// The test module comes last, so everything from it on is tests.
fn lines_without_tests(text: &str) -> usize {
    let lines = text.lines().collect::<Vec<_>>();
    let opens = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ");
    lines.windows(2).position(opens).unwrap_or(lines.len())
}
