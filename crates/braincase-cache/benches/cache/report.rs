//! What was measured, as a table for people and as JSON for tools.

use std::{fs, io, path::Path};

use serde_json::{Value, json};

/// One comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    pub(crate) raw: f64,
    pub(crate) goal: Goal,
}

/// What is wanted of a row.
pub(crate) enum Goal {
    /// At most this many times what raw moka takes.
    Ratio(f64),
    /// At most this, where raw moka takes at least that.
    Limit { ours: f64, raw: f64 },
    /// Nothing: it is printed for comparison.
    Shown,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours / self.raw
    }

    fn goal(&self) -> String {
        match self.goal {
            Goal::Ratio(most) => format!("<= {most:.2}x raw"),
            Goal::Limit { ours, raw } => format!("<= {ours} where raw > {raw}"),
            Goal::Shown => String::new(),
        }
    }

    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::Ratio(most) => Some(self.ratio() <= most),
            Goal::Limit { ours, raw } => Some(self.ours <= ours && self.raw > raw),
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

pub(crate) fn print(rows: &[Row]) {
    println!("{:<44} {:>9} {:>12} {:>12} {:>7}  {:<26} verdict", "what", "unit", "ours", "raw moka", "ratio", "goal");
    for row in rows {
        let Row { name, unit, ours, raw, .. } = row;
        let (ratio, goal, verdict) = (row.ratio(), row.goal(), row.verdict());
        println!("{name:<44} {unit:>9} {ours:>12.1} {raw:>12.1} {ratio:>7.3}  {goal:<26} {verdict}");
    }
}

pub(crate) fn write(rows: &[Row], path: &Path) -> io::Result<()> {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name, "unit": row.unit, "ours": row.ours, "raw": row.raw, "ratio": row.ratio(),
                "goal": row.goal(), "met": row.is_met(),
            })
        })
        .collect();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, format!("{:#}\n", json!({ "bench": "cache", "rows": rows })))
}
