//! What all charts have: a title, a description for those who cannot see it, grounds, grids, axes and names of lines.

use maud::{Markup, html};

use super::{axis::Axis, n};

/// The picture; a page scales it.
pub(crate) const WIDTH: f64 = 480.0;
pub(crate) const HEIGHT: f64 = 240.0;
/// Room for the name of the vertical axis.
pub(crate) const ABOVE: f64 = 24.0;
/// Room for the numbers and the name of the horizontal one.
pub(crate) const BELOW: f64 = 36.0;
/// How wide a letter is at most: narrow screens show letters larger.
const LETTER: f64 = 7.3;
/// How far apart names of lines must be to be read.
const LINE_HEIGHT: f64 = 15.0;
/// The most places of a chart that tell their values.
pub(crate) const MAX_HOVERS: usize = 48;

/// What a chart is about.
#[derive(Debug, Clone)]
pub(crate) struct About<'a> {
    /// Unlike that of any other chart of the page.
    pub(crate) id: &'a str,
    /// What it shows.
    pub(crate) title: &'a str,
    /// What to know when reading it, in a few words.
    pub(crate) note: String,
    /// What it shows, in words, for those who cannot see it.
    pub(crate) says: String,
}

/// A chart that is ready.
pub(crate) fn figure(about: &About<'_>, inside: &Markup) -> Markup {
    let (title, says) = (format!("{}-title", about.id), format!("{}-says", about.id));
    html! {
        figure id=(about.id) {
            figcaption { b { (about.title) } @if !about.note.is_empty() { " " span .unit { (about.note) } } }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("{title} {says}")) {
                title id=(title) { (about.title) }
                desc id=(says) { (about.says) }
                (inside)
            }
        }
    }
}

/// Words where there is nothing to draw.
pub(crate) fn words(about: &About<'_>) -> Markup {
    html! {
        figure id=(about.id) { figcaption { b { (about.title) } } p .empty { (about.says) } }
    }
}

/// The space that one pair of axes spans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel<'a> {
    pub(crate) x: &'a Axis,
    pub(crate) y: &'a Axis,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl<'a> Panel<'a> {
    /// The whole picture, with room for the longest name of a line.
    pub(crate) fn whole(x: &'a Axis, y: &'a Axis, names: f64) -> Self {
        let (left, right) = (room_for_numbers([y]), WIDTH - names);
        Self { x, y, left, right, top: ABOVE, bottom: HEIGHT - BELOW }
    }

    pub(crate) fn x(&self, value: f64) -> f64 {
        self.left + self.x.share(value) * (self.right - self.left)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.share(value) * (self.bottom - self.top)
    }

    /// The vertical axis with its name.
    pub(crate) fn y_axis(&self, name: &str) -> Markup {
        let between = (self.bottom - self.top) / self.y.ticks.len().saturating_sub(1).max(1) as f64;
        let written = (LINE_HEIGHT / between).ceil().max(1.0) as usize;
        html! {
            text .axis x="2" y=(n(self.top - 11.0)) { (name) }
            @for (index, tick) in self.y.ticks.iter().enumerate() {
                line .grid x1=(n(self.left)) x2=(n(self.right)) y1=(n(self.y(tick.at))) y2=(n(self.y(tick.at))) {}
                @if index % written == 0 {
                    text x=(n(self.left - 6.0)) y=(n(self.y(tick.at) + 4.0)) text-anchor="end" { (tick.label) }
                }
            }
        }
    }

    /// The horizontal axis with its name.
    pub(crate) fn x_axis(&self, name: &str) -> Markup {
        html! {
            @for tick in &self.x.ticks {
                line .tick x1=(n(self.x(tick.at))) x2=(n(self.x(tick.at))) y1=(n(self.bottom)) y2=(n(self.bottom + 4.0)) {}
                text x=(n(self.x(tick.at))) y=(n(self.bottom + 16.0)) text-anchor="middle" { (tick.label) }
            }
            text .axis x=(n(self.right)) y=(n(self.bottom + 32.0)) text-anchor="end" { (name) }
        }
    }

    /// A part that is not what the rest is, with its name if there is room for it.
    pub(crate) fn ground(&self, from: f64, to: f64, name: &str) -> Markup {
        let (from, to) = (self.x(from), self.x(to));
        let has_room = !name.is_empty() && to - from > room_for(name);
        html! {
            @if to - from > 1.0 {
                rect .ground x=(n(from)) width=(n(to - from)) y=(n(self.top)) height=(n(self.bottom - self.top)) {}
                @if has_room { text .axis x=(n((from + to) / 2.0)) y=(n(self.top + 12.0)) text-anchor="middle" { (name) } }
            }
        }
    }

    /// A limit that must not be crossed, drawn across; its name stands where those of lines do.
    pub(crate) fn limit(&self, at: f64) -> Markup {
        let y = n(self.y(at));
        html! { line .limit x1=(n(self.left)) x2=(n(self.right)) y1=(y) y2=(y) {} }
    }

    /// The names of lines beside where they end: `(class, name, value)`.
    pub(crate) fn names(&self, names: &[(&str, &str, f64)]) -> Markup {
        let wanted: Vec<f64> = names.iter().map(|(_, _, value)| self.y(*value)).collect();
        let places = apart(&wanted, self.top, self.bottom);
        html! {
            @for ((class, name, _), y) in names.iter().zip(places) {
                text class=(format!("name {class}")) x=(n(self.right + 6.0)) y=(n(y + 4.0)) { (name) }
            }
        }
    }

    /// Places that tell their values to whoever points at them: `(from, to, text)`.
    pub(crate) fn hovers(&self, hovers: impl Iterator<Item = (f64, f64, String)>) -> Markup {
        html! {
            g .hover { @for (from, to, text) in hovers {
                rect x=(n(self.x(from))) width=(n((self.x(to) - self.x(from)).max(1.0))) y=(n(self.top))
                    height=(n(self.bottom - self.top)) { title { (text) } }
            } }
        }
    }
}

/// The room that a name needs beside a chart.
pub(crate) fn room_for(name: &str) -> f64 {
    name.chars().count() as f64 * LETTER + 12.0
}

/// The room that the longest of the names needs; never so much that nothing else has room.
pub(crate) fn room_for_names<'a>(names: impl IntoIterator<Item = &'a str>) -> f64 {
    names.into_iter().map(room_for).fold(16.0, f64::max).min(WIDTH / 2.5)
}

/// The room that the longest number of the axes needs.
pub(crate) fn room_for_numbers<'a>(axes: impl IntoIterator<Item = &'a Axis>) -> f64 {
    let labels = axes.into_iter().flat_map(|axis| &axis.ticks).map(|tick| tick.label.as_str());
    room_for_names(labels).max(34.0)
}

/// Moves places apart until each can be read, and keeps them within bounds and in order.
fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]));
    let mut places = wanted.to_vec();
    let mut least = top;
    for index in &order {
        places[*index] = places[*index].max(least);
        least = places[*index] + LINE_HEIGHT;
    }
    let mut most = bottom;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(most);
        most = places[*index] - LINE_HEIGHT;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_cover_each_other_are_moved_apart_in_order() {
        let places = apart(&[101.0, 100.0, 199.0, 20.0], 20.0, 200.0);
        assert_eq!(places, [115.0, 100.0, 199.0, 20.0]);
        assert_eq!(apart(&[200.0, 200.0, 200.0], 20.0, 200.0), [170.0, 185.0, 200.0]);
    }
}
