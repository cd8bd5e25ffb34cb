//! The report as Markdown, for the summary of a CI run: verdict, targets and scenarios at once, the rest folded away.

use super::{Report, facts, table::time};
use crate::{audit::Rule, plan::Lane, verdict::Outcome};

/// The most violations and errors that are shown; the JSON has all of them.
const MAX_SHOWN: usize = 10;

/// Renders it.
#[must_use]
pub fn render(report: &Report) -> String {
    let parts = [
        verdict(report),
        targets(report),
        violations(report),
        scenarios(report),
        notes(report),
        folded("Numbers", &numbers(report)),
        folded("Promises", &promises(report)),
        folded("What happened", &sightings(report)),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n") + "\n"
}

fn verdict(report: &Report) -> String {
    let sign = match report.verdict.outcome {
        Outcome::Pass => "✅",
        Outcome::Inconclusive => "⚠️",
        Outcome::Fail | Outcome::Invalid | Outcome::Vacuous | Outcome::Incorrect => "❌",
    };
    format!(
        "## {sign} {} · {}\n\n{}.\n\n{} users · {:.0} s with all of them · {} turns · seed {}",
        report.verdict.outcome.as_str(),
        escape(report.preset),
        escape(report.verdict.sentence.trim_end_matches('.')),
        report.users,
        report.hold_s,
        report.totals.turns.count,
        report.seed,
    )
}

fn targets(report: &Report) -> String {
    let rows = report.verdict.targets.iter().map(|target| {
        let mark = if target.is_met { "✅" } else { "❌" };
        [mark.to_owned(), target.name.to_owned(), target.limit.clone(), target.observed.clone()]
    });
    table(&["", "target", "limit", "observed"], "l l l l", rows)
}

fn scenarios(report: &Report) -> String {
    let row = |name: String, shares: [String; 2], turns: &crate::record::Numbers| {
        let [planned, actual] = shares;
        let [count, errors] = [turns.count, turns.errors].map(|count| count.to_string());
        let [average, p50, p95, p99] = [turns.mean_ms, turns.p50_ms, turns.p95_ms, turns.p99_ms].map(time);
        let ends = format!("{} – {}", time(turns.min_ms), time(turns.max_ms));
        [name, planned, actual, count, errors, average, p50, p95, p99, ends]
    };
    let scenarios = report.scenarios.iter().map(|scenario| {
        let name = match scenario.lane {
            Lane::Main => scenario.scenario.to_owned(),
            lane => format!("{} ({})", scenario.scenario, lane.as_str()),
        };
        let shares = [scenario.planned_share, scenario.actual_share].map(|share| format!("{:.0} %", share * 100.0));
        row(name, shares, &scenario.turns)
    });
    let all = row("all".to_owned(), [String::new(), String::new()], &report.totals.turns);
    let head = ["turns of", "planned", "actual", "turns", "errors", "avg", "p50", "p95", "p99", "min – max"];
    table(&head, "l r r r r r r r r r", scenarios.chain([all]))
}

fn violations(report: &Report) -> String {
    let all = &report.audit.violations;
    if all.is_empty() {
        return String::new();
    }
    let mut lines = vec!["### Broken promises".to_owned(), String::new()];
    lines.extend(all.iter().take(MAX_SHOWN).map(|found| format!("1. {}", escape(&found.told()))));
    if all.len() > MAX_SHOWN {
        lines.push(format!("\nand {} more in report.json", all.len() - MAX_SHOWN));
    }
    lines.push(format!("\nThe same again: {}", escape(&report.replay)));
    lines.join("\n")
}

fn notes(report: &Report) -> String {
    report.notes().map(|note| format!("> {}", escape(note))).collect::<Vec<_>>().join("\n>\n")
}

fn numbers(report: &Report) -> String {
    let facts = facts::fact_lines(report).into_iter().chain(facts::setting(report));
    let errors = report.errors.iter().take(MAX_SHOWN).map(|(text, count)| ("error", format!("{count} × {text}")));
    table(&["", ""], "l l", facts.chain(errors).map(|(name, text)| [name.to_owned(), text]))
}

fn promises(report: &Report) -> String {
    let rows = Rule::ALL.into_iter().map(|rule| {
        let broken = report.audit.violations.iter().filter(|found| found.rule == rule).count();
        let chances = rule.chances(&report.audit.checked);
        let (mark, told) = match (broken, chances) {
            (0, 0) => ("–", "not put to the test".to_owned()),
            (0, chances) => ("✅", format!("{chances} checked")),
            (broken, chances) => ("❌", format!("broken {broken} ×, {chances} checked")),
        };
        [mark.to_owned(), rule.as_str().to_owned(), told]
    });
    table(&["", "promise", ""], "l l l", rows)
}

fn sightings(report: &Report) -> String {
    let rows = report.sightings.iter().map(|sighting| {
        let mark = match (sighting.is_missing(), sighting.count) {
            (true, _) => "❌",
            (false, 0) => "–",
            (false, _) => "✅",
        };
        [mark.to_owned(), sighting.what.clone(), sighting.count.to_string()]
    });
    table(&["", "seen", "times"], "l l r", rows)
}

fn folded(title: &str, text: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{text}\n\n</details>")
}

/// `sides` says for each column whether it leans to the left or, as numbers do, to the right.
fn table<const N: usize>(head: &[&str; N], sides: &str, rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = sides.split(' ').map(|side| if side == "r" { "--:" } else { "---" }.to_owned());
    let mut lines = vec![line(head.map(str::to_owned).to_vec()), format!("|{}|", rule.collect::<Vec<_>>().join("|"))];
    lines.extend(rows.map(|row| line(row.iter().map(|cell| escape(cell)).collect())));
    lines.join("\n")
}

/// Text that is shown as it is: nothing in it is taken for markup, and it stays within its line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut is_in_word = false;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        match character {
            '&' => escaped.push_str("&amp;"),
            // Less than something is no element.
            '<' if next != ' ' => escaped.push_str("&lt;"),
            // Within a word it means nothing else.
            '_' if is_in_word && next.is_alphanumeric() => escaped.push('_'),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
        is_in_word = character.is_alphanumeric();
    }
    escaped
}
