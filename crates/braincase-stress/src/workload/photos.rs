//! The photographs that users upload; each upload is a file of its own that shows the same picture.
//!
//! A server may know bytes that it has seen before. An upload therefore carries a comment that no other upload has, in
//! the place where the format wants comments, so that every upload is analysed and the picture stays what it is.

use bytes::Bytes;

/// A file as it is uploaded.
#[derive(Debug, Clone)]
pub struct Photo {
    /// What it shows.
    pub subject: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Bytes,
}

enum Format {
    Png,
    Jpeg,
}

const FILES: [(&str, Format, &[u8]); 4] = [
    ("coffee", Format::Png, include_bytes!("../../data/images/coffee.png")),
    ("rocket", Format::Jpeg, include_bytes!("../../data/images/rocket.jpg")),
    ("astronaut", Format::Png, include_bytes!("../../data/images/astronaut.png")),
    ("cat", Format::Png, include_bytes!("../../data/images/chelsea.png")),
];

/// The `nth` photograph, marked with a comment.
#[must_use]
pub fn photo(nth: usize, comment: &str) -> Photo {
    let (subject, format, file) = &FILES[nth % FILES.len()];
    let (media_type, bytes) = match format {
        Format::Png => ("image/png", marked_png(file, comment)),
        Format::Jpeg => ("image/jpeg", marked_jpeg(file, comment)),
    };
    Photo { subject, media_type, bytes: Bytes::from(bytes) }
}

/// A `tEXt` chunk before the last chunk.
fn marked_png(file: &[u8], comment: &str) -> Vec<u8> {
    const END_CHUNK: usize = 12;
    let (body, end) = file.split_at(file.len() - END_CHUNK);
    let mut chunk = b"tEXtComment\0".to_vec();
    chunk.extend_from_slice(comment.as_bytes());
    let length = u32::try_from(chunk.len() - 4).unwrap_or(0);
    [body, &length.to_be_bytes(), &chunk, &crc32(&chunk).to_be_bytes(), end].concat()
}

/// A comment segment behind the start marker.
fn marked_jpeg(file: &[u8], comment: &str) -> Vec<u8> {
    let (start, body) = file.split_at(2);
    let length = u16::try_from(comment.len() + 2).unwrap_or(2);
    [start, &[0xff, 0xfe], &length.to_be_bytes(), comment.as_bytes(), body].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_one_of_png() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn a_marked_file_has_its_comment_and_all_of_the_picture() {
        for (nth, (_, format, file)) in FILES.iter().enumerate() {
            let marked = photo(nth, "bc01").bytes;
            assert!(marked.windows(4).any(|window| window == b"bc01"));
            let overhead = match format {
                Format::Png => 12 + 8 + 4,
                Format::Jpeg => 4 + 4,
            };
            assert_eq!(marked.len(), file.len() + overhead);
            assert_ne!(marked, photo(nth, "bc02").bytes);
        }
    }
}
