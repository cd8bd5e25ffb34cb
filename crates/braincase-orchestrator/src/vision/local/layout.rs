//! Where in an image something is going on: a grid of three by three, judged by how much the lightness changes.

use braincase_core::{color::Color, image::Region};

use super::{facts::rounded, oklab::Lab, raster::cuts};

/// Below this mean change from pixel to pixel a region is as good as empty.
const STILL: f64 = 0.002;

/// The regions, the busiest first; activity is relative to the busiest. An image that is less than three pixels wide or
/// high is not divided that way.
pub(super) fn regions(labs: &[Lab], width: usize, height: usize) -> Vec<Region> {
    let changes = changes(labs, width, height);
    let (columns, rows) = (parts(width), parts(height));
    let mut regions = Vec::with_capacity(columns * rows);
    for (row, (top, bottom)) in cuts(height, rows).enumerate() {
        for (column, (left, right)) in cuts(width, columns).enumerate() {
            let places = (top..bottom).flat_map(|y| (left..right).map(move |x| y * width + x));
            let (x, span) = extent(column, columns);
            let (y, drop) = extent(row, rows);
            regions.push(Region {
                name: name((column, columns), (row, rows)),
                x,
                y,
                width: span,
                height: drop,
                activity: mean(places.clone().map(|at| f64::from(changes[at]))),
                color: mean_color(&places.map(|at| labs[at])),
            });
        }
    }
    relate(&mut regions);
    regions
}

/// Each change between neighbours counts half for each of the two, so that turning an image turns its changes.
fn changes(labs: &[Lab], width: usize, height: usize) -> Vec<f32> {
    let mut changes = vec![0.0_f32; labs.len()];
    let mut share = |x: usize, y: usize| {
        let half = (labs[x].l - labs[y].l).abs() / 2.0;
        changes[x] += half;
        changes[y] += half;
    };
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if x + 1 < width {
                share(at, at + 1);
            }
            if y + 1 < height {
                share(at, at + width);
            }
        }
    }
    changes
}

fn relate(regions: &mut [Region]) {
    let busiest = regions.iter().map(|region| region.activity).fold(0.0, f64::max);
    for region in regions.iter_mut() {
        region.activity = if busiest < STILL { 0.0 } else { rounded(region.activity / busiest) };
    }
    regions.sort_by(|x, y| y.activity.total_cmp(&x.activity));
}

const fn parts(length: usize) -> usize {
    if length < 3 { 1 } else { 3 }
}

fn extent(part: usize, parts: usize) -> (f64, f64) {
    let edge = |part: usize| rounded(part as f64 / parts as f64);
    (edge(part), rounded(edge(part + 1) - edge(part)))
}

fn name((column, columns): (usize, usize), (row, rows): (usize, usize)) -> String {
    let word = |part: usize, parts: usize, words: [&'static str; 3]| if parts == 1 { "" } else { words[part] };
    let across = word(column, columns, ["left", "", "right"]);
    let down = word(row, rows, ["top", "", "bottom"]);
    match (down, across) {
        ("", "") => "center".to_owned(),
        (one, "") | ("", one) => one.to_owned(),
        (down, across) => format!("{down} {across}"),
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    sum / f64::max(count, 1.0)
}

fn mean_color(labs: &(impl Iterator<Item = Lab> + Clone)) -> Color {
    let axis = |of: fn(Lab) -> f32| mean(labs.clone().map(|lab| f64::from(of(lab)))) as f32;
    Lab { l: axis(|lab| lab.l), a: axis(|lab| lab.a), b: axis(|lab| lab.b) }.color()
}
