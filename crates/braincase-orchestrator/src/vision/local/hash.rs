//! The perceptual hash: which of the slow waves that make up an image are strong.
//!
//! The usual pHash (C. Zauner, Implementation and benchmarking of perceptual image hash functions, 2010): lightness in
//! 32 by 32 places, discrete cosine transform, the 8 by 8 lowest frequencies compared with their median. Here the lowest
//! of all, the mean, says whether the image is light or dark.

use super::oklab::Lab;

const SIDE: usize = 32;
const WAVES: usize = 8;
/// Weaker waves are nothing but rounding errors.
const FAINT: f32 = 1e-3;

/// 64 bits as 16 hexadecimal digits.
pub(super) fn perceptual_hash(labs: &[Lab], width: usize, height: usize) -> String {
    let lightness: Vec<f32> = labs.iter().map(|lab| lab.l).collect();
    let small = resized(&lightness, width, height);
    let waves = transformed(&small);
    let mut ordered = waves[1..].to_vec();
    ordered.sort_by(f32::total_cmp);
    let median = ordered[ordered.len() / 2];
    let light = waves[0] > 0.5;
    let strong = waves[1..].iter().map(|wave| *wave > median + FAINT);
    let bits = std::iter::once(light).chain(strong).fold(0_u64, |bits, bit| (bits << 1) | u64::from(bit));
    format!("{bits:016x}")
}

/// Averages (or repeats) a plane to 32 by 32, rows first, then columns.
fn resized(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let narrow: Vec<f32> = plane.chunks_exact(width).flat_map(line).collect();
    let columns = (0..SIDE).map(|x| (0..height).map(|y| narrow[y * SIDE + x]).collect::<Vec<f32>>());
    let turned: Vec<[f32; SIDE]> = columns.map(|column| line(&column)).collect();
    (0..SIDE).flat_map(|y| turned.iter().map(move |column| column[y])).collect()
}

/// One line with 32 values, each the mean over its part of the old line, with broken pixels counted in part.
fn line(values: &[f32]) -> [f32; SIDE] {
    let scale = values.len() as f32 / SIDE as f32;
    std::array::from_fn(|at| {
        let (start, end) = (at as f32 * scale, (at + 1) as f32 * scale);
        let first = start as usize;
        let last = (end.ceil() as usize).min(values.len());
        let sum: f32 = (first..last)
            .map(|pixel| {
                let covered = end.min((pixel + 1) as f32) - start.max(pixel as f32);
                values[pixel] * covered
            })
            .sum();
        sum / scale
    })
}

/// The 64 lowest frequencies, the mean first; a wave of full strength has about 0.6.
fn transformed(small: &[f32]) -> Vec<f32> {
    let wave = |frequency: usize, at: usize| {
        let phase = std::f32::consts::PI * frequency as f32 * (2 * at + 1) as f32 / (2 * SIDE) as f32;
        phase.cos() / SIDE as f32
    };
    let table: Vec<[f32; SIDE]> = (0..WAVES).map(|f| std::array::from_fn(|at| wave(f, at))).collect();
    let dot = |values: &[f32], wave: &[f32; SIDE]| values.iter().zip(wave).map(|(v, w)| v * w).sum::<f32>();
    let across: Vec<Vec<f32>> =
        table.iter().map(|w| small.chunks_exact(SIDE).map(|row| dot(row, w)).collect()).collect();
    table.iter().flat_map(|w| across.iter().map(move |column| dot(column, w))).collect()
}
