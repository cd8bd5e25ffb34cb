//! Averages of an image, few enough to think about.

use image::{DynamicImage, metadata::Orientation};

use super::oklab::LIGHT;

/// The samples along each axis that make up one average of a large image.
const FEW: usize = 2;

/// Pixels in linear light, row by row; averaging light is what a lens out of focus does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raster {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u16; 3]>,
}

impl Raster {
    /// Averages an image down to at most `side` pixels a side. What is smaller keeps its size. Of much larger images only
    /// a few evenly spread samples count, so that this costs less than decoding them. Transparent pixels are put
    /// on white, as a browser shows them on a blank page; of 16-bit channels the upper half counts.
    pub(super) fn of(image: &DynamicImage, side: usize) -> Self {
        let size = (image.width() as usize, image.height() as usize);
        let light = &*LIGHT;
        let grey = |value: u8| [light[usize::from(value)]; 3];
        let color = |values: [u8; 3]| values.map(|value| light[usize::from(value)]);
        match image {
            DynamicImage::ImageLuma8(p) => average(p.as_chunks().0, size, side, FEW, |[v]: [u8; 1]| grey(v)),
            DynamicImage::ImageLumaA8(p) => average(p.as_chunks().0, size, side, FEW, |[v, a]| grey(on_white(v, a))),
            DynamicImage::ImageRgb8(p) => average(p.as_chunks().0, size, side, FEW, color),
            DynamicImage::ImageRgba8(p) => {
                average(p.as_chunks().0, size, side, FEW, |[r, g, b, a]| color([r, g, b].map(|v| on_white(v, a))))
            }
            DynamicImage::ImageLuma16(p) => average(p.as_chunks().0, size, side, FEW, |[v]: [u16; 1]| grey(upper(v))),
            DynamicImage::ImageRgb16(p) => {
                average(p.as_chunks().0, size, side, FEW, |values: [u16; 3]| color(values.map(upper)))
            }
            // Rare kinds may cost a copy.
            other => average(other.to_rgba8().as_chunks().0, size, side, FEW, |[r, g, b, a]| {
                color([r, g, b].map(|v| on_white(v, a)))
            }),
        }
    }

    /// The same, averaged down once more.
    pub(super) fn reduced(&self, side: usize) -> Self {
        average(&self.pixels, (self.width, self.height), side, usize::MAX, |pixel| pixel)
    }

    /// The same, turned and mirrored as the camera asked for.
    pub(super) fn oriented(self, orientation: Orientation) -> Self {
        let (w, h) = (self.width, self.height);
        match orientation {
            Orientation::NoTransforms => self,
            Orientation::FlipHorizontal => self.picked((w, h), |x, y| (w - 1 - x, y)),
            Orientation::FlipVertical => self.picked((w, h), |x, y| (x, h - 1 - y)),
            Orientation::Rotate180 => self.picked((w, h), |x, y| (w - 1 - x, h - 1 - y)),
            Orientation::Rotate90 => self.picked((h, w), |x, y| (y, h - 1 - x)),
            Orientation::Rotate270 => self.picked((h, w), |x, y| (w - 1 - y, x)),
            Orientation::Rotate90FlipH => self.picked((h, w), |x, y| (y, x)),
            Orientation::Rotate270FlipH => self.picked((h, w), |x, y| (w - 1 - y, h - 1 - x)),
        }
    }

    fn picked(&self, (width, height): (usize, usize), from: impl Fn(usize, usize) -> (usize, usize)) -> Self {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixels = places.map(|(x, y)| {
            let (from_x, from_y) = from(x, y);
            self.pixels[from_y * self.width + from_x]
        });
        Self { width, height, pixels: pixels.collect() }
    }
}

/// Where the parts begin and end if `length` is cut into `parts`.
pub(super) fn cuts(length: usize, parts: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    (0..parts).map(move |part| (part * length / parts, (part + 1) * length / parts))
}

fn average<P: Copy>(
    pixels: &[P],
    (width, height): (usize, usize),
    side: usize,
    samples: usize,
    light: impl Fn(P) -> [u16; 3],
) -> Raster {
    let (to_width, to_height) = fitted(width, height, side);
    let (over, down) = (stride(width, to_width, samples), stride(height, to_height, samples));
    let mut averages = Vec::with_capacity(to_width * to_height);
    let mut sums = vec![[0_u64; 3]; to_width];
    for (top, bottom) in cuts(height, to_height) {
        sums.fill([0; 3]);
        let rows = (top..bottom).step_by(down);
        let count = rows.len();
        for row in rows.map(|y| &pixels[y * width..][..width]) {
            for (sum, (left, right)) in sums.iter_mut().zip(cuts(width, to_width)) {
                for pixel in row[left..right].iter().step_by(over) {
                    let [r, g, b] = light(*pixel);
                    *sum = [sum[0] + u64::from(r), sum[1] + u64::from(g), sum[2] + u64::from(b)];
                }
            }
        }
        averages.extend(sums.iter().zip(cuts(width, to_width)).map(|(sum, (left, right))| {
            let count = (count * (right - left).div_ceil(over)) as u64;
            sum.map(|channel| u16::try_from((channel + count / 2) / count).unwrap_or(u16::MAX))
        }));
    }
    Raster { width: to_width, height: to_height, pixels: averages }
}

/// How far apart the samples are, if `length` is averaged down to `parts` from at most so many samples each.
const fn stride(length: usize, parts: usize, samples: usize) -> usize {
    let stride = (length / parts).div_ceil(samples);
    if stride == 0 { 1 } else { stride }
}

/// The size with the same proportions whose longer side is at most `side`; never larger and never empty.
fn fitted(width: usize, height: usize, side: usize) -> (usize, usize) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let shrunk = |length: usize| ((length * side + longer / 2) / longer).max(1);
    (shrunk(width), shrunk(height))
}

fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

fn upper(value: u16) -> u8 {
    value.to_be_bytes()[0]
}
