//! The capacity curve: what so many users get done, what the fitted law says, and how far it may be asked.

use maud::{Markup, html};

use super::{
    axis::Axis,
    frame::{About, Panel, figure, room_for},
    n,
    path::path,
    short,
};

/// What was measured and fitted.
#[derive(Debug, Default)]
pub(crate) struct Curve {
    /// Levels in any order.
    pub(crate) levels: Vec<Level>,
    /// Users and turns per second as the law says, in the order of users.
    pub(crate) law: Vec<(f64, f64)>,
    /// How many users the largest level had.
    pub(crate) measured_to: f64,
    /// The most users for whom the targets are met.
    pub(crate) answer: Option<f64>,
    /// Users at whom the most is done, as the law says.
    pub(crate) peak: Option<f64>,
}

/// One level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) users: f64,
    pub(crate) per_second: f64,
    /// Whether it met the targets.
    pub(crate) is_met: bool,
}

/// Draws it.
pub(crate) fn curve(about: &About<'_>, curve: &Curve) -> Markup {
    let measured = curve.levels.iter().map(|level| level.users).fold(curve.measured_to, f64::max);
    let furthest = curve.law.iter().map(|point| point.0).fold(measured * 1.1, f64::max);
    let highest = curve.law.iter().map(|point| point.1).chain(curve.levels.iter().map(|level| level.per_second));
    let (x, y) = (Axis::counts(furthest), Axis::from_zero(highest.fold(0.0, f64::max) * 1.1));
    let panel = Panel::whole(&x, &y, 20.0);
    let about = About { says: format!("{} {}", about.says, told(curve)), ..about.clone() };
    let [within, beyond] = parts(&curve.law, measured);
    figure(
        &about,
        &html! {
            (panel.ground(measured, x.end(), ""))
            @if panel.x(x.end()) - panel.x(measured) > room_for("not measured") {
                text .axis x=(n(panel.right - 6.0)) y=(n(panel.bottom - 7.0)) text-anchor="end" { "not measured" }
            }
            (panel.y_axis("turns per second"))
            @if let Some(answer) = curve.answer { (answered(&panel, answer)) }
            path .line.fit d=(path(&panel, &within)) {}
            path .line.fit.guess d=(path(&panel, &beyond)) {}
            @if let Some((users, per_second)) = curve.peak.and_then(|peak| nearest(&curve.law, peak)) {
                circle .peak cx=(n(panel.x(users))) cy=(n(panel.y(per_second))) r="4" {}
                text .halo.soft x=(n(panel.x(users))) y=(n(panel.y(per_second) + 19.0)) text-anchor="middle" { "peak near " (short(users.round())) }
            }
            @for level in &curve.levels { (dot(&panel, level)) }
            (names(&panel, curve))
            (panel.x_axis("users at once"))
        },
    )
}

/// Levels differ in shape too, not only in colour.
fn dot(panel: &Panel<'_>, level: &Level) -> Markup {
    let (x, y) = (panel.x(level.users), panel.y(level.per_second));
    let (users, done) = (short(level.users), short(level.per_second));
    html! {
        @if level.is_met {
            circle .level.met cx=(n(x)) cy=(n(y)) r="4" { title { (users) " users: " (done) " turns per second, targets met" } }
        } @else {
            path .level.missed d=(format!("M{} {}l8 8m0 -8l-8 8", n(x - 4.0), n(y - 4.0))) {
                title { (users) " users: " (done) " turns per second, targets missed" }
            }
        }
    }
}

/// Says once what each shape means, where it is first met.
fn names(panel: &Panel<'_>, curve: &Curve) -> Markup {
    let by_users = |one: &&Level, other: &&Level| one.users.total_cmp(&other.users);
    let met = curve.levels.iter().filter(|level| level.is_met).min_by(by_users);
    let missed = curve.levels.iter().filter(|level| !level.is_met).min_by(by_users);
    let name = |level: &Level, class: &str, name: &str, dy: f64| {
        let (x, y) = (panel.x(level.users), panel.y(level.per_second));
        html! { text class=(format!("halo {class}")) x=(n((x + 8.0).min(panel.right - room_for(name)))) y=(n((y + dy).min(panel.bottom - 7.0))) { (name) } }
    };
    html! {
        @if let Some(level) = met { (name(level, "good", "targets met", 12.0)) }
        @if let Some(level) = missed { (name(level, "bad", "targets missed", -10.0)) }
    }
}

fn answered(panel: &Panel<'_>, users: f64) -> Markup {
    let (x, name) = (panel.x(users), format!("{} users", short(users.round())));
    let is_left = x + room_for(&name) > panel.right;
    html! {
        line .answer x1=(n(x)) x2=(n(x)) y1=(n(panel.top)) y2=(n(panel.bottom)) {}
        text .halo.answer x=(n(if is_left { x - 5.0 } else { x + 5.0 })) y=(n(panel.bottom - 7.0))
            text-anchor=(if is_left { "end" } else { "start" }) { (name) }
    }
}

/// The part of the law that was measured and the part that is a guess; they share the point between them.
fn parts(law: &[(f64, f64)], measured: f64) -> [Vec<(f64, Option<f64>)>; 2] {
    let point = |point: &(f64, f64)| (point.0, Some(point.1));
    let within: Vec<_> = law.iter().filter(|(users, _)| *users <= measured).map(point).collect();
    let rest = law.iter().filter(|(users, _)| *users > measured).map(point);
    let beyond = within.last().copied().into_iter().chain(rest).collect();
    [within, beyond]
}

fn nearest(law: &[(f64, f64)], users: f64) -> Option<(f64, f64)> {
    let distance = |point: &&(f64, f64)| (point.0 - users).abs();
    law.iter().min_by(|one, other| distance(one).total_cmp(&distance(other))).copied()
}

fn told(curve: &Curve) -> String {
    let level = |level: &Level| {
        let met = if level.is_met { "met" } else { "missed" };
        format!("{} users {} turns per second, targets {met}", short(level.users), short(level.per_second))
    };
    let mut levels = curve.levels.clone();
    levels.sort_by(|one, other| one.users.total_cmp(&other.users));
    format!("{}.", levels.iter().map(level).collect::<Vec<_>>().join("; "))
}
