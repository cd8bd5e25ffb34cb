//! Reads real prose and code: the sources of the crates that this workspace depends on, which cargo has fetched.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// At most so many lines of one file, so that no author writes it all.
const FROM_ONE_FILE: usize = 2_000;

/// English and code, so many bytes each.
pub(crate) fn read(length: usize) -> (String, String) {
    let mut packages = packages();
    // Large packages lie side by side in the alphabet; any fixed order will do that is not that one.
    packages.sort_by_key(|path| path.to_string_lossy().bytes().rev().collect::<Vec<_>>());
    let (mut english, mut code) = (Lines::default(), Lines::default());
    for package in packages {
        for file in rust_files(&package.join("src")) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            english.add(comments(&text).filter(|line| is_prose(line)), length);
            code.add(text.lines(), length);
        }
    }
    assert!(english.text.len() > length && code.text.len() > length, "too few sources: is cargo's registry there?");
    (cut(english.text, length), cut(code.text, length))
}

/// Lines that were not there yet.
#[derive(Default)]
struct Lines {
    text: String,
    seen: HashSet<String>,
}

impl Lines {
    fn add<'a>(&mut self, lines: impl Iterator<Item = &'a str>, length: usize) {
        for line in lines.take(FROM_ONE_FILE) {
            let known = line.len() > 30 && !self.seen.insert(line.to_owned());
            if self.text.len() <= length && !known && line.is_ascii() {
                self.text += line;
                self.text.push('\n');
            }
        }
    }
}

/// The documentation in a source file, without its examples.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim_start);
    let comments = lines.filter_map(|line| line.strip_prefix("///").or_else(|| line.strip_prefix("//!")));
    let mut in_example = false;
    comments.map(|line| line.strip_prefix(' ').unwrap_or(line)).filter(move |line| {
        let fence = line.starts_with("```");
        in_example ^= fence;
        !in_example && !fence
    })
}

/// Without code, links and markup, 4.4 percent of the pieces are no word, as in other prose (licences: 3.7, manuals: 7.0).
fn is_prose(line: &str) -> bool {
    !line.contains(['`', '[', ']', '<', '>', '|', '_', '#', '=']) && !line.contains("::") && !line.contains("http")
}

fn cut(mut text: String, length: usize) -> String {
    text.truncate(text.floor_char_boundary(length));
    text
}

fn packages() -> Vec<PathBuf> {
    let cargo = |args: &[&str]| {
        let output = Command::new("cargo").args(args).stderr(Stdio::inherit()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // For other platforms, cargo would have to fetch what nobody needed yet.
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = cargo(&["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let from_registry = metadata["packages"].as_array().unwrap().iter().filter(|package| package["source"].is_string());
    let manifests = from_registry.filter_map(|package| package["manifest_path"].as_str());
    manifests.filter_map(|path| Path::new(path).parent().map(Path::to_owned)).collect()
}

/// In the order of their names, with those in folders.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let of = |entry: PathBuf| {
        let is_rust = entry.extension().is_some_and(|extension| extension == "rs");
        if entry.is_dir() { rust_files(&entry) } else { is_rust.then_some(entry).into_iter().collect() }
    };
    entries.into_iter().flat_map(of).collect()
}
