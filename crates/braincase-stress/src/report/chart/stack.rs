//! Bars over time, each made of its kinds, one on the other.

use maud::{Markup, html};

use super::{
    axis::Axis,
    frame::{About, MAX_HOVERS, Panel, figure, room_for_names},
    lines::Hold,
    n,
};

/// The colours of kinds; more kinds than that are one, called other.
const CLASSES: [&str; 5] = ["b", "a", "c", "d", "e"];
const OTHER: &str = "other";

/// How often one kind of thing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What it is called.
    pub(crate) name: String,
    /// How often in each second.
    pub(crate) seconds: Vec<u64>,
}

impl Kind {
    fn sum(&self) -> u64 {
        self.seconds.iter().sum()
    }
}

/// Draws them, the commonest at the bottom.
pub(crate) fn bars(about: &About<'_>, hold: Option<Hold>, kinds: &[Kind], last_second: f64) -> Markup {
    let kinds = commonest(kinds);
    let width = (last_second / MAX_HOVERS as f64).ceil().max(1.0) as usize;
    let columns = (last_second as usize).div_ceil(width).max(1);
    let count = |kind: &Kind, column: usize| -> u64 { kind.seconds.iter().skip(column * width).take(width).sum() };
    let heights = (0..columns).map(|column| kinds.iter().map(|kind| count(kind, column)).sum::<u64>());
    let (x, y) = (Axis::seconds(last_second), Axis::whole_from_zero(heights.max().unwrap_or(1) as f64));
    let names: Vec<String> = kinds.iter().map(|kind| format!("{} {}", kind.sum(), kind.name)).collect();
    let panel = Panel::whole(&x, &y, room_for_names(names.iter().map(String::as_str)));
    let named: Vec<_> = names
        .iter()
        .zip(CLASSES)
        .enumerate()
        // From the bottom up, as they lie on each other.
        .map(|(index, (name, class))| (class, name.as_str(), y.end() * (index as f64 + 0.5) / CLASSES.len() as f64))
        .collect();
    let about = About { says: format!("{} {}.", about.says, names.join(", ")), ..about.clone() };
    let name = if width == 1 { "errors in each second".to_owned() } else { format!("errors in each {width} s") };
    figure(
        &about,
        &html! {
            @if let Some(hold) = hold { (panel.ground(0.0, hold.from, "ramp")) (panel.ground(hold.to, x.end(), "end")) }
            (panel.y_axis(&name))
            @for (index, class) in (0..kinds.len()).zip(CLASSES) {
                path class=(format!("bar {class}")) d=(column_path(&panel, columns, width, |column| {
                    let below: u64 = kinds.iter().take(index).map(|kind| count(kind, column)).sum();
                    (below, below + kinds.get(index).map_or(0, |kind| count(kind, column)))
                })) {}
            }
            (panel.x_axis("time since the start"))
            (panel.names(&named))
            (panel.hovers((0..columns).filter_map(|column| {
                let told: Vec<String> = kinds.iter().map(|kind| (count(kind, column), &kind.name))
                    .filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
                let from = column * width;
                (!told.is_empty()).then(|| (from as f64, (from + width) as f64, format!("{from} s: {}", told.join(", "))))
            })))
        },
    )
}

fn column_path(panel: &Panel<'_>, columns: usize, width: usize, part: impl Fn(usize) -> (u64, u64)) -> String {
    let mut path = String::new();
    for column in 0..columns {
        let (low, high) = part(column);
        if high > low {
            let (left, right) = (panel.x((column * width) as f64), panel.x(((column + 1) * width) as f64));
            let (top, bottom) = (panel.y(high as f64), panel.y(low as f64));
            // A gap of half a unit keeps neighbours apart.
            path += &format!("M{} {}H{}V{}H{}Z", n(left), n(bottom), n((right - 0.5).max(left + 0.5)), n(top), n(left));
        }
    }
    path
}

/// As many as there are colours for; the rare ones together.
fn commonest(kinds: &[Kind]) -> Vec<Kind> {
    let mut sorted: Vec<Kind> = kinds.iter().filter(|kind| kind.sum() > 0).cloned().collect();
    sorted.sort_by(|one, other| other.sum().cmp(&one.sum()).then_with(|| one.name.cmp(&other.name)));
    if sorted.len() > CLASSES.len() {
        let rare = sorted.split_off(CLASSES.len() - 1);
        let last = rare.iter().map(|kind| kind.seconds.len()).max().unwrap_or(0);
        let at = |second: usize| rare.iter().filter_map(|kind| kind.seconds.get(second)).sum();
        sorted.push(Kind { name: OTHER.to_owned(), seconds: (0..last).map(at).collect() });
    }
    sorted
}

/// Whether there is anything to draw.
pub(crate) fn is_empty(kinds: &[Kind]) -> bool {
    kinds.iter().all(|kind| kind.sum() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_kinds_are_counted_together_and_none_is_lost() {
        let kinds: Vec<Kind> = (1..=9).map(|n| Kind { name: format!("k{n}"), seconds: vec![n, 0, n] }).collect();
        let common = commonest(&kinds);
        let names: Vec<&str> = common.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(names, ["k9", "k8", "k7", "k6", OTHER]);
        assert_eq!(common.iter().map(Kind::sum).sum::<u64>(), kinds.iter().map(Kind::sum).sum::<u64>());
    }
}
