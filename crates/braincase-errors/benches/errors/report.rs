//! What was measured, as a table for people and as JSON for tools.

use std::{fs, io, path::Path};

use serde_json::{Value, json};

/// One comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    pub(crate) raw: f64,
    pub(crate) ratio: f64,
    pub(crate) goal: Goal,
}

/// What is wanted of a row.
pub(crate) enum Goal {
    /// Ours takes at most this.
    AtMost(f64),
    /// Ours is exactly this.
    Exactly(f64),
    /// Nothing: it is printed for comparison.
    Shown,
}

impl Row {
    fn goal(&self) -> String {
        match self.goal {
            Goal::AtMost(most) => format!("<= {most}"),
            Goal::Exactly(number) => format!("= {number}"),
            Goal::Shown => String::new(),
        }
    }

    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtMost(most) => Some(self.ours <= most),
            Goal::Exactly(number) => Some(self.ours == number),
            Goal::Shown => None,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.is_met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        }
    }
}

/// All rows; each is printed as soon as it is there, because the whole takes minutes.
#[derive(Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    pub(crate) fn new() -> Self {
        println!("{:<46} {:>7} {:>10} {:>10} {:>6}  {:<24} verdict", "what", "unit", "ours", "sentry", "ratio", "goal");
        Self::default()
    }

    pub(crate) fn push(&mut self, row: Row) {
        let Row { name, unit, ours, raw, .. } = &row;
        let (ratio, goal, verdict) = (row.ratio, row.goal(), row.verdict());
        println!("{name:<46} {unit:>7} {ours:>10.1} {raw:>10.1} {ratio:>6.2}  {goal:<24} {verdict}");
        self.0.push(row);
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let rows: Vec<Value> = self
            .0
            .iter()
            .map(|row| {
                json!({
                    "name": row.name, "unit": row.unit, "ours": row.ours, "raw": row.raw, "ratio": row.ratio,
                    "goal": row.goal(), "met": row.is_met(),
                })
            })
            .collect();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, format!("{:#}\n", json!({ "bench": "errors", "rows": rows })))
    }
}
