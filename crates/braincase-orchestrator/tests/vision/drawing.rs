//! Images drawn pixel by pixel, whose answers are known.

use image::{DynamicImage, Rgb, RgbImage, imageops::FilterType};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

pub(crate) const BLACK: Rgb<u8> = Rgb([0, 0, 0]);
pub(crate) const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// One colour.
pub(crate) fn plain(width: u32, height: u32, color: Rgb<u8>) -> RgbImage {
    RgbImage::from_pixel(width, height, color)
}

/// Two colours side by side; the first takes `share` of each ten columns.
pub(crate) fn stripes(width: u32, height: u32, share: u32, first: Rgb<u8>, second: Rgb<u8>) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x % 10 < share { first } else { second })
}

/// Every channel of every pixel by chance, the same each time.
pub(crate) fn noise(width: u32, height: u32, seed: u64) -> RgbImage {
    let mut random = StdRng::seed_from_u64(seed);
    RgbImage::from_fn(width, height, |_, _| {
        let [r, g, b, _] = random.next_u32().to_le_bytes();
        Rgb([r, g, b])
    })
}

/// Black and white by chance, the same each time.
pub(crate) fn grains(width: u32, height: u32, seed: u64) -> RgbImage {
    let mut random = StdRng::seed_from_u64(seed);
    RgbImage::from_fn(width, height, |_, _| if random.random() { BLACK } else { WHITE })
}

/// A picture with slow changes in all directions, as a sky has them.
pub(crate) fn haze(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |at: u32, length: f64| (f64::from(at) / length).sin() * 50.0 + 128.0;
        Rgb([wave(x, 40.0) as u8, wave(x + y, 60.0) as u8, wave(y, 50.0) as u8])
    })
}

/// A page with many lines of writing in letters of five by seven dots, each dot `dot` pixels a side.
pub(crate) fn page(width: u32, height: u32, dot: u32, ink: Rgb<u8>, paper: Rgb<u8>) -> RgbImage {
    let mut page = plain(width, height, paper);
    let (margin, leading, advance) = (4 * dot, 12 * dot, 6 * dot);
    let letters = "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND RUNS ".chars().cycle();
    let tops = (margin..height.saturating_sub(margin + 7 * dot)).step_by(leading as usize);
    let lefts = (margin..width.saturating_sub(margin + 5 * dot)).step_by(advance as usize);
    let places = tops.flat_map(|y| lefts.clone().map(move |x| (x, y)));
    for ((x, y), letter) in places.zip(letters) {
        stamp(&mut page, letter, (x, y), dot, ink);
    }
    page
}

/// One word, large, in the middle of an empty ground.
pub(crate) fn logo(word: &str, width: u32, height: u32, dot: u32, ink: Rgb<u8>, ground: Rgb<u8>) -> RgbImage {
    let mut logo = plain(width, height, ground);
    let span = word.len() as u32 * 6 * dot;
    let (left, top) = ((width - span) / 2, (height - 7 * dot) / 2);
    for (at, letter) in (0..).zip(word.chars()) {
        stamp(&mut logo, letter, (left + at * 6 * dot, top), dot, ink);
    }
    logo
}

/// The same image at another size, smoothly.
pub(crate) fn resized(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    image.resize_exact(width, height, FilterType::Triangle)
}

fn stamp(image: &mut RgbImage, letter: char, (left, top): (u32, u32), dot: u32, ink: Rgb<u8>) {
    for (row, bits) in (0..).zip(glyph(letter)) {
        for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
            for (dy, dx) in (0..dot).flat_map(|dy| (0..dot).map(move |dx| (dy, dx))) {
                image.put_pixel(left + column * dot + dx, top + row * dot + dy, ink);
            }
        }
    }
}

/// Capital letters, row by row, five dots a row.
fn glyph(letter: char) -> [u8; 7] {
    match letter {
        'A' => [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
        'B' => [0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e],
        'C' => [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e],
        'D' => [0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e],
        'E' => [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f],
        'F' => [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10],
        'G' => [0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f],
        'H' => [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
        'I' => [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e],
        'J' => [0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c],
        'K' => [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11],
        'L' => [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f],
        'M' => [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
        'N' => [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
        'O' => [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
        'P' => [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10],
        'Q' => [0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d],
        'R' => [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
        'S' => [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e],
        'T' => [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        'U' => [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
        'V' => [0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04],
        'W' => [0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11],
        'X' => [0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11],
        'Y' => [0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04],
        'Z' => [0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f],
        _ => [0; 7],
    }
}
