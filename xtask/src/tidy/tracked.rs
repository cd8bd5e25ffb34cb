//! The rules about what git keeps: known places, small files, nothing that names a person or a machine.

use super::{Finding, table::TOP_LEVEL, tree::Tree};

/// Real photographs may be larger.
const PHOTOGRAPHS: &str = "crates/braincase-stress/data/images/";
const LARGEST: u64 = 1 << 20;
/// Where people keep their things.
const HOMES: [&str; 3] = ["/home/", "/Users/", "/root/"];
/// Domains that belong to nobody.
const EXAMPLES: [&str; 3] = ["example.com", "example.org", "example.net"];

/// A newcomer's first `ls` shows only what is known.
pub(crate) fn top_level(tree: &Tree) -> Vec<Finding> {
    let mut unknown = tree.files().map(|(path, _)| path.split('/').next().unwrap_or(path)).collect::<Vec<_>>();
    unknown.retain(|entry| !TOP_LEVEL.contains(entry));
    unknown.dedup();
    let advice = "is no known top-level entry; move it, or add it to TOP_LEVEL in xtask/src/tidy/table.rs";
    unknown.into_iter().map(|entry| Finding::in_file(entry, advice)).collect()
}

/// What is large is made, not kept.
pub(crate) fn no_large_file(tree: &Tree) -> Vec<Finding> {
    let large = tree.files().filter(|(path, file)| file.bytes > LARGEST && !path.starts_with(PHOTOGRAPHS));
    large
        .map(|(path, file)| Finding::in_file(path, format!("{} bytes, at most {LARGEST}; generate it", file.bytes)))
        .collect()
}

/// No home folder, no place of this checkout, no e-mail address.
pub(crate) fn no_private_place(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in tree.files().filter(|(path, _)| *path != "Cargo.lock") {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(place) = private_place(line, &tree.root) {
                findings.push(Finding::at(
                    path,
                    index + 1,
                    format!("names a place of one machine, {place}; make it relative"),
                ));
            }
            if let Some(address) = line.split(is_outside_address).find(|word| is_address(word)) {
                findings.push(Finding::at(path, index + 1, format!("names a person, {address}; drop it")));
            }
        }
    }
    findings
}

fn private_place<'l>(line: &'l str, root: &'l str) -> Option<&'l str> {
    let places = HOMES.into_iter().chain((root.len() > 1).then_some(root));
    places.into_iter().find(|place| starts_a_path(line, place))
}

/// Whether the text is there as the beginning of a path, and not in the middle of a longer one or of a URL.
fn starts_a_path(line: &str, place: &str) -> bool {
    let longer = |before: char| before.is_alphanumeric() || "/._-".contains(before);
    line.match_indices(place).any(|(at, _)| {
        let named =
            line[at + place.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '/' || !place.ends_with('/'));
        named && !line[..at].ends_with(longer)
    })
}

fn is_outside_address(character: char) -> bool {
    character.is_whitespace() || "<>()[]{}\"'`,;|".contains(character)
}

/// A name, an at sign and a domain; not `tool@v1.2`, `crate@1.0` or a URL with credentials.
fn is_address(word: &str) -> bool {
    let Some((name, domain)) = word.trim_end_matches(['.', ':']).split_once('@') else { return false };
    let Some((host, top)) = domain.rsplit_once('.') else { return false };
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    let top_level = top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic());
    plain(name) && plain(host) && top_level && !EXAMPLES.contains(&domain)
}
