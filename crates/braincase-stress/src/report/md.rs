//! The report as Markdown, for the summary of a CI run.

use super::{Report, facts, terminal};

/// Renders it.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut lines = vec![
        format!("## {} · {}", report.verdict.outcome.as_str(), report.preset),
        String::new(),
        report.verdict.sentence.clone(),
        String::new(),
        "| | target | limit | observed |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    lines.extend(report.verdict.targets.iter().map(|target| {
        let mark = if target.is_met { "✅" } else { "❌" };
        format!("| {mark} | {} | {} | {} |", target.name, target.limit, escape(&target.observed))
    }));
    lines.push(String::new());
    lines.push("| turns of | count | errors | min | avg | p50 | p95 | p99 | max |".to_owned());
    lines.push("|---|--:|--:|--:|--:|--:|--:|--:|--:|".to_owned());
    let scenarios =
        report.scenarios.iter().map(|row| (format!("{} ({})", row.scenario, row.lane.as_str()), &row.turns));
    for (name, turns) in scenarios.chain([("**all**".to_owned(), &report.totals.turns)]) {
        lines.push(format!("| {name} | {} |", terminal::cells(turns).join(" | ")));
    }
    lines.push(String::new());
    lines.extend(facts::fact_lines(report).into_iter().map(|(name, text)| format!("- **{name}**: {}", escape(&text))));
    let notes = report.notes();
    lines.extend(notes.map(|note| format!("- **note**: {}", escape(note))));
    lines.extend(report.audit.violations.iter().take(20).map(|found| format!("- ❌ {}", escape(&found.told()))));
    lines.push(String::new());
    lines.push(format!(
        "Seed {}, {} users, {:.0} s. Again: `{}`",
        report.seed, report.users, report.hold_s, report.replay
    ));
    lines.join("\n") + "\n"
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
