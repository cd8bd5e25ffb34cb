//! A heatmap: when things ended (across) and how long they took (up), the darker the more of them.

use maud::{Markup, html};

use super::{
    axis::Axis,
    frame::{About, MAX_HOVERS, Panel, WIDTH, figure, room_for_names},
    lines::Hold,
    n,
};

/// Shades of darkness.
const SHADES: u32 = 5;
/// The most columns that are drawn; of more, some are drawn as one.
const MAX_COLUMNS: usize = 90;

/// How many of them there are in each cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells<'a> {
    /// Seconds in a column.
    pub(crate) column_s: usize,
    /// Where rows begin and end, in milliseconds: one more than there are rows.
    pub(crate) bounds_ms: &'a [f64],
    /// Counts by column, then by row.
    pub(crate) columns: &'a [Vec<u64>],
}

/// Draws it, with a limit across.
pub(crate) fn heatmap(
    about: &About<'_>,
    hold: Option<Hold>,
    cells: &Cells<'_>,
    limit: Option<&(f64, String)>,
) -> Markup {
    let merge = cells.columns.len().div_ceil(MAX_COLUMNS).max(1);
    let columns: Vec<Vec<u64>> = cells.columns.chunks(merge).map(|chunk| sums(chunk, cells.bounds_ms.len())).collect();
    let width = (cells.column_s.max(1) * merge) as f64;
    let most = columns.iter().flatten().copied().max().unwrap_or(0).max(1);
    let x = Axis::seconds(width * columns.len() as f64);
    let bound = |value: Option<&f64>, other: f64| value.copied().unwrap_or(other);
    let limit_ms = limit.map_or(0.0, |(at, _)| at * 1.2);
    let y = Axis::doublings_of_ms(
        bound(cells.bounds_ms.first(), 1.0),
        bound(cells.bounds_ms.last(), 1_000.0).max(limit_ms),
    );
    let names: Vec<_> = limit.iter().map(|(at, name)| ("limit", name.as_str(), *at)).collect();
    let panel = Panel::whole(&x, &y, room_for_names(names.iter().map(|name| name.1)));
    figure(
        about,
        &html! {
            @if let Some(hold) = hold { (panel.ground(0.0, hold.from, "")) (panel.ground(hold.to, x.end(), "")) }
            (panel.y_axis("time of a turn"))
            @for shade in 1..=SHADES {
                path class=(format!("heat h{shade}")) d=(shaded(&panel, &columns, cells.bounds_ms, width, |count| {
                    shade_of(count, most) == shade
                })) {}
            }
            @if let Some((at, _)) = limit { (panel.limit(*at)) }
            (panel.names(&names))
            (panel.x_axis("when it ended, since the start"))
            (key(most))
            (panel.hovers(hovers(&columns, cells.bounds_ms, width)))
        },
    )
}

/// Which shade stands for how many, at the top right.
fn key(most: u64) -> Markup {
    let (most, size) = (format!("{most} turns"), 11.0);
    let ends = WIDTH - 16.0 - most.chars().count() as f64 * 7.3;
    let begins = ends - size * f64::from(SHADES) - 6.0;
    html! {
        text x=(n(begins - 6.0)) y="13" text-anchor="end" { "1" }
        @for shade in 1..=SHADES {
            rect class=(format!("heat h{shade}")) x=(n(begins + size * f64::from(shade - 1))) y="4" width=(n(size)) height=(n(size)) {}
        }
        text x=(n(ends)) y="13" { (most) }
    }
}

/// From the lightest, one, to the darkest, the most that occurs; in between each step is as much more as the one before.
fn shade_of(count: u64, most: u64) -> u32 {
    match (count, most) {
        (0, _) => 0,
        (_, 1) => SHADES,
        (count, most) => {
            let share = (count as f64).ln() / (most as f64).ln();
            1 + (share * f64::from(SHADES - 1)).round() as u32
        }
    }
}

/// The cells of one shade; those of a row that touch are one shape.
fn shaded(
    panel: &Panel<'_>,
    columns: &[Vec<u64>],
    bounds_ms: &[f64],
    width: f64,
    is_of_shade: impl Fn(u64) -> bool,
) -> String {
    let mut path = String::new();
    for (row, bounds) in bounds_ms.windows(2).enumerate() {
        let (top, bottom) = (n(panel.y(bounds[1])), n(panel.y(bounds[0])));
        let mut column = 0;
        while column < columns.len() {
            let is_same =
                |at: usize| columns.get(at).and_then(|column| column.get(row)).is_some_and(|count| is_of_shade(*count));
            let length = (column..columns.len()).take_while(|at| is_same(*at)).count();
            if length > 0 {
                let (left, right) = (panel.x(column as f64 * width), panel.x((column + length) as f64 * width));
                let wide = n(right - left);
                path += &format!("M{} {bottom}h{wide}V{top}h-{wide}z", n(left));
            }
            column += length.max(1);
        }
    }
    path
}

fn sums(columns: &[Vec<u64>], bounds: usize) -> Vec<u64> {
    let row = |row: usize| columns.iter().filter_map(|column| column.get(row)).sum();
    (0..bounds.saturating_sub(1)).map(row).collect()
}

fn hovers<'a>(
    columns: &'a [Vec<u64>],
    bounds_ms: &'a [f64],
    width: f64,
) -> impl Iterator<Item = (f64, f64, String)> + 'a {
    let step = columns.len().div_ceil(MAX_HOVERS).max(1);
    columns.chunks(step).enumerate().filter_map(move |(index, chunk)| {
        let counts = sums(chunk, bounds_ms.len());
        let slowest = counts.iter().rposition(|count| *count > 0)?;
        let (from, to) = ((index * step) as f64 * width, (index * step + chunk.len()) as f64 * width);
        let (count, bound) = (counts.iter().sum::<u64>(), crate::report::table::time(*bounds_ms.get(slowest + 1)?));
        Some((from, to, format!("{from:.0} to {to:.0} s: {count} turns, none longer than {bound}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_the_lightest_and_the_most_is_the_darkest() {
        assert_eq!([0, 1, 3, 10, 100].map(|count| shade_of(count, 100)), [0, 1, 2, 3, 5]);
        assert_eq!(shade_of(1, 1), SHADES);
    }

    #[test]
    fn cells_that_touch_are_one_shape() {
        let (x, y) = (Axis::seconds(4.0), Axis::doublings_of_ms(100.0, 200.0));
        let panel = Panel::whole(&x, &y, 16.0);
        let path = shaded(&panel, &[vec![2], vec![2], vec![0], vec![2]], &[100.0, 200.0], 1.0, |count| count == 2);
        assert_eq!(path.matches('M').count(), 2);
    }
}
