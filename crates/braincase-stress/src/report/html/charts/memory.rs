//! The charts of the server's memory: what it holds, what of that nobody declares, and the line that the leak rule fits.

use maud::{Markup, html};

use super::{
    super::super::{
        Report,
        chart::lines::{Fit, Floor, Group, Hold, Line, Shape, lines},
        series::Point,
        table::kibibytes,
    },
    about, line,
};
use crate::leak::{Leak, Signal};

/// What was seen of it.
pub(super) fn charts(report: &Report, hold: Option<Hold>) -> Markup {
    html! {
        @if report.series.iter().any(|point| point.memory.is_some() || point.heap.is_some()) {
            (held(report, hold))
            (grown(report, hold))
            @if report.series.iter().any(|point| point.memory.is_some()) { (descriptors(report, hold)) }
        }
    }
}

fn mebi(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}

fn held(report: &Report, hold: Option<Hold>) -> Markup {
    let caches = line(report, "caches", "d", |point| point.heap.map(|heap| mebi(heap.declared_caches as f64)));
    let group = Group {
        name: "MiB",
        unit: "MiB",
        floor: Floor::Zero,
        lines: vec![
            line(report, "resident", "c", |point| point.memory.map(|memory| mebi(memory.rss as f64))),
            line(report, "live heap", "a", |point| point.heap.map(|heap| mebi(heap.allocated as f64))),
            Line { shape: Shape::Area, ..caches },
        ],
        limit: None,
        fit: None,
    };
    lines(
        &about("memory", "Memory of the server", "caches are what declared caches say that they hold"),
        hold,
        &[group],
    )
}

/// What a leak would show in, from its lowest value, so that little growth can be seen.
fn grown(report: &Report, hold: Option<Hold>) -> Markup {
    let Some(leak) = &report.leak else { return html! {} };
    let bytes = |point: &Point| match leak.signal {
        Signal::Heap => point.heap.map(|heap| heap.unexplained as f64),
        Signal::Resident => point.memory.map(|memory| memory.rss as f64),
    };
    let group = Group {
        name: "MiB, not from zero",
        unit: "MiB",
        floor: Floor::Lowest,
        lines: vec![line(report, "measured", "a", |point| bytes(point).map(mebi))],
        limit: None,
        fit: fitted(report, leak),
    };
    let note = format!(
        "{}; {} a turn and its 95 % band; may grow by {} a turn",
        leak.signal.as_str(),
        leak.growth.map_or_else(|| "no trend".to_owned(), |growth| kibibytes(growth.slope)),
        kibibytes(leak.budget),
    );
    let title = format!("Memory leak: {}", leak.finding.as_str().to_lowercase());
    lines(&about("leak", &title, &note), hold, &[group])
}

/// The line of the leak rule over the time that it judged: it grows with turns, so that it bends where there were fewer.
fn fitted(report: &Report, leak: &Leak) -> Option<Fit> {
    let (fit, growth) = (leak.fit?, leak.growth?);
    let mut turns = 0;
    let mut points = Vec::new();
    for point in &report.series {
        turns += point.turns;
        let second = point.second as f64;
        if (fit.from_s..=fit.to_s).contains(&second) {
            let at = |slope: f64| mebi(fit.bytes + slope * (turns as f64 - fit.turns));
            let (one, other) = (at(growth.low), at(growth.high));
            points.push((second, one.min(other), at(growth.slope), one.max(other)));
        }
    }
    Some(Fit { label: "fitted".to_owned(), points })
}

fn descriptors(report: &Report, hold: Option<Hold>) -> Markup {
    let group = |name, unit, line| Group { name, unit, floor: Floor::Count, lines: vec![line], limit: None, fit: None };
    let groups = [
        group(
            "open file descriptors",
            "open",
            line(report, "files", "a", |point| point.memory.map(|memory| memory.descriptors as f64)),
        ),
        group("threads", "", line(report, "threads", "d", |point| point.memory.map(|memory| memory.threads as f64))),
    ];
    lines(&about("descriptors", "Files and threads of the server", ""), hold, &groups)
}
