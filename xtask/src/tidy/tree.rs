//! The files of the project as the rules see them: what git keeps, and what it would keep.

use std::{collections::BTreeMap, path::Path, process::Command};

use anyhow::{Context, Result, bail};

/// Every file by its path from the top, with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Where it was read from, as text; empty for a tree that was made up.
    pub(crate) root: String,
    files: BTreeMap<String, File>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    /// How large it is.
    pub(crate) bytes: u64,
    /// What it says; empty for files that are not text.
    pub(crate) text: String,
}

impl Tree {
    /// Reads what git tracks, and new files that it does not ignore.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .current_dir(root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()
            .context("cannot run git; is it on the PATH?")?;
        if !output.status.success() {
            bail!("`git ls-files` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut tree = Self { root: root.to_string_lossy().into_owned(), files: BTreeMap::new() };
        for path in String::from_utf8_lossy(&output.stdout).split_terminator('\0') {
            // A file that is tracked and deleted, but not yet committed as such, is gone for us.
            if root.join(path).is_file() {
                let content = std::fs::read(root.join(path)).with_context(|| format!("cannot read {path}"))?;
                tree.insert(path, &content);
            }
        }
        Ok(tree)
    }

    fn insert(&mut self, path: &str, content: &[u8]) {
        let text = std::str::from_utf8(content).unwrap_or_default().to_owned();
        self.files.insert(path.to_owned(), File { bytes: content.len() as u64, text });
    }

    /// Every file with its path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| file.text.as_str())
    }

    /// The Rust files with their texts.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| path.ends_with(".rs")).map(|(path, file)| (path, file.text.as_str()))
    }

    /// Whether there is a file or a folder of this name.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(folder.clone()..).next().is_some_and(|(p, _)| p.starts_with(&folder))
    }
}

#[cfg(test)]
impl Tree {
    /// A tree that was made up, to try a rule on.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.insert(path, text.as_bytes());
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn files_and_their_folders_are_there_and_nothing_else() {
        let tree = Tree::of(&[("docs/adr/001-a.md", ""), ("docs-old", "")]);

        assert!(tree.has("docs/adr/001-a.md") && tree.has("docs/adr") && tree.has("docs/"));
        assert!(!tree.has("docs/a") && !tree.has("adr"));
    }
}
