//! The rules about manifests: who may import whom, who alone owns what, and what every manifest says.

use toml::{Table, Value};

use super::{
    Finding,
    table::{CRATES, Crate, OWNED, Tests},
    tree::Tree,
};

/// Our crates import only those of ours that the table allows; tests may use any.
pub(crate) fn ours(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests_of(tree) {
        let Some(row) = manifest.row() else {
            let advice =
                format!("{} is not in xtask/src/tidy/table.rs; add a row that says what it may use", manifest.name);
            findings.push(manifest.finding("name", advice));
            continue;
        };
        for dependency in manifest.dependencies.iter().filter(|d| d.kind == Kind::Normal) {
            let name = dependency.name.as_str();
            if CRATES.iter().any(|known| known.name == name) && !row.ours.contains(&name) {
                let allowed = if row.ours.is_empty() { "none of ours".to_owned() } else { row.ours.join(", ") };
                findings.push(manifest.finding(name, format!("{} may not use {name}, only {allowed}", manifest.name)));
            }
        }
    }
    findings
}

/// A third-party crate with an owner is used by nobody else.
pub(crate) fn one_owner(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests_of(tree) {
        for dependency in &manifest.dependencies {
            let Some(owned) = OWNED.iter().find(|owned| owned.name == dependency.name) else { continue };
            let exempt = dependency.kind == Kind::Dev && owned.tests == Tests::Free;
            if !exempt && !owned.owners.contains(&manifest.name.as_str()) {
                let advice = format!("{} belongs to {} alone; go through it", owned.name, owned.owners.join(" and "));
                findings.push(manifest.finding(owned.name, advice));
            }
        }
    }
    findings
}

/// What the table forbids a crate is not there; its tests may use it.
pub(crate) fn never_needs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests_of(tree) {
        let never = manifest.row().map_or(&[][..], |row| row.never);
        for Dependency { name, kind } in &manifest.dependencies {
            if *kind == Kind::Normal && never.contains(&name.as_str()) {
                findings.push(manifest.finding(name, format!("{} must never need {name}", manifest.name)));
            }
        }
    }
    findings
}

/// `deny.toml` names the same owners as the table, for those that nothing else pulls in.
pub(crate) fn deny_agrees(tree: &Tree) -> Vec<Finding> {
    const PATH: &str = "deny.toml";
    let Some(deny) = tree.text(PATH).map(toml::from_str::<Table>) else {
        return vec![Finding::in_file(PATH, "is missing")];
    };
    let deny = match deny {
        Ok(deny) => deny,
        Err(problem) => return vec![Finding::in_file(PATH, format!("is not TOML: {problem}"))],
    };
    let bans = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    let mut findings = Vec::new();
    for ban in bans.into_iter().flatten() {
        let Some(name) = ban.get("crate").and_then(Value::as_str) else { continue };
        let wrappers = ban.get("wrappers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let ours = wrappers.filter(|wrapper| CRATES.iter().any(|known| known.name == *wrapper)).collect::<Vec<_>>();
        let owned = OWNED.iter().find(|owned| owned.name == name);
        let owners = owned.map_or(&[][..], |owned| owned.owners);
        // cargo-deny does not tell tests from the rest, so those that may use it in tests are wrappers, too.
        let is_free = owned.is_some_and(|owned| owned.tests == Tests::Free);
        let agrees = if is_free { owners.iter().all(|owner| ours.contains(owner)) } else { ours == owners };
        if !ours.is_empty() && !agrees {
            let advice = format!("{name} has the wrappers {ours:?}, but xtask/src/tidy/table.rs says {owners:?}");
            findings.push(Finding::in_file(PATH, advice));
        }
    }
    findings
}

/// Every crate says what it is for, under which licence, and takes the lints of the workspace.
pub(crate) fn manifests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in tree.files().filter(|(path, _)| is_member(path)) {
        let Ok(manifest) = toml::from_str::<Table>(&file.text) else {
            findings.push(Finding::in_file(path, "is not TOML"));
            continue;
        };
        let package = |key: &str| manifest.get("package").and_then(|package| package.get(key));
        if !package("description").and_then(Value::as_str).is_some_and(|text| text.ends_with('.')) {
            findings.push(Finding::in_file(path, "needs a description: one sentence, with a full stop"));
        }
        if package("license").is_none() {
            findings.push(Finding::in_file(path, "needs `license.workspace = true`"));
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool);
        if lints != Some(true) {
            findings.push(Finding::in_file(path, "needs `[lints]` with `workspace = true`"));
        }
    }
    findings
}

/// A manifest of one of our crates.
struct Manifest<'t> {
    path: &'t str,
    text: &'t str,
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For the crate itself or its build script.
    Normal,
    /// For its tests.
    Dev,
}

impl Manifest<'_> {
    fn row(&self) -> Option<&'static Crate> {
        CRATES.iter().find(|row| row.name == self.name)
    }

    /// A finding at the line that names a dependency, or at the top if none does.
    fn finding(&self, name: &str, advice: impl Into<String>) -> Finding {
        let names_it = |line: &str| line.split(['=', '.', ' ']).next() == Some(name);
        let line = self.text.lines().position(names_it).map_or(1, |index| index + 1);
        Finding::at(self.path, line, advice)
    }
}

fn manifests_of(tree: &Tree) -> Vec<Manifest<'_>> {
    let members = tree.files().filter(|(path, _)| is_member(path));
    members.filter_map(|(path, file)| read(path, &file.text)).collect()
}

fn is_member(path: &str) -> bool {
    path.ends_with("/Cargo.toml") && (path == "xtask/Cargo.toml" || path.starts_with("crates/"))
}

/// `None` for what is no manifest of a package; [`manifests`] complains about those.
fn read<'t>(path: &'t str, text: &'t str) -> Option<Manifest<'t>> {
    let table = toml::from_str::<Table>(text).ok()?;
    let name = table.get("package")?.get("name")?.as_str()?.to_owned();
    let mut dependencies = listed(&table);
    for target in table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values) {
        dependencies.extend(target.as_table().map(listed).unwrap_or_default());
    }
    Some(Manifest { path, text, name, dependencies })
}

fn listed(table: &Table) -> Vec<Dependency> {
    let sections =
        [("dependencies", Kind::Normal), ("build-dependencies", Kind::Normal), ("dev-dependencies", Kind::Dev)];
    let mut dependencies = Vec::new();
    for (section, kind) in sections {
        for (key, value) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
            // A renamed dependency counts as what it really is.
            let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
            dependencies.push(Dependency { name: name.to_owned(), kind });
        }
    }
    dependencies
}
