//! The report as one HTML file: verdict first, charts as inline SVG, light and dark, no script, works offline.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Report,
    chart::{self, Chart, Line},
    facts::fact_lines,
    table::{mebibytes, time},
    terminal::cells,
};
use crate::{audit::Rule, record::Numbers, verdict::Outcome};

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
                    (charts(report))
                    (scenarios(report))
                    (operations(report))
                    (audit(report))
                    (about(report))
                }
            }
        }
    };
    page.into_string()
}

fn verdict(report: &Report) -> Markup {
    let class = match report.verdict.outcome {
        Outcome::Pass => "verdict good",
        Outcome::Inconclusive => "verdict warn",
        Outcome::Fail | Outcome::Invalid | Outcome::Vacuous | Outcome::Incorrect => "verdict bad",
    };
    html! {
        header class=(class) {
            p .kicker { "Stress · " (report.preset) " · " (report.purpose) }
            h1 { (report.verdict.outcome.as_str()) }
            p { (report.verdict.sentence) }
            table .targets {
                @for target in &report.verdict.targets {
                    tr {
                        td class=(if target.is_met { "good" } else { "bad" }) { (if target.is_met { "✓" } else { "✗" }) }
                        td { (target.name) } td { (target.limit) } td { b { (target.observed) } }
                    }
                }
            }
            @for note in report.notes() { p .note { "Note: " (note) } }
        }
    }
}

fn figures(report: &Report) -> Markup {
    let totals = &report.totals;
    let mut figures = vec![
        ("turns", totals.turns.count.to_string()),
        ("turns per second", format!("{:.2}", totals.turns_per_second)),
        ("average turn", time(totals.turns.mean_ms)),
        ("p95 of turns", time(totals.turns.p95_ms)),
        ("own overhead, p95", time(totals.overhead.p95_ms)),
    ];
    figures.extend(report.memory.map(|memory| ("peak memory", mebibytes(memory.peak))));
    figures.extend(report.leak.as_ref().map(|leak| ("memory leak", leak.finding.as_str().to_owned())));
    figures
        .extend(report.benefit.as_ref().map(|found| ("image turns sooner", format!("{:.0} %", found.saving * 100.0))));
    html! {
        section .figures { @for (name, value) in figures { div { b { (value) } span { (name) } } } }
    }
}

fn charts(report: &Report) -> Markup {
    let hold_starts = report.ramp_s.max(1.0);
    let hold = Some((hold_starts, hold_starts + report.hold_s));
    let over = |title, unit, limit| Chart { title, unit, limit, hold };
    let line = |label, class, value: &dyn Fn(&super::Point) -> Option<f64>| Line {
        label,
        class,
        points: report.series.iter().map(|point| (point.second as f64, value(point))).collect(),
    };
    let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1e3);
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let bins: Vec<_> = report.distribution.iter().map(|bin| (bin.from_ms / 1e3, bin.to_ms / 1e3, bin.count)).collect();
    let turns = report.totals.turns;
    html! {
        section .charts {
            (chart::lines(&over("Time of turns", "s", Some((3.5, "p95 target"))), &[
                line("p99", "c", &|point| seconds(point.p99_ms)),
                line("p95", "b", &|point| seconds(point.p95_ms)),
                line("p50", "a", &|point| seconds(point.p50_ms)),
            ]))
            (chart::lines(&over("Users", "at once", None), &[line("users", "a", &|point| Some(point.users as f64))]))
            (chart::lines(&over("Turns", "per second, mean of 10 s", None), &[
                line("turns", "a", &|point| Some(point.turns_per_second)),
                line("errors", "bad", &|point| Some(point.errors as f64)),
            ]))
            (chart::bars(&Chart { title: "How long turns took", unit: "turns", limit: None, hold: None }, &bins, &[
                (turns.p50_ms / 1e3, "p50"), (turns.p95_ms / 1e3, "p95"),
            ]))
            @if report.series.iter().any(|point| point.heap.is_some()) {
                (chart::lines(&over("Heap of the server", "MiB", None), &[
                    line("allocated", "c", &|point| point.heap.map(|heap| mib(heap.allocated))),
                    line("declared caches", "b", &|point| point.heap.map(|heap| mib(heap.declared_caches))),
                    line("the rest", "a", &|point| point.heap.map(|heap| mib(heap.unexplained))),
                ]))
            }
            @if report.series.iter().any(|point| point.memory.is_some()) {
                (chart::lines(&over("Memory of the server", "MiB", None), &[
                    line("peak", "c", &|point| point.memory.map(|memory| mib(memory.peak))),
                    line("in memory", "a", &|point| point.memory.map(|memory| mib(memory.rss))),
                ]))
                (chart::lines(&over("File descriptors of the server", "open", None), &[
                    line("descriptors", "a", &|point| point.memory.map(|memory| memory.descriptors as f64)),
                ]))
            }
        }
    }
}

