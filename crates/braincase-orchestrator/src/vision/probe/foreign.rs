//! Images that we know by sight and do not take, so that the refusal can name them.

/// Which format the bytes are in, if it is an image format that we do not take.
pub(super) fn sniff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some("tiff"),
        [0, 0, 1, 0, _, 0, ..] => Some("ico"),
        [0, 0, 2, 0, _, 0, ..] => Some("cur"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => isobmff(brand),
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Some("jpeg xl"),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some("jpeg 2000"),
        [b'8', b'B', b'P', b'S', ..] => Some("photoshop"),
        [b'q', b'o', b'i', b'f', ..] => Some("qoi"),
        [0x76, 0x2f, 0x31, 0x01, ..] => Some("openexr"),
        [b'D', b'D', b'S', b' ', ..] => Some("dds"),
        [b'P', b'1'..=b'7', b'\n' | b' ', b'0'..=b'9' | b'#' | b'W', ..] => Some("netpbm"),
        // Two letters alone are too little evidence: the length of a BMP's second header is known.
        [b'B', b'M', ..] => {
            matches!(bytes.get(14..18)?, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]).then_some("bmp")
        }
        _ => is_svg(bytes).then_some("svg"),
    }
}

/// HEIC and AVIF are MP4-like boxes; a film in such a box is no image.
fn isobmff(brand: &[u8]) -> Option<&'static str> {
    match brand.first_chunk::<4>()? {
        b"avif" | b"avis" => Some("avif"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some("heic"),
        _ => None,
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<") && head.windows(4).any(|window| window == b"<svg")
}
