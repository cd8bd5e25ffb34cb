//! What came of it: a table for people, JSON for programs.

use std::{fmt, fs, path::Path};

use serde::Serialize;

/// What is wanted of a row.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// So many times as good as tiktoken-rs.
    Times(f64),
    /// Ours is no more than this.
    AtMost(f64),
    /// Ours is no less than this.
    AtLeast(f64),
}

/// One comparison.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    /// `None` if it panicked, or cannot do this.
    pub(crate) tiktoken: Option<f64>,
    pub(crate) bpe: Option<f64>,
    pub(crate) goal: Option<Goal>,
}

/// All comparisons.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Row>);

impl Row {
    /// How many times as good as tiktoken-rs.
    fn times(&self) -> Option<f64> {
        let more_is_better = self.unit == "MB/s";
        self.tiktoken.map(|other| if more_is_better { self.ours / other } else { other / self.ours })
    }

    fn met(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::Times(times) => self.times().is_some_and(|is| is >= times),
            Goal::AtMost(most) => self.ours <= most,
            Goal::AtLeast(least) => self.ours >= least,
        })
    }

    fn cells(&self) -> [String; 7] {
        let number = |value: f64| if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") };
        let other = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
        let goal = self.goal.map_or_else(String::new, |goal| match goal {
            Goal::Times(times) => format!(">= {times}x"),
            Goal::AtMost(most) => format!("<= {most} {}", self.unit),
            Goal::AtLeast(least) => format!(">= {least} {}", self.unit),
        });
        let met = self.met().map_or("", |met| if met { "yes" } else { "NO" });
        let times = self.times().map_or_else(String::new, |times| number(times) + "x");
        let ours = format!("{} {}", number(self.ours), self.unit);
        [self.name.clone(), ours, other(self.tiktoken), other(self.bpe), times, goal, met.to_owned()]
    }
}

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        self.0.push(row);
    }

    /// Writes it to `target/bench/tokens.json`.
    pub(crate) fn save(&self) {
        // The program lies in `target/release/deps`.
        let program = std::env::current_exe().unwrap();
        let folder = program.ancestors().nth(3).unwrap_or_else(|| Path::new(".")).join("bench");
        let rows = self.0.iter().map(|row| {
            let mut json = serde_json::to_value(row).unwrap();
            json["times_tiktoken"] = row.times().into();
            json["met"] = row.met().into();
            json
        });
        fs::create_dir_all(&folder).unwrap();
        let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).unwrap();
        fs::write(folder.join("tokens.json"), text + "\n").unwrap();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["", "ours", "tiktoken-rs", "bpe-openai", "times", "goal", "met"].map(str::to_owned);
        let table: Vec<_> = std::iter::once(head).chain(self.0.iter().map(Row::cells)).collect();
        let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..7).map(width).collect();
        for row in &table {
            let [name, rest @ ..] = row;
            write!(f, "{name:<0$}", widths[0])?;
            for (cell, width) in rest.iter().zip(&widths[1..]) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)?;
        }
        let missed = self.0.iter().filter(|row| row.met() == Some(false)).count();
        write!(f, "{} goals met, {missed} missed", self.0.iter().filter(|row| row.met() == Some(true)).count())
    }
}
