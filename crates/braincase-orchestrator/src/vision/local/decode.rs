//! From bytes to pixels, within limits.

use std::io::Cursor;

use braincase_core::{image::ImageFormat, limits::Limits, vision::VisionError};
use image::{
    DynamicImage, ImageDecoder, ImageError,
    codecs::{gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use crate::vision::probe::{ProbeError, probe};

/// The pixels of the first frame as they are stored, and how they are to be turned.
pub(super) fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), VisionError> {
    let found = probe(bytes, limits).map_err(|error| refused(&error))?;
    if found.format != format {
        let (said, is) = (format.as_str(), found.format.as_str());
        return Err(VisionError::Undecodable(format!("expected a {said} file, got a {is} file")));
    }
    let input = Cursor::new(bytes);
    match format {
        ImageFormat::Png => pixels(PngDecoder::with_limits(input, bounds(limits)), limits),
        ImageFormat::Jpeg => pixels(JpegDecoder::new(input), limits),
        ImageFormat::Webp => pixels(WebPDecoder::new(input), limits),
        ImageFormat::Gif => pixels(GifDecoder::new(input), limits),
    }
}

fn pixels<D: ImageDecoder>(
    decoder: Result<D, ImageError>,
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), VisionError> {
    let mut decoder = decoder.map_err(|error| undecodable(&error))?;
    decoder.set_limits(bounds(limits)).map_err(|error| undecodable(&error))?;
    // Not every decoder keeps the limits that it is given (WebP knows none), so its buffer is judged by hand.
    let (needed, most) = (decoder.total_bytes(), most_bytes(limits));
    if needed > most {
        let problem = format!("its pixels take {needed} bytes; expected at most {most}");
        return Err(VisionError::TooLarge(problem));
    }
    // An image whose metadata is damaged is shown as it is stored, as viewers do.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| undecodable(&error))?;
    Ok((image, turn))
}

fn bounds(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::no_limits();
    bounds.max_image_width = Some(limits.max_image_side);
    bounds.max_image_height = Some(limits.max_image_side);
    bounds.max_alloc = Some(most_bytes(limits));
    bounds
}

/// Four channels of eight bits for as many pixels as are allowed.
const fn most_bytes(limits: &Limits) -> u64 {
    limits.max_image_pixels.saturating_mul(4)
}

fn undecodable(error: &ImageError) -> VisionError {
    match error {
        ImageError::Limits(limit) => VisionError::TooLarge(limit.to_string()),
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => VisionError::Undecodable(error.to_string()),
    }
}

fn refused(error: &ProbeError) -> VisionError {
    match error {
        ProbeError::TooLarge { .. } => VisionError::TooLarge(error.to_string()),
        ProbeError::NotAnImage
        | ProbeError::Unsupported { .. }
        | ProbeError::Truncated { .. }
        | ProbeError::Corrupt { .. } => VisionError::Undecodable(error.to_string()),
    }
}
