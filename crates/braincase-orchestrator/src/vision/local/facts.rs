//! From decoded pixels to facts: a pure computation on a small average of the image.

use braincase_core::image::{ImageFacts, Orientation};
use image::{DynamicImage, metadata};

use super::{
    describe::{Impression, describe},
    hash::perceptual_hash,
    layout::regions,
    oklab::{Lab, srgb},
    palette::{histogram, palette},
    raster::Raster,
    text::text_likelihood,
    tone::Tone,
};

/// What makes these facts.
const SOURCE: &str = "local";
/// Strokes must survive the averaging, so writing is looked for in more pixels than everything else.
const WRITING_SIDE: usize = 1024;
const COLOR_SIDE: usize = 192;

/// Says what is to be seen in an image that is to be turned as its metadata asks. Equal pixels give equal facts: numbers
/// are rounded to thousandths.
#[must_use]
pub fn facts_of(image: &DynamicImage, turn: metadata::Orientation) -> ImageFacts {
    let sharp = Raster::of(image, WRITING_SIDE).oriented(turn);
    let raster = sharp.reduced(COLOR_SIDE);
    let labs: Vec<Lab> = raster.pixels.iter().map(|light| Lab::of(*light)).collect();
    let values: Vec<[u8; 3]> = raster.pixels.iter().map(|light| srgb(*light)).collect();

    let (width, height) = turned((image.width(), image.height()), turn);
    let orientation = orientation(width, height);
    let tone = Tone::of(&labs, &values);
    let cells = histogram(&labs);
    let palette = palette(&cells);
    let regions = regions(&labs, raster.width, raster.height);
    let text_likelihood = rounded(text_likelihood(&sharp));
    let (mood, colors) = (tone.mood(), cells.len());
    let impression = Impression { orientation, palette: &palette, mood, regions: &regions, text_likelihood, colors };
    ImageFacts {
        description: describe(&impression),
        width,
        height,
        orientation,
        brightness: rounded(tone.brightness),
        contrast: rounded(tone.contrast),
        colorfulness: rounded(tone.colorfulness),
        mood,
        text_likelihood,
        perceptual_hash: perceptual_hash(&labs, raster.width, raster.height),
        source: SOURCE.to_owned(),
        palette,
        regions,
    }
}

/// To thousandths.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

fn turned((width, height): (u32, u32), turn: metadata::Orientation) -> (u32, u32) {
    match turn {
        metadata::Orientation::Rotate90
        | metadata::Orientation::Rotate270
        | metadata::Orientation::Rotate90FlipH
        | metadata::Orientation::Rotate270FlipH => (height, width),
        metadata::Orientation::NoTransforms
        | metadata::Orientation::Rotate180
        | metadata::Orientation::FlipHorizontal
        | metadata::Orientation::FlipVertical => (width, height),
    }
}

const fn orientation(width: u32, height: u32) -> Orientation {
    if width > height {
        Orientation::Landscape
    } else if width < height {
        Orientation::Portrait
    } else {
        Orientation::Square
    }
}
