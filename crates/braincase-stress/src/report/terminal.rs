//! The terminal: the only place that prints. Status goes to stderr, the result to stdout.

use std::io::{IsTerminal, Write, stderr};

use super::{
    Report,
    facts::fact_lines,
    status::Status,
    table::{Side, align, time},
};
use crate::{plan::Lane, record::Numbers};

/// Violations that are printed; the report has all of them.
const MAX_VIOLATIONS: usize = 10;

/// Where status goes.
#[derive(Debug)]
pub struct Terminal {
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    InPlace,
    Lines,
    Silent,
}

impl Terminal {
    /// Status on stderr: in place on a terminal, otherwise line by line.
    #[must_use]
    pub fn stderr() -> Self {
        Self { mode: if stderr().is_terminal() { Mode::InPlace } else { Mode::Lines } }
    }

    /// Tells nothing.
    #[must_use]
    pub const fn silent() -> Self {
        Self { mode: Mode::Silent }
    }

    /// How things stand; called once a second.
    pub fn status(&self, status: &Status) {
        let line = status.to_string();
        match self.mode {
            Mode::InPlace => write(&format!("\r\x1b[2K{line}")),
            Mode::Lines => write(&format!("{line}\n")),
            Mode::Silent => {}
        }
    }

    /// Nothing more is written in place.
    pub fn end_status(&mut self) {
        if self.mode == Mode::InPlace {
            write("\n");
        }
    }

    /// Something that happened.
    pub fn say(&mut self, text: &str) {
        match self.mode {
            Mode::InPlace => write(&format!("\r\x1b[2K{text}\n")),
            Mode::Lines => write(&format!("{text}\n")),
            Mode::Silent => {}
        }
    }

    /// The result.
    #[expect(clippy::print_stdout, reason = "this is the one module that prints results")]
    pub fn result(&self, report: &Report) {
        if self.mode != Mode::Silent {
            println!("{}", render(report));
        }
    }
}

/// A terminal that is gone is no reason to stop a run.
fn write(text: &str) {
    let mut stderr = stderr().lock();
    let _: std::io::Result<()> = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// The result as text.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut parts = vec![
        format!(
            "\n{} · {} users, {} · {:.0} s ramp, {:.0} s hold · seed {}",
            report.preset, report.users, report.model, report.ramp_s, report.hold_s, report.seed
        ),
        scenario_table(report),
        operation_table(report),
        facts(report),
        target_table(report),
    ];
    parts.extend(violations(report));
    parts.push(format!("{}: {}", report.verdict.outcome.as_str(), report.verdict.sentence));
    parts.join("\n\n")
}

const NUMBERS: [(&str, Side); 8] = [
    ("count", Side::Right),
    ("errors", Side::Right),
    ("min", Side::Right),
    ("avg", Side::Right),
    ("p50", Side::Right),
    ("p95", Side::Right),
    ("p99", Side::Right),
    ("max", Side::Right),
];

pub(crate) fn cells(numbers: &Numbers) -> Vec<String> {
    let mut cells = vec![numbers.count.to_string(), numbers.errors.to_string()];
    let times = [numbers.min_ms, numbers.mean_ms, numbers.p50_ms, numbers.p95_ms, numbers.p99_ms, numbers.max_ms];
    cells.extend(times.map(time));
    cells
}

fn scenario_table(report: &Report) -> String {
    let mut head =
        vec![("turns of", Side::Left), ("planned", Side::Right), ("actual", Side::Right), ("visits", Side::Right)];
    head.extend(NUMBERS);
    let mut rows: Vec<Vec<String>> = report
        .scenarios
        .iter()
        .map(|row| {
            let mut cells_of_row = vec![
                named(row.lane, row.scenario),
                format!("{:.0} %", row.planned_share * 100.0),
                format!("{:.0} %", row.actual_share * 100.0),
                row.visits.begun.to_string(),
            ];
            cells_of_row.extend(cells(&row.turns));
            cells_of_row
        })
        .collect();
    let mut all = vec!["all (judged)".to_owned(), String::new(), String::new(), String::new()];
    all.extend(cells(&report.totals.turns));
    rows.push(all);
    align(&head, &rows)
}

fn operation_table(report: &Report) -> String {
    let mut head = vec![("operation", Side::Left), ("in", Side::Left)];
    head.extend(NUMBERS);
    let rows: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|row| {
            let mut cells_of_row = vec![row.operation.to_owned(), named(row.lane, row.scenario)];
            cells_of_row.extend(cells(&row.numbers));
            cells_of_row
        })
        .collect();
    align(&head, &rows)
}

fn named(lane: Lane, scenario: &str) -> String {
    match lane {
        Lane::Main => scenario.to_owned(),
        Lane::Blocking | Lane::Baseline => format!("{scenario} ({})", lane.as_str()),
    }
}

fn facts(report: &Report) -> String {
    let facts = fact_lines(report).into_iter().map(|(name, text)| format!("{name:<14}{text}"));
    let warnings = report.notes();
    let warnings = warnings.map(|warning| format!("{:<14}{warning}", "note"));
    let errors =
        report.errors.iter().take(MAX_VIOLATIONS).map(|(text, count)| format!("{:<14}{count} × {text}", "error"));
    facts.chain(warnings).chain(errors).collect::<Vec<_>>().join("\n")
}

fn target_table(report: &Report) -> String {
    let head = [("", Side::Left), ("target", Side::Left), ("limit", Side::Right), ("observed", Side::Left)];
    let row = |target: &crate::verdict::Target| {
        let mark = if target.is_met { "✓" } else { "✗" };
        vec![mark.to_owned(), target.name.to_owned(), target.limit.clone(), target.observed.clone()]
    };
    align(&head, &report.verdict.targets.iter().map(row).collect::<Vec<_>>())
}

fn violations(report: &Report) -> Option<String> {
    let all = &report.audit.violations;
    let shown =
        all.iter().take(MAX_VIOLATIONS).map(|violation| format!("  ✗ [{}] {violation}", violation.lane.as_str()));
    let mut lines: Vec<String> = shown.collect();
    if all.len() > MAX_VIOLATIONS {
        lines.push(format!("  … and {} more in report.json", all.len() - MAX_VIOLATIONS));
    }
    (!all.is_empty()).then(|| format!("broken promises (seed {}):\n{}", report.seed, lines.join("\n")))
}
