//! The audit card: every promise, how often it was put to the test, what broke it, and what happened at all.

use maud::{Markup, html};

use super::{super::Report, mark};
use crate::{audit::Rule, sightings::Sighting};

/// The most violations that are shown; the JSON has all of them.
const MAX_VIOLATIONS: usize = 20;

pub(super) fn audit(report: &Report) -> Markup {
    let violations = &report.audit.violations;
    html! {
        section {
            h2 { "Promises" }
            p .hint { "After the load the server was asked what it had stored, and that was compared with what users were told." }
            table {
                thead { tr { td {} th scope="col" { "promise" } th scope="col" { "checked" } } }
                tbody { @for rule in Rule::ALL { (promise(report, rule)) } }
            }
            @if !violations.is_empty() {
                h3 { "What broke them" }
                ol .violations { @for found in violations.iter().take(MAX_VIOLATIONS) { li { code { (found.told()) } } } }
                @if violations.len() > MAX_VIOLATIONS {
                    p .hint { "and " (violations.len() - MAX_VIOLATIONS) " more in report.json" }
                }
                p { "The same again: " code { (report.replay) } }
            }
            (sightings(&report.sightings))
        }
    }
}

/// What must have happened, or nothing could have been broken by it.
fn sightings(sightings: &[Sighting]) -> Markup {
    if sightings.is_empty() {
        return html! {};
    }
    html! {
        h3 { "What happened" }
        p .hint { "A run that never saw what it should have seen proves nothing, however clean it is." }
        table {
            thead { tr { td {} th scope="col" { "seen" } th .n scope="col" { "times" } td {} } }
            tbody { @for sighting in sightings { tr {
                @if sighting.is_missing() { (mark(false)) } @else if sighting.count > 0 { (mark(true)) } @else { td .mark { "–" } }
                th scope="row" { (sighting.what) }
                td .n { (sighting.count) }
                td .hint {
                    @if sighting.is_missing() { b .bad { "should have happened" } }
                    @else if sighting.count == 0 { "not to be expected in so short a run" }
                }
            } } }
        }
    }
}

fn promise(report: &Report, rule: Rule) -> Markup {
    let broken = report.audit.violations.iter().filter(|found| found.rule == rule).count();
    let chances = rule.chances(&report.audit.checked);
    html! {
        tr {
            @if broken > 0 { (mark(false)) } @else if chances > 0 { (mark(true)) } @else { td .mark { "–" } }
            th scope="row" { (rule.as_str()) }
            td {
                @if broken > 0 { b .bad { "broken " (broken) " ×" } ", " (chances) " checked" }
                @else if chances > 0 { (chances) " checked" }
                @else { span .hint { "not put to the test" } }
            }
        }
    }
}
