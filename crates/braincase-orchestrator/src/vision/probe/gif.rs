//! GIF: a screen, then extensions and frames of length-prefixed blocks up to a trailer (GIF89a specification).

use braincase_core::{image::ImageFormat, limits::Limits};

use super::{Probe, ProbeError, reader::Reader, within};

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ProbeError> {
    let mut reader = Reader::new(ImageFormat::Gif, bytes);
    reader.take(6, "the end of the signature")?;
    let missing = "the end of the screen descriptor";
    let size = size(reader.array(missing)?);
    let [flags, _background, _aspect] = reader.array(missing)?;
    let found = within(ImageFormat::Gif, size, limits)?;
    skip_colors(&mut reader, flags)?;
    let mut frames = 0_u64;
    loop {
        match reader.array("the trailer")? {
            [b'!'] => {
                reader.take(1, "the label of an extension")?;
                skip_blocks(&mut reader)?;
            }
            [b','] => {
                frame(&mut reader, limits)?;
                frames += 1;
            }
            [b';'] if frames > 0 => return Ok(found),
            [b';'] => return Err(reader.corrupt("it ends without a picture; expected at least one frame")),
            [_] => return Err(reader.corrupt("an unknown block; expected an extension, a frame or the trailer")),
        }
    }
}

/// A frame may be larger than the screen, and a decoder makes room for all of it.
fn frame(reader: &mut Reader<'_>, limits: &Limits) -> Result<(), ProbeError> {
    let missing = "the end of a frame's descriptor";
    reader.take(4, missing)?;
    within(ImageFormat::Gif, size(reader.array(missing)?), limits)?;
    let [flags] = reader.array(missing)?;
    skip_colors(reader, flags)?;
    reader.take(1, "the code size of a frame")?;
    skip_blocks(reader)
}

fn size([w0, w1, h0, h1]: [u8; 4]) -> (u32, u32) {
    (u32::from(u16::from_le_bytes([w0, w1])), u32::from(u16::from_le_bytes([h0, h1])))
}

fn skip_colors(reader: &mut Reader<'_>, flags: u8) -> Result<(), ProbeError> {
    if flags & 0x80 != 0 {
        reader.take(3 << ((flags & 7) + 1), "the end of a colour table")?;
    }
    Ok(())
}

fn skip_blocks(reader: &mut Reader<'_>) -> Result<(), ProbeError> {
    loop {
        match reader.array("the end of a block")? {
            [0] => return Ok(()),
            [length] => reader.take(usize::from(length), "the end of a block")?,
        };
    }
}
