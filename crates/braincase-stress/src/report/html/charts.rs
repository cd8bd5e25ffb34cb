//! The charts of the page: which numbers of the report each of them draws.

mod capacity;
mod memory;

pub(super) use self::capacity::levels;

use maud::{Markup, html};

use super::super::{
    Report,
    chart::{
        frame::{About, words},
        heatmap::{Cells, heatmap},
        lines::{Floor, Group, Hold, Line, Shape, lines},
        spectrum::{Spectrum, Target, spectra},
        stack::{self, Kind},
    },
    series::Point,
};
use crate::{preset, record::Quantile};

/// All of them; what was not seen is not drawn.
pub(super) fn charts(report: &Report) -> Markup {
    let begins = report.ramp_s.max(1.0);
    let hold = Some(Hold { from: begins, to: begins + report.hold_s });
    html! {
        div .charts {
            (capacity::chart(report))
            (load(report, hold))
            (turns(report, hold))
            (firsts(report, hold))
            (heat(report, hold))
            (spectrum(report))
            (errors(report, hold))
            (memory::charts(report, hold))
        }
    }
}

pub(super) fn about<'a>(id: &'a str, title: &'a str, note: &str) -> About<'a> {
    About { id, title, note: note.to_owned(), says: String::new() }
}

pub(super) fn line(
    report: &Report,
    label: &'static str,
    class: &'static str,
    value: impl Fn(&Point) -> Option<f64>,
) -> Line {
    let points = report.series.iter().map(|point| (point.second as f64, value(point))).collect();
    Line { label, class, shape: Shape::Stroke, points }
}

fn load(report: &Report, hold: Option<Hold>) -> Markup {
    let group = |name, unit, floor, line| Group { name, unit, floor, lines: vec![line], limit: None, fit: None };
    let groups = [
        group("users at once", "at once", Floor::Count, line(report, "users", "a", |point| Some(point.users as f64))),
        group(
            "turns per second, mean of 10 s",
            "per second",
            Floor::Zero,
            line(report, "turns", "d", |point| Some(point.turns_per_second)),
        ),
    ];
    let requests = report.totals.requests;
    let errors =
        if report.kinds_of_errors.is_empty() { format!("no errors in {requests} requests") } else { String::new() };
    lines(&about("load", "Users and throughput", &errors), hold, &groups)
}

fn turns(report: &Report, hold: Option<Hold>) -> Markup {
    let group = Group {
        lines: percentiles(report, |point| [point.p50_ms, point.p95_ms, point.p99_ms]),
        limit: target_of_p95(report).map(|(ms, name)| (ms / 1e3, name)),
        ..seconds()
    };
    lines(&about("turns", "Time of turns", "to the last byte; percentiles of the last 10 s"), hold, &[group])
}

fn firsts(report: &Report, hold: Option<Hold>) -> Markup {
    let group = Group {
        lines: percentiles(report, |point| [point.first_p50_ms, point.first_p95_ms, point.first_p99_ms]),
        ..seconds()
    };
    if group.lines.iter().all(|line| line.points.iter().all(|point| point.1.is_none())) {
        return html! {};
    }
    lines(&about("first", "Time to the first content", "streamed turns; percentiles of the last 10 s"), hold, &[group])
}

const fn seconds() -> Group {
    Group { name: "seconds", unit: "s", floor: Floor::Zero, lines: Vec::new(), limit: None, fit: None }
}

fn percentiles(report: &Report, of: impl Fn(&Point) -> [Option<f64>; 3]) -> Vec<Line> {
    let named = [("p50", "a"), ("p95", "b"), ("p99", "c")].into_iter().enumerate();
    named
        .map(|(index, (label, class))| line(report, label, class, |point| of(point)[index].map(|ms| ms / 1e3)))
        .collect()
}

/// The limit of the preset, in milliseconds, with what it is called.
fn target_of_p95(report: &Report) -> Option<(f64, String)> {
    let limit = preset::find(report.preset)?.targets.max_p95.as_secs_f64();
    Some((limit * 1e3, "target p95".to_owned()))
}

fn heat(report: &Report, hold: Option<Hold>) -> Markup {
    let map = &report.latency.heatmap;
    let mut about = about("heatmap", "Every turn", "the darker, the more turns took so long");
    if map.columns.is_empty() {
        about.says = "No turn ended.".to_owned();
        return words(&about);
    }
    about.says = format!("How long {} turns took, by when they ended.", report.totals.turns.count);
    let cells = Cells { column_s: map.column_s, bounds_ms: &map.bounds_ms, columns: &map.columns };
    heatmap(&about, hold, &cells, target_of_p95(report).as_ref())
}

fn spectrum(report: &Report) -> Markup {
    let of = |label, class, quantiles: &[Quantile]| Spectrum {
        label,
        class,
        points: quantiles.iter().map(|line| (line.percentile, line.ms)).collect(),
    };
    let drawn: Vec<Spectrum> =
        [of("whole turn", "a", &report.latency.turns), of("first content", "d", &report.latency.first_content)]
            .into_iter()
            .filter(|spectrum| !spectrum.points.is_empty())
            .collect();
    let about = about("spectrum", "Percentiles of all turns", "each further nine is as wide as the one before");
    let target = target_of_p95(report).map(|(max_ms, name)| Target { percentile: 95.0, max_ms, name });
    spectra(&about, &drawn, target.as_ref())
}

fn errors(report: &Report, hold: Option<Hold>) -> Markup {
    let last = report.series.last().map_or(1, |point| point.second + 1);
    let kinds: Vec<Kind> = report
        .kinds_of_errors
        .iter()
        .map(|kind| Kind {
            name: kind.kind.clone(),
            seconds: (0..last).map(|second| kind.seconds.get(&second).copied().unwrap_or(0)).collect(),
        })
        .collect();
    if stack::is_empty(&kinds) {
        return html! {};
    }
    let about = about("errors", "Errors by kind", "");
    stack::bars(&about, hold, &kinds, last as f64)
}
