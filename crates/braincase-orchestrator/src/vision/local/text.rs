//! Whether an image shows writing, from how ink and paper alternate; nothing is read.
//!
//! Writing is made of strokes: few greys between ink and paper, many changes along a line, and lines apart from each
//! other. Fur, leaves and noise change as often but leave no empty lines; stripes and outlines leave empty lines but do
//! not change often. The image is cut into blocks of 32 pixels, at several scales because letters have several sizes,
//! and the score is how much of what is not flat looks like writing at the best scale.

use super::oklab::srgb;
use super::raster::Raster;

const BLOCK: usize = 32;
/// The least difference between ink and paper, of 255.
const CONTRAST: u8 = 48;
/// Blocks along the longer side.
const MANY: usize = 16;
/// The longest side of the smallest scale; half of it is four blocks.
const SMALLEST: usize = 64;

/// 0–1.
pub(super) fn text_likelihood(raster: &Raster) -> f64 {
    let mut plane = Plane::of(raster);
    let mut best = plane.score();
    while plane.width.max(plane.height) >= 2 * SMALLEST && plane.width.min(plane.height) >= 2 {
        plane = plane.halved();
        best = best.max(plane.score());
    }
    best
}

/// Greys, row by row.
struct Plane {
    width: usize,
    height: usize,
    greys: Vec<u8>,
}

impl Plane {
    /// Luma by ITU-R BT.709, in 256ths.
    fn of(raster: &Raster) -> Self {
        let luma = |light: &[u16; 3]| {
            let [r, g, b] = srgb(*light).map(u32::from);
            u8::try_from((54 * r + 183 * g + 19 * b) >> 8).unwrap_or(u8::MAX)
        };
        Self { width: raster.width, height: raster.height, greys: raster.pixels.iter().map(luma).collect() }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut greys = Vec::with_capacity(width * height);
        for rows in self.greys.chunks_exact(2 * self.width).take(height) {
            let (upper, lower) = rows.split_at(self.width);
            greys.extend(upper.as_chunks().0.iter().zip(lower.as_chunks().0).map(|([a, b], [c, d])| {
                let sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
                u8::try_from(sum / 4).unwrap_or(u8::MAX)
            }));
        }
        Self { width, height, greys }
    }

    /// How much of what is not flat looks like writing; little evidence counts little.
    fn score(&self) -> f64 {
        let (mut busy, mut written) = (0.0_f64, 0.0_f64);
        // Where there are many blocks they need not overlap.
        let step = if self.width.max(self.height) > MANY * BLOCK { BLOCK } else { BLOCK / 2 };
        for y in (0..self.height.saturating_sub(BLOCK - 1)).step_by(step) {
            for x in (0..self.width.saturating_sub(BLOCK - 1)).step_by(step) {
                match self.block(x, y) {
                    Block::Flat => {}
                    Block::Busy => busy += 1.0,
                    Block::Written => written += 1.0,
                }
            }
        }
        let share = written / (busy + written).max(1.0);
        let evidence = (written / 3.0).min(1.0);
        smooth_step(0.12, 0.55, share) * evidence
    }

    fn block(&self, x: usize, y: usize) -> Block {
        let rows = (y..y + BLOCK).map(|y| &self.greys[y * self.width + x..][..BLOCK]);
        let (mut darkest, mut lightest) = (u8::MAX, u8::MIN);
        for grey in rows.clone().flatten() {
            darkest = darkest.min(*grey);
            lightest = lightest.max(*grey);
        }
        if lightest - darkest < CONTRAST {
            return Block::Flat;
        }
        let bits: Vec<u32> = rows.map(|row| binary(row, darkest, lightest)).collect();
        let between = (y..y + BLOCK).flat_map(|y| &self.greys[y * self.width + x..][..BLOCK]);
        let unclear = between.filter(|grey| is_unclear(**grey, darkest, lightest)).count();
        let written = unclear * 4 < BLOCK * BLOCK && is_inked(&bits) && (has_lines(&bits) || has_lines(&turned(&bits)));
        if written { Block::Written } else { Block::Busy }
    }
}

enum Block {
    Flat,
    Busy,
    Written,
}

/// One bit for each pixel of a row: whether it is in the lighter half.
fn binary(row: &[u8], darkest: u8, lightest: u8) -> u32 {
    let middle = u8::midpoint(darkest, lightest);
    row.iter().fold(0, |bits, grey| (bits << 1) | u32::from(*grey > middle))
}

/// Neither ink nor paper: in the middle three tenths.
fn is_unclear(grey: u8, darkest: u8, lightest: u8) -> bool {
    let range = u32::from(lightest - darkest);
    let above = u32::from(grey - darkest) * 20;
    (7 * range..=13 * range).contains(&above)
}

/// There is ink, and less of it than paper.
fn is_inked(bits: &[u32]) -> bool {
    let light: u32 = bits.iter().map(|row| row.count_ones()).sum();
    let all = (BLOCK * BLOCK) as u32;
    let ink = light.min(all - light);
    ink * 25 > all && ink * 100 < all * 45
}

/// Some rows change often, as strokes do, and some do not change at all, as the space between lines.
fn has_lines(bits: &[u32]) -> bool {
    let changes = || bits.iter().map(|row| ((row ^ (row >> 1)) & (u32::MAX >> 1)).count_ones());
    let empty = changes().filter(|changes| *changes == 0).count();
    let strokes: Vec<u32> = changes().filter(|changes| *changes >= 4).collect();
    let often = strokes.iter().sum::<u32>() as usize >= 5 * strokes.len();
    empty >= 3 && strokes.len() >= 5 && often && strokes.len() * 2 >= BLOCK - empty
}

fn turned(bits: &[u32]) -> Vec<u32> {
    let column = |at: usize| bits.iter().fold(0, |column, row| (column << 1) | ((row >> at) & 1));
    (0..BLOCK).map(column).collect()
}

fn smooth_step(low: f64, high: f64, value: f64) -> f64 {
    let at = ((value - low) / (high - low)).clamp(0.0, 1.0);
    at * at * (3.0 - 2.0 * at)
}
