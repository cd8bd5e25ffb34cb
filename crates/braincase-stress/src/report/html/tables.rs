//! The tables of the page.

use maud::{Markup, html};

use super::{
    super::{Report, checks, facts, terminal::cells},
    mark,
};
use crate::{plan::Lane, record::Numbers};

/// What must hold, and whether it did.
pub(super) fn targets(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Targets" }
            table {
                thead { tr { td {} th scope="col" { "target" } th scope="col" { "limit" } th scope="col" { "observed" } } }
                tbody { @for target in &report.verdict.targets { tr {
                    (mark(target.is_met)) th scope="row" { (target.name) } td .limit { (target.limit) } td { b { (target.observed) } }
                } } }
            }
        }
    }
}

/// Turns by scenario.
pub(super) fn scenarios(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Turns by scenario" }
            div .wide tabindex="0" role="region" aria-label="Turns by scenario" { table {
                caption { "Planned and actual are shares of the visits that users began." }
                thead { tr {
                    th scope="col" { "scenario" }
                    @for name in ["planned", "actual", "visits"] { th .n scope="col" { (name) } }
                    (numbers_head())
                } }
                tbody {
                    @for row in &report.scenarios { tr {
                        th scope="row" { (row.scenario) (lane(row.lane)) }
                        td .n { (format!("{:.0} %", row.planned_share * 100.0)) }
                        td .n { (format!("{:.1} %", row.actual_share * 100.0)) }
                        td .n { (row.visits.begun) }
                        (numbers(&row.turns))
                    } }
                    tr .sum { th scope="row" { "all of the judged server" } td {} td {} td {} (numbers(&report.totals.turns)) }
                }
            } }
        }
    }
}

/// Every operation of every scenario.
pub(super) fn operations(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Every operation" }
            div .wide tabindex="0" role="region" aria-label="Every operation" { table {
                caption { "Timed from the first byte sent to the last one read." }
                thead { tr { th scope="col" { "operation" } th scope="col" { "scenario" } (numbers_head()) } }
                tbody { @for row in &report.rows { tr {
                    th scope="row" { (row.operation) } td { (row.scenario) (lane(row.lane)) } (numbers(&row.numbers))
                } } }
            } }
        }
    }
}

/// Whether the run measured what it says.
pub(super) fn validity(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Validity" }
            p .hint { "Asked before anything is judged: whether the run measured what it says." }
            table {
                thead { tr { td {} th scope="col" { "check" } th scope="col" { "limit" } th scope="col" { "observed" } } }
                tbody { @for check in checks::checks(report) { tr {
                    (mark(check.is_met)) th scope="row" { (check.name) } td .limit { (check.limit) } td { b { (check.observed) } }
                } } }
            }
            @if !report.validity.problems.is_empty() {
                ul .violations { @for problem in &report.validity.problems { li .bad { (problem) } } }
            }
        }
    }
}

/// What was run, on what.
pub(super) fn about(report: &Report) -> Markup {
    html! {
        section {
            h2 { "The run" }
            table .told {
                tbody {
                    @for (name, text) in facts::measured(report) { tr { th scope="row" { (name) } td { (text) } } }
                    @for (text, count) in &report.errors { tr { th scope="row" { "error" } td { (count) " × " (text) } } }
                    @for (name, text) in facts::setting(report) { tr { th scope="row" { (name) } td { (text) } } }
                    tr { th scope="row" { "the same again" } td { code { (report.replay) } } }
                }
            }
        }
    }
}

fn lane(lane: Lane) -> Markup {
    html! { @if lane != Lane::Main { small { " " (lane.as_str()) } } }
}

fn numbers_head() -> Markup {
    html! { @for name in ["count", "errors", "min", "avg", "p50", "p95", "p99", "max"] { th .n scope="col" { (name) } } }
}

fn numbers(numbers: &Numbers) -> Markup {
    html! {
        @for (index, cell) in cells(numbers).into_iter().enumerate() {
            td class=(if index == 1 && numbers.errors > 0 { "n bad" } else { "n" }) { (cell) }
        }
    }
}
