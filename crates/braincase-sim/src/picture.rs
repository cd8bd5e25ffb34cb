//! What is said about an image when no vision is there to look at it: true things that its header and bytes tell.

use braincase_core::{
    ContentHash,
    image::ImageFormat,
    vision::{Vision, VisionError},
};
use bytes::Bytes;

/// Describes an image, the same bytes always with the same words.
pub(crate) async fn describe(bytes: &Bytes, vision: Option<&dyn Vision>) -> Result<String, VisionError> {
    let format = format(bytes).ok_or_else(|| VisionError::Undecodable("neither png, jpeg, webp nor gif".to_owned()))?;
    if let Some(vision) = vision {
        let facts = vision.analyze(bytes.clone(), format).await?;
        return Ok(format!("{} (sim)", facts.description.trim_end()));
    }
    let (width, height) =
        size(bytes, format).ok_or_else(|| VisionError::Undecodable("its header tells no size".to_owned()))?;
    let shape = match width.cmp(&height) {
        std::cmp::Ordering::Greater => "wide",
        std::cmp::Ordering::Equal => "square",
        std::cmp::Ordering::Less => "tall",
    };
    let hash = ContentHash::of(bytes).to_string();
    let name = format.as_str();
    Ok(format!("A {shape} {name} picture of {width} by {height} pixels with the fingerprint {} (sim)", &hash[..12]))
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'G', b'I', b'F', b'8', ..] => Some(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::Webp),
        _ => None,
    }
}

fn size(bytes: &[u8], format: ImageFormat) -> Option<(u32, u32)> {
    match format {
        ImageFormat::Png => Some((big(bytes.get(16..20)?), big(bytes.get(20..24)?))),
        ImageFormat::Gif => Some((little(bytes.get(6..8)?), little(bytes.get(8..10)?))),
        ImageFormat::Jpeg => jpeg_size(bytes),
        ImageFormat::Webp => webp_size(bytes),
    }
}

/// Walks the segments up to the frame header, which holds the size.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        let length = usize::try_from(big(bytes.get(at + 2..at + 4)?)).ok()?;
        if matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            return Some((big(bytes.get(at + 7..at + 9)?), big(bytes.get(at + 5..at + 7)?)));
        }
        at += 2 + length;
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes.get(24..27)?) + 1, little(bytes.get(27..30)?) + 1)),
        b"VP8 " => Some((little(bytes.get(26..28)?) & 0x3fff, little(bytes.get(28..30)?) & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes.get(21..25)?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_headers() {
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &[0, 0, 2, 0, 0, 0, 1, 44]].concat();
        assert_eq!(size(&png, ImageFormat::Png), Some((512, 300)));
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 1, 44, 2, 0];
        assert_eq!(size(&jpeg, ImageFormat::Jpeg), Some((512, 300)));
        assert_eq!(size(b"GIF89a\x00\x02\x2c\x01", ImageFormat::Gif), Some((512, 300)));
        let webp = [&b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"[..], &[255, 1, 0, 43, 1, 0]].concat();
        assert_eq!(size(&webp, ImageFormat::Webp), Some((512, 300)));
    }

    #[test]
    fn headers_that_end_early_have_no_size() {
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 1];
        for end in 0..jpeg.len() {
            assert_eq!(size(&jpeg[..end], ImageFormat::Jpeg), None);
        }
    }
}
