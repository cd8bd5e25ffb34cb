//! The report as one HTML file: verdict first, charts as inline SVG, light and dark, no script, works offline.

mod audit;
mod charts;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Report,
    table::{mebibytes, time},
};
use crate::{plan::Comparison, verdict::Outcome};

const STYLE: &str = include_str!("report.css");

/// Renders it.
#[must_use]
pub fn render(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.verdict.outcome.as_str()) " · " (report.preset) " · Braincase stress" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (verdict(report))
                    (figures(report))
                    (tables::targets(report))
                    (charts::charts(report))
                    (charts::levels(report))
                    (tables::scenarios(report))
                    (audit::audit(report))
                    (tables::validity(report))
                    (tables::operations(report))
                    (tables::about(report))
                }
            }
        }
    };
    page.into_string()
}

fn verdict(report: &Report) -> Markup {
    let class = match report.verdict.outcome {
        Outcome::Pass => "verdict pass",
        Outcome::Inconclusive => "verdict open",
        Outcome::Fail | Outcome::Invalid | Outcome::Incorrect => "verdict miss",
    };
    let mut notes = report.notes().peekable();
    html! {
        header class=(class) {
            p .kicker { "Braincase stress · " (report.preset) " · " (report.purpose) }
            h1 { (report.verdict.outcome.as_str()) }
            p .sentence { (report.verdict.sentence) }
            @if notes.peek().is_some() { ul { @for note in notes { li { (note) } } } }
        }
    }
}

fn figures(report: &Report) -> Markup {
    let totals = &report.totals;
    let users = if report.comparison == Comparison::Off { "users at once" } else { "users, half on each server" };
    let mut figures = vec![
        (users, report.users.to_string()),
        ("turns", totals.turns.count.to_string()),
        ("turns per second", format!("{:.2}", totals.turns_per_second)),
        ("average turn", time(totals.turns.mean_ms)),
        ("95 % of turns within", time(totals.turns.p95_ms)),
        ("own overhead, 95 % within", time(totals.overhead.p95_ms)),
    ];
    figures.extend(report.memory.map(|memory| ("peak memory", mebibytes(memory.peak))));
    figures.extend(report.leak.as_ref().map(|leak| ("leak verdict", leak.finding.as_str().to_lowercase())));
    figures
        .extend(report.benefit.as_ref().map(|found| ("image turns sooner", format!("{:.0} %", found.saving * 100.0))));
    html! {
        section aria-label="Key figures" {
            dl .figures { @for (name, value) in figures { div { dt { (name) } dd { (value) } } } }
        }
    }
}

/// A tick or a cross, also for those who hear it.
fn mark(is_good: bool) -> Markup {
    let (class, sign, word) = if is_good { ("mark good", "✓", "met") } else { ("mark bad", "✗", "missed") };
    html! { td class=(class) { span role="img" aria-label=(word) { (sign) } } }
}
