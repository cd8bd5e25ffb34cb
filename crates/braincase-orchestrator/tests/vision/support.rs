//! What the tests share: the photographs, a way to start tasks, and distances between colours and hashes.

use std::path::PathBuf;

use braincase_core::{
    BoxFuture,
    background::{Background, Failure, Task},
    color::Color,
    image::{ImageFacts, Swatch},
};
use braincase_orchestrator::vision::local::facts_of;
use image::{DynamicImage, metadata::Orientation};

/// The bytes of one of the photographs.
pub(crate) fn photograph(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../braincase-stress/data/images");
    std::fs::read(folder.join(name)).expect("the photograph is in the repository")
}

/// The pixels of one of the photographs.
pub(crate) fn pixels(name: &str) -> DynamicImage {
    image::load_from_memory(&photograph(name)).expect("the photograph decodes")
}

/// The facts of an image that is not to be turned.
pub(crate) fn facts(image: &DynamicImage) -> ImageFacts {
    facts_of(image, Orientation::NoTransforms)
}

/// Starts everything on the test's runtime.
#[derive(Debug)]
pub(crate) struct TestBackground;

impl Background for TestBackground {
    #[expect(clippy::disallowed_methods, reason = "this is the test's own way to start tasks")]
    fn spawn(&self, _: Task, work: BoxFuture<Result<(), Failure>>) {
        drop(tokio::spawn(work));
    }

    #[expect(clippy::disallowed_methods, reason = "this is the test's own way to start tasks")]
    fn spawn_blocking(&self, _: Task, work: Box<dyn FnOnce() -> Result<(), Failure> + Send>) {
        drop(tokio::task::spawn_blocking(work));
    }
}

/// Hue in degrees, saturation and value, as colour pickers show them: another space than the one under test.
pub(crate) fn hsv(color: Color) -> (f64, f64, f64) {
    let [r, g, b] = [color.r, color.g, color.b].map(|channel| f64::from(channel) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let range = most - least;
    if range == 0.0 {
        return (0.0, 0.0, most);
    }
    let hue = if most == r {
        ((g - b) / range).rem_euclid(6.0)
    } else if most == g {
        (b - r) / range + 2.0
    } else {
        (r - g) / range + 4.0
    };
    (hue * 60.0, range / most, most)
}

/// How much of the image has colours of which this holds.
pub(crate) fn share(palette: &[Swatch], holds: impl Fn((f64, f64, f64)) -> bool) -> f64 {
    palette.iter().filter(|swatch| holds(hsv(swatch.color))).map(|swatch| swatch.share).sum()
}

/// In how many bits two hashes differ.
pub(crate) fn hamming(one: &str, other: &str) -> u32 {
    let bits = |hash: &str| u64::from_str_radix(hash, 16).expect("16 hexadecimal digits");
    (bits(one) ^ bits(other)).count_ones()
}
