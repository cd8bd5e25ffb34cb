//! The main colours: k-means in Oklab over a histogram, so that the cost depends on the colours and not on the pixels.

use braincase_core::image::Swatch;

use super::oklab::Lab;

const MOST_COLORS: usize = 6;
const MOST_ROUNDS: usize = 12;
/// Clusters nearer than this are one colour to the eye that looks at a whole picture; 0.02 is the least it sees at all.
const SAME_COLOR: f32 = 0.06;
/// What covers less is a detail and counts for the colour next to it.
const LEAST_SHARE: f64 = 0.01;
/// Histogram cells along each axis; each cell keeps the true mean of its pixels, so that the grid does not show.
const CELLS: usize = 32;

/// The main colours of a histogram, the most frequent first; shares are thousandths that add up to 1.
pub(super) fn palette(cells: &[Cluster]) -> Vec<Swatch> {
    let mut clusters = kmeans(cells);
    merge(&mut clusters);
    swatches(&clusters)
}

/// Pixels that look alike: their mean and how many they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cluster {
    pub(super) mean: Lab,
    pub(super) weight: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    l: f64,
    a: f64,
    b: f64,
    weight: f64,
}

impl Sum {
    fn add(&mut self, lab: Lab, weight: f64) {
        self.l += f64::from(lab.l) * weight;
        self.a += f64::from(lab.a) * weight;
        self.b += f64::from(lab.b) * weight;
        self.weight += weight;
    }

    fn cluster(self) -> Option<Cluster> {
        let mean = |sum: f64| (sum / self.weight) as f32;
        let cluster =
            || Cluster { mean: Lab { l: mean(self.l), a: mean(self.a), b: mean(self.b) }, weight: self.weight };
        (self.weight > 0.0).then(cluster)
    }
}

/// The occupied cells in the order of the grid, which does not depend on the order of the pixels.
pub(super) fn histogram(labs: &[Lab]) -> Vec<Cluster> {
    let mut cells = vec![Sum::default(); CELLS * CELLS * CELLS];
    for lab in labs {
        // The two axes of all sRGB colours lie within ±0.32.
        let [l, a, b] = [lab.l, lab.a * 1.5 + 0.5, lab.b * 1.5 + 0.5].map(step);
        cells[(l * CELLS + a) * CELLS + b].add(*lab, 1.0);
    }
    cells.into_iter().filter_map(Sum::cluster).collect()
}

fn step(share: f32) -> usize {
    ((share * CELLS as f32) as usize).min(CELLS - 1)
}

fn kmeans(cells: &[Cluster]) -> Vec<Cluster> {
    let mut centers = seeds(cells);
    for _ in 0..MOST_ROUNDS {
        let mut sums = vec![Sum::default(); centers.len()];
        for cell in cells {
            sums[nearest(&centers, cell.mean)].add(cell.mean, cell.weight);
        }
        let moved: Vec<Cluster> = sums.into_iter().filter_map(Sum::cluster).collect();
        if moved == centers {
            break;
        }
        centers = moved;
    }
    centers
}

/// k-means++ without its dice: each seed is the cell that weighs most by its squared distance to the seeds before it.
fn seeds(cells: &[Cluster]) -> Vec<Cluster> {
    let mut seeds: Vec<Cluster> = Vec::with_capacity(MOST_COLORS);
    let mut gaps = vec![1.0_f32; cells.len()];
    while seeds.len() < MOST_COLORS {
        let pull = |at: &usize| cells[*at].weight * f64::from(gaps[*at]);
        let Some(next) = (0..cells.len()).max_by(|x, y| pull(x).total_cmp(&pull(y))).filter(|at| gaps[*at] > 0.0)
        else {
            break;
        };
        seeds.push(cells[next]);
        for (gap, cell) in gaps.iter_mut().zip(cells) {
            *gap = gap.min(cell.mean.distance_squared(cells[next].mean));
        }
    }
    seeds
}

/// Which of the centers looks most like the colour; 0 if there are none.
fn nearest(centers: &[Cluster], lab: Lab) -> usize {
    let distance = |at: &usize| centers[*at].mean.distance_squared(lab);
    (0..centers.len()).min_by(|x, y| distance(x).total_cmp(&distance(y))).unwrap_or_default()
}

/// Joins clusters that look the same, then gives the tiny ones to their neighbours.
fn merge(clusters: &mut Vec<Cluster>) {
    while let Some((first, second, distance)) = closest(clusters) {
        let total: f64 = clusters.iter().map(|cluster| cluster.weight).sum();
        let tiny = |cluster: &Cluster| cluster.weight < total * LEAST_SHARE;
        if distance < SAME_COLOR * SAME_COLOR {
            join(clusters, first, second);
        } else if let Some(small) = clusters.iter().position(tiny) {
            let lost = clusters.remove(small);
            let heir = nearest(clusters, lost.mean);
            clusters[heir].weight += lost.weight;
        } else {
            break;
        }
    }
}

fn closest(clusters: &[Cluster]) -> Option<(usize, usize, f32)> {
    let pairs = (0..clusters.len()).flat_map(|x| (x + 1..clusters.len()).map(move |y| (x, y)));
    let measured = pairs.map(|(x, y)| (x, y, clusters[x].mean.distance_squared(clusters[y].mean)));
    measured.min_by(|(.., x), (.., y)| x.total_cmp(y))
}

fn join(clusters: &mut Vec<Cluster>, first: usize, second: usize) {
    let other = clusters.remove(second);
    let mut sum = Sum::default();
    sum.add(clusters[first].mean, clusters[first].weight);
    sum.add(other.mean, other.weight);
    clusters[first] = sum.cluster().unwrap_or(other);
}

/// Rounds shares to thousandths by the largest remainders, so that they still add up to 1.
fn swatches(clusters: &[Cluster]) -> Vec<Swatch> {
    let total: f64 = clusters.iter().map(|cluster| cluster.weight).sum();
    let exact: Vec<f64> = clusters.iter().map(|cluster| cluster.weight / total * 1000.0).collect();
    let mut thousandths: Vec<f64> = exact.iter().map(|share| share.floor()).collect();
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    by_remainder.sort_by(|x, y| exact[*y].fract().total_cmp(&exact[*x].fract()));
    let missing = (1000.0 - thousandths.iter().sum::<f64>()).round() as usize;
    for at in by_remainder.into_iter().take(missing) {
        thousandths[at] += 1.0;
    }
    let swatch = |(cluster, share): (&Cluster, f64)| Swatch { color: cluster.mean.color(), share: share / 1000.0 };
    let mut swatches: Vec<Swatch> = clusters.iter().zip(thousandths).map(swatch).collect();
    swatches.sort_by(|x, y| y.share.total_cmp(&x.share).then(x.color.cmp(&y.color)));
    swatches
}
