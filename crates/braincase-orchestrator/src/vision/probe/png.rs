//! PNG: a signature, then chunks of length, name, data and checksum up to `IEND` (ISO/IEC 15948 §5).

use braincase_core::{image::ImageFormat, limits::Limits};

use super::{Probe, ProbeError, reader::Reader, within};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ProbeError> {
    let mut reader = Reader::new(ImageFormat::Png, bytes);
    if reader.array("the end of the signature")? != SIGNATURE {
        return Err(reader.corrupt("the signature is wrong; the file was perhaps sent as text"));
    }
    let found = within(ImageFormat::Png, header(&mut reader)?, limits)?;
    let mut pixels = false;
    loop {
        let length = u32::from_be_bytes(reader.array("the IEND chunk")?);
        let name: [u8; 4] = reader.array("the name of a chunk")?;
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(reader.corrupt("a chunk has no proper name; expected four letters"));
        }
        skip(&mut reader, length)?;
        match &name {
            b"IDAT" => pixels = true,
            b"IEND" if pixels => return Ok(found),
            b"IEND" => return Err(reader.corrupt("there is no picture in it; expected an IDAT chunk")),
            _ => {}
        }
    }
}

fn header(reader: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    let length = u32::from_be_bytes(reader.array("the IHDR chunk")?);
    let name: [u8; 4] = reader.array("the IHDR chunk")?;
    if &name != b"IHDR" || length != 13 {
        return Err(reader.corrupt("it does not begin with a header; expected an IHDR chunk of 13 bytes"));
    }
    let width = u32::from_be_bytes(reader.array("the width")?);
    let height = u32::from_be_bytes(reader.array("the height")?);
    let [depth, kind, ..]: [u8; 5] = reader.array("the kind of its colours")?;
    reader.take(4, "the checksum of its header")?;
    if !matches!((kind, depth), (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16)) {
        return Err(reader.corrupt("no such combination of colour type and bit depth exists"));
    }
    Ok((width, height))
}

fn skip(reader: &mut Reader<'_>, length: u32) -> Result<(), ProbeError> {
    let missing = "the end of a chunk";
    let length = usize::try_from(length).map_err(|_| reader.truncated(missing))?;
    reader.take(length, missing)?;
    reader.take(4, "the checksum of a chunk")?;
    Ok(())
}
