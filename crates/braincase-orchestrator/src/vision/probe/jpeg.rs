//! JPEG: segments, each introduced by `FF` and a marker, up to the end-of-image marker (ITU-T T.81 annex B).

use braincase_core::{image::ImageFormat, limits::Limits};

use super::{Probe, ProbeError, reader::Reader, within};

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Walks segment by segment, so that the end of a thumbnail within the metadata is not taken for the end of the image.
/// What follows the end is ignored, as every viewer does.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ProbeError> {
    let mut reader = Reader::new(ImageFormat::Jpeg, bytes);
    reader.take(2, "the first marker")?;
    let mut found = None;
    let mut scanned = false;
    loop {
        match marker(&mut reader)? {
            END_OF_IMAGE => {
                let whole = found.filter(|_| scanned);
                return whole.ok_or_else(|| reader.corrupt("it ends without a picture; expected a frame and a scan"));
            }
            START_OF_SCAN if found.is_none() => {
                return Err(reader.corrupt("the scan comes first; expected a frame header before it"));
            }
            START_OF_SCAN => {
                segment(&mut reader)?;
                scanned = true;
            }
            // Baseline, extended sequential and progressive; only the first frame header counts.
            0xc0..=0xc2 if found.is_none() => found = Some(within(ImageFormat::Jpeg, frame(&mut reader)?, limits)?),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(ProbeError::Unsupported { what: "lossless, hierarchical and arithmetic-coded jpeg" });
            }
            _ => {
                segment(&mut reader)?;
            }
        }
    }
}

/// The next marker that is no part of compressed data: stuffed zeros, fill bytes, restarts and whatever stands between
/// segments are passed over.
fn marker(reader: &mut Reader<'_>) -> Result<u8, ProbeError> {
    let missing = "the end-of-image marker";
    loop {
        reader.seek(0xff, missing)?;
        let mut byte = 0xff;
        while byte == 0xff {
            [byte] = reader.array(missing)?;
        }
        if !matches!(byte, 0x00 | 0x01 | 0xd0..=0xd8) {
            return Ok(byte);
        }
    }
}

fn segment<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ProbeError> {
    let missing = "the end of a segment";
    let length = usize::from(u16::from_be_bytes(reader.array(missing)?));
    let length = length.checked_sub(2).ok_or_else(|| reader.corrupt("a segment is shorter than its own length"))?;
    reader.take(length, missing)
}

fn frame(reader: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    match segment(reader)? {
        [_precision, h1, h0, w1, w0, ..] => {
            let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
            Ok((side(*w1, *w0), side(*h1, *h0)))
        }
        _ => Err(reader.corrupt("the frame header is too short to name a width and a height")),
    }
}
