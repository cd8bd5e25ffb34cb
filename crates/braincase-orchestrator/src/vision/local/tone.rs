//! Brightness, contrast, colourfulness and the mood that follows from them.

use braincase_core::image::Mood;

use super::oklab::Lab;

/// What can be said of all pixels together; shares and scores are 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tone {
    /// The mean of Oklab's L.
    pub(super) brightness: f64,
    /// Root-mean-square contrast (E. Peli, Contrast in complex images, JOSA A 7, 1990): the standard deviation of
    /// lightness; doubled, because half black and half white, which is the most there can be, has 0.5.
    pub(super) contrast: f64,
    /// See [`colorfulness`].
    pub(super) colorfulness: f64,
    /// How far the mean leans to orange (positive) or to its opposite, azure (negative), in Oklab.
    pub(super) warmth: f64,
}

impl Tone {
    /// Measures pixels, given in Oklab and in sRGB.
    pub(super) fn of(labs: &[Lab], values: &[[u8; 3]]) -> Self {
        let (brightness, deviation) = spread(labs.iter().map(|lab| f64::from(lab.l)));
        // Oklab's hue of orange is about 55 degrees.
        let (sin, cos) = 55_f64.to_radians().sin_cos();
        let (warmth, _) = spread(labs.iter().map(|lab| f64::from(lab.a) * cos + f64::from(lab.b) * sin));
        let contrast = (2.0 * deviation).min(1.0);
        Self { brightness: brightness.clamp(0.0, 1.0), contrast, colorfulness: colorfulness(values), warmth }
    }

    /// The first rule that holds, from the strongest impression to the weakest.
    pub(super) fn mood(self) -> Mood {
        if self.colorfulness > 0.65 {
            Mood::Vivid
        } else if self.brightness < 0.33 {
            Mood::Dark
        } else if self.brightness > 0.82 {
            Mood::Bright
        } else if self.warmth > 0.03 {
            Mood::Warm
        } else if self.warmth < -0.03 {
            Mood::Cool
        } else if self.contrast < 0.25 {
            Mood::Calm
        } else {
            Mood::Neutral
        }
    }
}

/// M of Hasler and Süsstrunk (Measuring colourfulness in natural images, SPIE 5007, 2003), as a share of 109, from which
/// on people called an image extremely colourful.
fn colorfulness(values: &[[u8; 3]]) -> f64 {
    let channels = || values.iter().map(|value| value.map(f64::from));
    let (mean_rg, spread_rg) = spread(channels().map(|[r, g, _]| r - g));
    let (mean_yb, spread_yb) = spread(channels().map(|[r, g, b]| (r + g) / 2.0 - b));
    ((spread_rg.hypot(spread_yb) + 0.3 * mean_rg.hypot(mean_yb)) / 109.0).min(1.0)
}

/// Mean and standard deviation.
fn spread(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut count, mut sum, mut squares) = (0.0_f64, 0.0, 0.0);
    for number in numbers {
        count += 1.0;
        sum += number;
        squares += number * number;
    }
    let count = count.max(1.0);
    let mean = sum / count;
    (mean, (squares / count - mean * mean).max(0.0).sqrt())
}
