//! Lines over time, in one panel or in several that share their seconds.

use maud::{Markup, html};

use super::{
    axis::Axis,
    frame::{ABOVE, About, BELOW, HEIGHT, MAX_HOVERS, Panel, WIDTH, figure, room_for_names, room_for_numbers},
    path::{area, band, middle, path, thinned},
    short,
};

/// Between two panels, besides the name of the lower one's axis.
const BETWEEN: f64 = 10.0;

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    /// What it is called where it ends.
    pub(crate) label: &'static str,
    /// The class that colours it.
    pub(crate) class: &'static str,
    /// How it is drawn.
    pub(crate) shape: Shape,
    /// Seconds and values; a gap where there is no value.
    pub(crate) points: Vec<(f64, Option<f64>)>,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As a line.
    Stroke,
    /// Filled down to zero.
    Area,
}

/// A fitted line with what it may be as well: `(second, low, value, high)`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fit {
    /// What it is called where it ends.
    pub(crate) label: String,
    /// In the order of their seconds.
    pub(crate) points: Vec<(f64, f64, f64, f64)>,
}

/// Lines with an axis of their own.
#[derive(Debug)]
pub(crate) struct Group {
    /// The name of the axis: what it is, in which unit.
    pub(crate) name: &'static str,
    /// The unit, as it stands behind a number.
    pub(crate) unit: &'static str,
    /// Where the axis begins.
    pub(crate) floor: Floor,
    /// What is drawn.
    pub(crate) lines: Vec<Line>,
    /// A limit, drawn across.
    pub(crate) limit: Option<(f64, String)>,
    /// What was fitted to a line.
    pub(crate) fit: Option<Fit>,
}

/// Where a vertical axis begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// At zero: heights can be compared.
    Zero,
    /// At zero, and only whole numbers are written.
    Count,
    /// Below the lowest value: small changes can be seen.
    Lowest,
}

/// The time in which all users were there, in seconds from the start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hold {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Group {
    fn values(&self) -> impl Iterator<Item = f64> + '_ {
        let fitted = self.fit.iter().flat_map(|fit| &fit.points).flat_map(|point| [point.1, point.3]);
        let drawn = self.lines.iter().flat_map(|line| &line.points).filter_map(|(_, value)| *value);
        drawn.chain(fitted).chain(self.limit.iter().map(|(at, _)| *at)).filter(|value| value.is_finite())
    }

    fn axis(&self) -> Axis {
        let highest = self.values().fold(0.0, f64::max);
        match self.floor {
            Floor::Zero => Axis::from_zero(highest * 1.03),
            Floor::Count => Axis::whole_from_zero(highest),
            Floor::Lowest => Axis::around(self.values().fold(f64::INFINITY, f64::min), highest),
        }
    }

    fn names(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        let lines = self.lines.iter().filter_map(|line| {
            let last = line.points.iter().rev().find_map(|(_, value)| *value)?;
            Some((line.class, line.label, last))
        });
        let fits = self.fit.iter().filter_map(|fit| Some(("fit", fit.label.as_str(), fit.points.last()?.2)));
        let limits = self.limit.iter().map(|(at, name)| ("limit", name.as_str(), *at));
        lines.chain(fits).chain(limits)
    }

    fn says(&self) -> String {
        let range = |line: &Line| {
            let values = || line.points.iter().filter_map(|(_, value)| *value).filter(|value| value.is_finite());
            let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
            let last = values().next_back()?;
            let (low, high, last) = (short(low), short(high), short(last));
            Some(format!("{}: {low} to {high} {}, {last} at the end", line.label, self.unit))
        };
        let ranges: Vec<String> = self.lines.iter().filter_map(range).collect();
        format!("{}: {}.", self.name, if ranges.is_empty() { "nothing seen".to_owned() } else { ranges.join("; ") })
    }
}

/// Draws them.
pub(crate) fn lines(about: &About<'_>, hold: Option<Hold>, groups: &[Group]) -> Markup {
    let seconds = groups.iter().flat_map(|group| &group.lines).flat_map(|line| &line.points).map(|point| point.0);
    let x = Axis::seconds(seconds.fold(1.0, f64::max));
    let axes: Vec<Axis> = groups.iter().map(Group::axis).collect();
    let right = WIDTH - room_for_names(groups.iter().flat_map(Group::names).map(|(_, name, _)| name));
    let left = room_for_numbers(&axes);
    let each = (HEIGHT - BELOW + BETWEEN) / groups.len().max(1) as f64;
    let panels = axes.iter().enumerate().map(|(index, y)| {
        let begins = each * index as f64;
        Panel { x: &x, y, left, right, top: begins + ABOVE, bottom: begins + each - BETWEEN }
    });
    let says: Vec<String> = groups.iter().map(Group::says).collect();
    let about = About { says: format!("{} {}", about.says, says.join(" ")), ..about.clone() };
    // Parts are named once, in the lowest panel.
    let names = |index: usize| if index + 1 == groups.len() { ["ramp", "end"] } else { ["", ""] };
    let drawn: Vec<Markup> = panels
        .clone()
        .zip(groups)
        .enumerate()
        .map(|(index, (panel, group))| html! { (grounds(&panel, hold, names(index))) (drawn(&panel, group)) })
        .collect();
    let last = panels.clone().next_back();
    figure(
        &about,
        &html! {
            @for group in drawn { (group) }
            @if let Some(panel) = last { (panel.x_axis("time since the start")) }
        },
    )
}

fn grounds(panel: &Panel<'_>, hold: Option<Hold>, [ramp, end]: [&str; 2]) -> Markup {
    let Some(hold) = hold else { return html! {} };
    html! { (panel.ground(0.0, hold.from, ramp)) (panel.ground(hold.to, panel.x.end(), end)) }
}

fn drawn(panel: &Panel<'_>, group: &Group) -> Markup {
    let names: Vec<_> = group.names().collect();
    html! {
        (panel.y_axis(group.name))
        @if let Some(fit) = &group.fit { path .band d=(band(panel, fit)) {} }
        @for line in &group.lines { (stroke(panel, line)) }
        @if let Some(fit) = &group.fit { path .line.fit d=(path(panel, &middle(fit))) {} }
        @if let Some((at, _)) = &group.limit { (panel.limit(*at)) }
        (panel.names(&names))
        (panel.hovers(hovers(group)))
    }
}

fn stroke(panel: &Panel<'_>, line: &Line) -> Markup {
    let points = thinned(&line.points);
    html! {
        @if line.shape == Shape::Area { path class=(format!("area {}", line.class)) d=(area(panel, &points)) {} }
        path class=(format!("line {}", line.class)) d=(path(panel, &points)) {}
    }
}

fn hovers(group: &Group) -> impl Iterator<Item = (f64, f64, String)> + '_ {
    let seconds: Vec<f64> =
        group.lines.first().into_iter().flat_map(|line| &line.points).map(|point| point.0).collect();
    let step = seconds.len().div_ceil(MAX_HOVERS).max(1);
    (0..seconds.len()).step_by(step).map(move |index| {
        let (from, width) = (seconds[index], step as f64);
        let value = |line: &Line| {
            let values = line.points.get(index..)?.iter().take(step).filter_map(|point| point.1);
            Some(format!("{} {} {}", line.label, short(values.max_by(f64::total_cmp)?), group.unit))
        };
        let values: Vec<String> = group.lines.iter().filter_map(value).collect();
        (from - width / 2.0, from + width / 2.0, format!("{from:.0} s: {}", values.join(", ")))
    })
}
