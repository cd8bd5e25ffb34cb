//! WebP: a RIFF container of chunks, with a VP8 or VP8L picture or frames of them (RFC 9649).

use braincase_core::{image::ImageFormat, limits::Limits};

use super::{Probe, ProbeError, reader::Reader, within};

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ProbeError> {
    let mut reader = Reader::new(ImageFormat::Webp, bytes);
    reader.take(4, "the signature")?;
    let size = u32::from_le_bytes(reader.array("the length of the file")?);
    reader.take(4, "the signature")?;

    // The dimensions come first, so that what is too large is called so even if it is cut short as well.
    let found = within(ImageFormat::Webp, dimensions(&mut reader.clone())?, limits)?;

    let missing = "the end of the file as its header announces it";
    let contents = usize::try_from(size).ok().and_then(|size| size.checked_sub(4));
    let contents =
        contents.ok_or_else(|| reader.corrupt("the length of the file is wrong; expected 4 bytes or more"))?;
    let mut reader = Reader::new(ImageFormat::Webp, reader.take(contents, missing)?);
    if pictures(&mut reader, limits)? == 0 {
        return Err(reader.corrupt("there is no picture in it; expected a VP8, VP8L or ANMF chunk"));
    }
    Ok(found)
}

/// The dimensions that the first chunk tells, whether or not the rest of it is there.
fn dimensions(reader: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    let missing = "the end of the first chunk";
    let name: [u8; 4] = reader.array(missing)?;
    reader.take(4, missing)?;
    if &name == b"VP8X" {
        return canvas(reader);
    }
    let unknown = reader.corrupt("it begins with an unknown chunk; expected VP8, VP8L or VP8X");
    picture(name, reader)?.ok_or(unknown)
}

/// Walks all chunks and counts those with pixels; a decoder makes room for each as its own header says.
fn pictures(reader: &mut Reader<'_>, limits: &Limits) -> Result<u64, ProbeError> {
    let mut count = 0;
    while reader.left() > 0 {
        let (name, mut data) = chunk(reader)?;
        if &name == b"ANMF" {
            data.take(16, "the end of a frame's header")?;
            count += pictures_of_frame(&mut data, limits)?;
        } else if let Some(size) = picture(name, &mut data)? {
            within(ImageFormat::Webp, size, limits)?;
            count += 1;
        }
    }
    Ok(count)
}

fn pictures_of_frame(reader: &mut Reader<'_>, limits: &Limits) -> Result<u64, ProbeError> {
    let mut count = 0;
    while reader.left() > 0 {
        let (name, mut data) = chunk(reader)?;
        if let Some(size) = picture(name, &mut data)? {
            within(ImageFormat::Webp, size, limits)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The next chunk's name and data; chunks begin at even places.
fn chunk<'a>(reader: &mut Reader<'a>) -> Result<([u8; 4], Reader<'a>), ProbeError> {
    let missing = "the end of a chunk";
    let name = reader.array(missing)?;
    let size = usize::try_from(u32::from_le_bytes(reader.array(missing)?)).map_err(|_| reader.truncated(missing))?;
    let data = reader.take(size, missing)?;
    if size % 2 == 1 && reader.left() > 0 {
        reader.take(1, missing)?;
    }
    Ok((name, Reader::new(ImageFormat::Webp, data)))
}

fn canvas(data: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    let missing = "the size of the canvas";
    data.take(4, missing)?;
    let [w0, w1, w2, h0, h1, h2] = data.array(missing)?;
    Ok((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
}

/// The size of a picture, if the chunk is one.
fn picture(name: [u8; 4], data: &mut Reader<'_>) -> Result<Option<(u32, u32)>, ProbeError> {
    match &name {
        b"VP8 " => lossy(data).map(Some),
        b"VP8L" => lossless(data).map(Some),
        _ => Ok(None),
    }
}

fn lossy(data: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    let missing = "the size of the picture";
    let [tag, _, _] = data.array(missing)?;
    if tag & 1 != 0 || data.array(missing)? != [0x9d, 0x01, 0x2a] {
        return Err(data.corrupt("the picture has no proper beginning; expected a VP8 key frame"));
    }
    // The two upper bits of each ask for scaling, which nobody does.
    let [w0, w1, h0, h1] = data.array(missing)?;
    Ok((u32::from(u16::from_le_bytes([w0, w1 & 0x3f])), u32::from(u16::from_le_bytes([h0, h1 & 0x3f]))))
}

fn lossless(data: &mut Reader<'_>) -> Result<(u32, u32), ProbeError> {
    let missing = "the size of the picture";
    if data.array(missing)? != [0x2f] {
        return Err(data.corrupt("the picture has no proper beginning; expected the VP8L signature"));
    }
    let bits = u32::from_le_bytes(data.array(missing)?);
    Ok(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}
