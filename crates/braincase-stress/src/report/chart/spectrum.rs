//! The spectrum of percentiles: how long the slowest share takes, each further nine as wide as the one before.

use maud::{Markup, html};

use super::{
    axis::Axis,
    frame::{About, Panel, figure, room_for, room_for_names},
    n,
    path::path,
};
use crate::report::table::time;

/// What a spectrum is of.
#[derive(Debug)]
pub(crate) struct Spectrum {
    /// What it is called where it ends.
    pub(crate) label: &'static str,
    /// The class that colours it.
    pub(crate) class: &'static str,
    /// Percentiles, in per cent, and how many milliseconds they take at most, both growing.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A percentile that must stay below so many milliseconds.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) percentile: f64,
    pub(crate) max_ms: f64,
    pub(crate) name: String,
}

/// Draws them.
pub(crate) fn spectra(about: &About<'_>, spectra: &[Spectrum], target: Option<&Target>) -> Markup {
    let beyond = |percentile: f64| 100.0 / (100.0 - percentile.clamp(0.0, 100.0));
    // The last line of a spectrum is the maximum, which is no percentile: it is drawn where the one before it was.
    let placed = |spectrum: &Spectrum| {
        let mut last = 1.0;
        let place = |(percentile, ms): &(f64, f64)| {
            let at = beyond(*percentile);
            last = if at.is_finite() { at } else { last };
            (last, Some(ms / 1e3))
        };
        spectrum.points.iter().map(place).collect::<Vec<_>>()
    };
    let all: Vec<_> = spectra.iter().map(placed).collect();
    let furthest = all.iter().flatten().map(|point| point.0).fold(20.0, f64::max);
    let highest = all.iter().flatten().filter_map(|point| point.1).chain(target.map(|target| target.max_ms / 1e3));
    let (x, y) = (Axis::nines(furthest), Axis::from_zero(highest.fold(0.0, f64::max) * 1.03));
    let panel = Panel::whole(&x, &y, room_for_names(spectra.iter().map(|spectrum| spectrum.label)));
    let names: Vec<_> = spectra
        .iter()
        .zip(&all)
        .filter_map(|(spectrum, points)| Some((spectrum.class, spectrum.label, points.last()?.1?)))
        .collect();
    let says: Vec<String> = spectra.iter().filter_map(told).collect();
    let about = About { says: format!("{} {}", about.says, says.join(" ")), ..about.clone() };
    figure(
        &about,
        &html! {
            (panel.y_axis("seconds"))
            @for tick in &x.ticks {
                line .grid x1=(n(panel.x(tick.at))) x2=(n(panel.x(tick.at))) y1=(n(panel.top)) y2=(n(panel.bottom)) {}
            }
            @for (spectrum, points) in spectra.iter().zip(&all) {
                path class=(format!("line {}", spectrum.class)) d=(path(&panel, points)) {}
            }
            @if let Some(target) = target { (mark(&panel, target, beyond(target.percentile))) }
            (panel.x_axis("this share of turns takes at most so long"))
            (panel.names(&names))
            (panel.hovers(hovers(&panel, spectra, beyond)))
        },
    )
}

/// The target: everything right of the place where the line meets it may take longer.
fn mark(panel: &Panel<'_>, target: &Target, at: f64) -> Markup {
    let (x, y) = (panel.x(at), panel.y(target.max_ms / 1e3));
    let is_left = x - room_for(&target.name) > panel.left;
    html! {
        path .limit.wall d=(format!("M{} {}H{}V{}", n(panel.left), n(y), n(x), n(panel.bottom))) {}
        circle .goal cx=(n(x)) cy=(n(y)) r="3.5" {}
        text .limit x=(n(if is_left { x - 6.0 } else { x + 6.0 })) y=(n(y - 6.0))
            text-anchor=(if is_left { "end" } else { "start" }) { (target.name) }
    }
}

fn told(spectrum: &Spectrum) -> Option<String> {
    let at =
        |share: f64| spectrum.points.iter().find(|(percentile, _)| *percentile >= share).map(|point| time(point.1));
    let (half, most, longest) = (at(50.0)?, at(95.0)?, time(spectrum.points.last()?.1));
    Some(format!("{}: half within {half}, 95 % within {most}, the longest {longest}.", spectrum.label))
}

fn hovers<'a>(
    panel: &'a Panel<'_>,
    spectra: &'a [Spectrum],
    beyond: impl Fn(f64) -> f64 + 'a,
) -> impl Iterator<Item = (f64, f64, String)> + 'a {
    const SHARES: [f64; 12] = [10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.99, 99.999];
    SHARES.into_iter().filter_map(move |share| {
        let at = beyond(share);
        let value = |spectrum: &Spectrum| {
            let (_, ms) = spectrum.points.iter().find(|(percentile, _)| *percentile >= share && *percentile < 100.0)?;
            Some(format!("{} {}", spectrum.label, time(*ms)))
        };
        let values: Vec<String> = spectra.iter().filter_map(value).collect();
        let is_within = at <= panel.x.end() && !values.is_empty();
        is_within.then(|| (at / 1.15, at * 1.15, format!("{share} %: {}", values.join(", "))))
    })
}