fn numbers_head() -> Markup {
    html! { @for name in ["count", "errors", "min", "avg", "p50", "p95", "p99", "max"] { th .n { (name) } } }
}

fn numbers(numbers: &Numbers) -> Markup {
    html! {
        @for (index, cell) in cells(numbers).into_iter().enumerate() {
            td class=(if index == 1 && numbers.errors > 0 { "n bad" } else { "n" }) { (cell) }
        }
    }
}

fn scenarios(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Turns by scenario" }
            div .wide { table {
                thead { tr { th { "scenario" } th .n { "planned" } th .n { "actual" } th .n { "visits" } (numbers_head()) } }
                tbody {
                    @for row in &report.scenarios { tr {
                        td { (row.scenario) @if row.lane == crate::plan::Lane::Blocking { small { " blocking" } } }
                        td .n { (format!("{:.0} %", row.planned_share * 100.0)) }
                        td .n { (format!("{:.0} %", row.actual_share * 100.0)) }
                        td .n { (row.visits.begun) }
                        (numbers(&row.turns))
                    } }
                    tr .sum { td { "all of the judged server" } td {} td {} td {} (numbers(&report.totals.turns)) }
                }
            } }
        }
    }
}

fn operations(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Every operation" }
            p .hint { "Timed from the first byte sent to the last one read." }
            div .wide { table {
                thead { tr { th { "operation" } th { "scenario" } (numbers_head()) } }
                tbody {
                    @for row in &report.rows { tr {
                        td { (row.operation) }
                        td { (row.scenario) @if row.lane == crate::plan::Lane::Blocking { small { " blocking" } } }
                        (numbers(&row.numbers))
                    } }
                }
            } }
        }
    }
}

fn audit(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Promises" }
            table .targets {
                @for rule in Rule::ALL {
                    @let broken = report.audit.violations.iter().filter(|found| found.rule == rule).count();
                    @let chances = rule.chances(&report.audit.checked);
                    tr {
                        @if broken > 0 {
                            td .bad { "✗" }
                        } @else if chances == 0 {
                            td { "–" }
                        } @else {
                            td .good { "✓" }
                        }
                        td { (rule.as_str()) }
                        td {
                            @if broken > 0 {
                                b { (broken) " times broken" }
                            } @else if chances == 0 {
                                "not put to the test"
                            } @else {
                                (chances) " checked"
                            }
                        }
                    }
                }
            }
            @if !report.audit.violations.is_empty() {
                ul .violations { @for found in report.audit.violations.iter().take(20) { li { code { (found.told()) } } } }
            }
        }
    }
}

fn about(report: &Report) -> Markup {
    let machine = &report.machine;
    html! {
        section {
            h2 { "The run" }
            table .facts {
                @for (name, text) in fact_lines(report) { tr { td { (name) } td { (text) } } }
                @for (text, count) in &report.errors { tr { td { "error" } td { (count) " × " (text) } } }
                tr { td { "load" } td {
                    (report.users) " users who wait for each answer and then think for 1 to 3 s (closed model); "
                    (format!("{:.0} s until all are there, {:.0} s with all of them", report.ramp_s.max(1.0), report.hold_s))
                } }
                tr { td { "seed" } td { (report.seed) } }
                tr { td { "machine" } td {
                    (machine.cpus) " CPUs, " (machine.cpu) ", " (machine.os) " " (machine.arch) "; harness " (machine.harness) " (" (machine.build) " build)"
                } }
            }
        }
    }
}
