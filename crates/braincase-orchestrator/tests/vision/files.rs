//! Files as they come: encoded by the image crate where it can, put together by hand where it cannot.

use std::io::Cursor;

use image::{
    Delay, DynamicImage, Frame, ImageEncoder, ImageFormat, RgbImage, RgbaImage,
    codecs::{gif::GifEncoder, jpeg::JpegEncoder},
};

/// The image in a format that the image crate writes.
pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("the image crate writes this format");
    file.into_inner()
}

/// A JPEG of the quality that is asked for.
pub(crate) fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(image).expect("a JPEG is written");
    file
}

/// A JPEG whose metadata asks to be turned, with the number that cameras write.
pub(crate) fn turned_jpeg(image: &RgbImage, turn: u8) -> Vec<u8> {
    let header = [b'I', b'I', 42, 0, 8, 0, 0, 0];
    let entry = [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0, 0, 0, 0, 0];
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    encoder.set_exif_metadata([&header[..], &entry[..]].concat()).expect("JPEG takes metadata");
    encoder.encode_image(image).expect("a JPEG is written");
    file
}

/// A GIF that shows one image after the other.
pub(crate) fn animated_gif(frames: &[RgbaImage]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new(&mut file);
    for image in frames {
        let frame = Frame::from_parts(image.clone(), 0, 0, Delay::from_numer_denom_ms(100, 1));
        encoder.encode_frame(frame).expect("a GIF frame is written");
    }
    drop(encoder);
    file
}

/// A WebP that shows one image after the other; all of one size.
pub(crate) fn animated_webp(frames: &[RgbImage]) -> Vec<u8> {
    let (width, height) = frames[0].dimensions();
    let size = [u24(width - 1), u24(height - 1)].concat();
    let mut body = riff(b"VP8X", &[&[0x02, 0, 0, 0][..], &size].concat());
    body.extend(riff(b"ANIM", &[0; 6]));
    for frame in frames {
        let still = encoded(&DynamicImage::ImageRgb8(frame.clone()), ImageFormat::WebP);
        let header = [&[0; 6][..], &size, &u24(100), &[0x02]].concat();
        // What follows the twelve bytes of the still's own container is its picture.
        body.extend(riff(b"ANMF", &[&header[..], &still[12..]].concat()));
    }
    riff(b"RIFF", &[b"WEBP", &body[..]].concat())
}

/// A JPEG of eight by eight red pixels in the four colours of printers, inverted as Adobe writes them.
pub(crate) fn cmyk_jpeg() -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xee, b"Adobe\0\x64\0\0\0\0\0"));
    file.extend(segment(0xdb, &[&[0][..], &[8; 64]].concat()));
    let parts = (1..=4).flat_map(|part| [part, 0x11, 0]);
    file.extend(segment(0xc0, &[8, 0, 8, 0, 8, 4].into_iter().chain(parts).collect::<Vec<u8>>()));
    // For the mean of a block: `0` is no change, `10` is a change of seven bits. For the rest: `0` is its end.
    file.extend(segment(0xc4, &[&[0x00, 1, 1][..], &[0; 14], &[0, 7]].concat()));
    file.extend(segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat()));
    file.extend(segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]));
    // Cyan and black at 255, magenta and yellow at 1: `10 1111111 0`, `10 0000000 0` twice, `10 1111111 0`.
    file.extend([0xbf, 0xa0, 0x08, 0x02, 0xfe, 0xff, 0xd9]);
    file
}

/// A PNG with this header and these chunks, whatever they are worth.
pub(crate) fn png(width: u32, height: u32, depth: u8, kind: u8, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, kind, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(png_chunk(b"IHDR", &header));
    for (name, data) in chunks {
        file.extend(png_chunk(name, data));
    }
    file.extend(png_chunk(b"IEND", &[]));
    file
}

/// A PNG whose pixels are numbers of colours in a list; at most 256 pixels a row.
pub(crate) fn palette_png(width: u32, height: u32, colors: &[[u8; 3]], number: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let row = |y: u32| std::iter::once(0).chain((0..width).map(|x| number(x, y)).collect::<Vec<u8>>());
    let rows: Vec<u8> = (0..height).flat_map(row).collect();
    png(width, height, 8, 3, &[(b"PLTE", colors.concat()), (b"IDAT", zlib(&rows))])
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).expect("a short segment");
    [&[0xff, marker][..], &length.to_be_bytes(), data].concat()
}

fn riff(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len()).expect("a short chunk");
    let pad = vec![0; data.len() % 2];
    [&name[..], &size.to_le_bytes(), data, &pad].concat()
}

fn u24(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len()).expect("a short chunk");
    let named = [&name[..], data].concat();
    [&size.to_be_bytes()[..], &named, &crc32(&named).to_be_bytes()].concat()
}

/// Stored, not compressed.
fn zlib(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("one stored block");
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    let header = [&[0x78, 0x01, 0x01][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [&header[..], data, &((b << 16) | a).to_be_bytes()].concat()
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !data.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
