//! Paths: from points to the words in which a picture says where a line goes.

use super::{frame::Panel, lines::Fit, n};

/// The most points of a line; of longer series the highest of some seconds each are drawn.
const MAX_POINTS: usize = 240;

/// Few enough points to be drawn: of each chunk its highest.
pub(super) fn thinned(points: &[(f64, Option<f64>)]) -> Vec<(f64, Option<f64>)> {
    let chunk = points.len().div_ceil(MAX_POINTS).max(1);
    let highest = |chunk: &[(f64, Option<f64>)]| {
        let value = chunk.iter().filter_map(|point| point.1).max_by(f64::total_cmp);
        chunk.first().map(|point| (point.0, value))
    };
    points.chunks(chunk).filter_map(highest).collect()
}

/// A line that breaks where there is no value; a value between two gaps is a dot.
pub(super) fn path(panel: &Panel<'_>, points: &[(f64, Option<f64>)]) -> String {
    let mut path = String::new();
    for run in runs(points) {
        let mut command = 'M';
        for (x, y) in &run {
            path += &format!("{command}{} {}", n(panel.x(*x)), n(panel.y(*y)));
            command = 'L';
        }
        if run.len() == 1 {
            path += "h.1";
        }
    }
    path
}

/// What lies between a line and the floor.
pub(super) fn area(panel: &Panel<'_>, points: &[(f64, Option<f64>)]) -> String {
    let whole = |run: Vec<(f64, f64)>| {
        let line: Vec<(f64, Option<f64>)> = run.iter().map(|(x, y)| (*x, Some(*y))).collect();
        let (first, last) = (run.first()?.0, run.last()?.0);
        let floor = n(panel.bottom);
        Some(format!("{}L{} {floor}L{} {floor}Z", path(panel, &line), n(panel.x(last)), n(panel.x(first))))
    };
    runs(points).into_iter().filter_map(whole).collect()
}

/// What lies between gaps.
fn runs(points: &[(f64, Option<f64>)]) -> Vec<Vec<(f64, f64)>> {
    let parts = points.split(|(_, value)| !value.is_some_and(f64::is_finite));
    let part = |part: &[(f64, Option<f64>)]| -> Vec<(f64, f64)> {
        part.iter().filter_map(|(x, value)| Some((*x, (*value)?))).collect()
    };
    parts.map(part).filter(|run| !run.is_empty()).collect()
}

/// The fitted line itself.
pub(super) fn middle(fit: &Fit) -> Vec<(f64, Option<f64>)> {
    thinned(&fit.points.iter().map(|point| (point.0, Some(point.2))).collect::<Vec<_>>())
}

/// What it may be as well.
pub(super) fn band(panel: &Panel<'_>, fit: &Fit) -> String {
    let chunk = fit.points.len().div_ceil(MAX_POINTS / 2).max(1);
    let points: Vec<_> = fit.points.iter().step_by(chunk).chain(fit.points.last()).collect();
    let upper = points.iter().map(|point| (point.0, point.3));
    let lower = points.iter().rev().map(|point| (point.0, point.1));
    let place = |(x, y): (f64, f64)| format!("{} {}", n(panel.x(x)), n(panel.y(y)));
    let places: Vec<String> = upper.chain(lower).map(place).collect();
    if places.is_empty() { String::new() } else { format!("M{}Z", places.join("L")) }
}
