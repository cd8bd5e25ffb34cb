//! A look at an upload that costs next to nothing: which format it is, how large, and whether the file is whole.
//!
//! Only headers and structure are read: no pixel is decoded and nothing is allocated, so that a bomb is refused before it
//! can go off. A file that passes can still turn out to be undecodable when it is analysed.

mod foreign;
mod gif;
mod jpeg;
mod png;
mod reader;
mod webp;

use braincase_core::{image::ImageFormat, limits::Limits};

/// What the header of an image says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// What the bytes are.
    pub format: ImageFormat,
    /// Pixels across, before any rotation that the file's metadata asks for.
    pub width: u32,
    /// Pixels down, before any rotation that the file's metadata asks for.
    pub height: u32,
}

/// Why an upload is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The bytes are something else.
    #[error("this is not an image; expected a png, jpeg, webp or gif file")]
    NotAnImage,
    /// An image in a format or a variant that we do not take.
    #[error("{what} images are not taken; expected a png, jpeg, webp or gif file")]
    Unsupported {
        /// Which format or variant.
        what: &'static str,
    },
    /// More pixels than allowed.
    #[error("the image has {width}x{height} pixels; expected at most {max_side} a side and {max_pixels} in all")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The longest side that is taken.
        max_side: u32,
        /// The most pixels that are taken.
        max_pixels: u64,
    },
    /// The file ends too early.
    #[error("the {format} file is cut short: it ends before {missing}", format = format.as_str())]
    Truncated {
        /// What the file claims to be.
        format: ImageFormat,
        /// What should have come.
        missing: &'static str,
    },
    /// The file contradicts its format.
    #[error("the {format} file is damaged: {problem}", format = format.as_str())]
    Corrupt {
        /// What the file claims to be.
        format: ImageFormat,
        /// What is wrong and what is expected.
        problem: &'static str,
    },
}

/// Says what an upload is, if it is a whole image within the limits.
///
/// # Errors
/// See [`ProbeError`].
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ProbeError> {
    match sniff(bytes) {
        Some(ImageFormat::Png) => png::probe(bytes, limits),
        Some(ImageFormat::Jpeg) => jpeg::probe(bytes, limits),
        Some(ImageFormat::Webp) => webp::probe(bytes, limits),
        Some(ImageFormat::Gif) => gif::probe(bytes, limits),
        None => Err(match foreign::sniff(bytes) {
            Some(what) => ProbeError::Unsupported { what },
            None => ProbeError::NotAnImage,
        }),
    }
}

fn sniff(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::Webp),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// The dimensions, if there are any and they are allowed.
fn within(format: ImageFormat, (width, height): (u32, u32), limits: &Limits) -> Result<Probe, ProbeError> {
    if width == 0 || height == 0 {
        return Err(ProbeError::Corrupt { format, problem: "a side is 0 pixels long; expected at least 1" });
    }
    let (max_side, max_pixels) = (limits.max_image_side, limits.max_image_pixels);
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > max_side || pixels > max_pixels {
        return Err(ProbeError::TooLarge { width, height, max_side, max_pixels });
    }
    Ok(Probe { format, width, height })
}
