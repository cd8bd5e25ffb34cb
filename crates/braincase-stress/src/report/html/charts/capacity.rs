//! The capacity: the curve that all levels lie on, and the levels as a table.

use maud::{Markup, html};

use super::{
    super::{
        super::{
            Report,
            chart::curve::{Curve, Level, curve},
            table::time,
        },
        mark,
    },
    about,
};
use crate::{
    capacity::Capacity,
    stats::{Interval, usl::Usl},
};

/// The curve, if it was asked for.
pub(super) fn chart(report: &Report) -> Markup {
    let Some(capacity) = &report.capacity else { return html! {} };
    let measured_to = capacity.levels.iter().map(|level| level.users as f64).fold(0.0, f64::max);
    let level = |level: &crate::capacity::Level| Level {
        users: level.users as f64,
        per_second: level.turns_per_second,
        is_met: level.is_met,
    };
    let drawn = Curve {
        levels: capacity.levels.iter().map(level).collect(),
        law: capacity.curve.clone(),
        measured_to,
        answer: capacity.users.map(|users| users as f64),
        peak: capacity.usl.and_then(|usl| usl.peak_users),
    };
    let mut about = about("capacity", "Capacity", "");
    about.note = capacity.usl.as_ref().map_or_else(|| "too few levels for a law".to_owned(), told);
    about.says = format!("{}.", capacity.sentence);
    curve(&about, &drawn)
}

fn told(usl: &Usl) -> String {
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    format!(
        "Universal Scalability Law: contention {} (95 %: {} to {}), coherency {} (95 %: {} to {}), {:.0} % off",
        percent(usl.contention),
        percent(usl.contention_interval.low),
        percent(usl.contention_interval.high),
        percent(usl.coherency),
        percent(usl.coherency_interval.low),
        percent(usl.coherency_interval.high),
        usl.misfit * 100.0,
    )
}

/// Level by level, in the order in which they were tried.
pub(in super::super) fn levels(report: &Report) -> Markup {
    let Some(capacity) = &report.capacity else { return html! {} };
    html! {
        section {
            h2 { "Levels" }
            p .hint { (capacity.sentence) ". The rest of this report is of the level that this was said of." }
            div .wide tabindex="0" role="region" aria-label="Levels" { (table(capacity)) }
        }
    }
}

fn table(capacity: &Capacity) -> Markup {
    let heads = [
        "turns",
        "turns per second",
        "p50 of first answer",
        "p95",
        "95 % interval",
        "errors",
        "CPU of server",
        "CPU in use",
    ];
    html! {
        table {
            thead { tr { td {} th scope="col" { "users" } @for head in heads { th .n scope="col" { (head) } } } }
            tbody { @for level in &capacity.levels { tr {
                (mark(level.is_met))
                th scope="row" { (level.users) }
                td .n { (level.turns) }
                td .n { (format!("{:.2}", level.turns_per_second)) }
                td .n { (time(level.p50_ms)) }
                td .n { (time(level.p95_ms)) }
                td .n { (interval(level.p95_interval)) }
                td .n { (format!("{:.2} %", level.error_rate * 100.0)) }
                @for share in [level.cpu.map(|cpu| cpu.server), level.cpu.map(|cpu| cpu.busy)] {
                    td .n { (share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))) }
                }
            } } }
        }
    }
}

fn interval(Interval { low, high }: Interval) -> String {
    if high.is_finite() { format!("{} to {}", time(low), time(high)) } else { format!("{} and more", time(low)) }
}
