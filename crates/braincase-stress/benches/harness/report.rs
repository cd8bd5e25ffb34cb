//! What was measured, as a table for people and as JSON for tools.

use std::{fs, path::Path};

use anyhow::Context;
use serde_json::{Value, json};

/// One comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    pub(crate) bare: f64,
    pub(crate) ratio: f64,
    pub(crate) goal: Goal,
}

/// What is wanted of a row.
pub(crate) enum Goal {
    /// At most this many times what bare goose takes.
    AtMost(f64),
    /// Nothing: it is printed for comparison.
    Shown,
}

impl Row {
    fn goal(&self) -> String {
        match self.goal {
            Goal::AtMost(most) => format!("<= {most:.0}x bare"),
            Goal::Shown => String::new(),
        }
    }

    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtMost(most) => Some(self.ratio <= most),
            Goal::Shown => None,
        }
    }
}

/// All rows; each is printed as soon as it is there.
#[derive(Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    pub(crate) fn new() -> Self {
        println!(
            "{:<34} {:>5} {:>9} {:>10} {:>6}  {:<10} verdict",
            "what", "unit", "harness", "bare goose", "ratio", "goal"
        );
        Self::default()
    }

    pub(crate) fn push(&mut self, row: Row) {
        let Row { name, unit, ours, bare, ratio, .. } = &row;
        let verdict = row.is_met().map_or("", |is_met| if is_met { "met" } else { "MISSED" });
        println!("{name:<34} {unit:>5} {ours:>9.1} {bare:>10.1} {ratio:>6.2}  {:<10} {verdict}", row.goal());
        self.0.push(row);
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let row = |row: &Row| {
            json!({
                "name": row.name, "unit": row.unit, "harness": row.ours, "bare_goose": row.bare, "ratio": row.ratio,
                "goal": row.goal(), "met": row.is_met(),
            })
        };
        let rows: Vec<Value> = self.0.iter().map(row).collect();
        let folder = path.parent().context("it lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        fs::write(path, format!("{:#}\n", json!({ "bench": "harness", "rows": rows })))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
