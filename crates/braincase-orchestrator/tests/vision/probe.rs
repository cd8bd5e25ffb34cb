//! The probe takes whole images within the limits and refuses everything else by name, whatever the bytes are.

use braincase_core::{image::ImageFormat, limits::Limits};
use braincase_orchestrator::vision::probe::{Probe, ProbeError, probe};
use image::{DynamicImage, Rgb, RgbaImage};
use proptest::prelude::*;

use crate::{
    drawing::{haze, noise, plain},
    files::{animated_gif, animated_webp, cmyk_jpeg, encoded, jpeg, palette_png, png, turned_jpeg},
    support::photograph,
};

fn look(bytes: &[u8]) -> Result<Probe, ProbeError> {
    probe(bytes, &Limits::default())
}

fn refusal(bytes: &[u8]) -> String {
    look(bytes).expect_err("it is refused").to_string()
}

/// One small whole file of each kind.
fn whole_files() -> Vec<(ImageFormat, Vec<u8>)> {
    let picture = haze(19, 11);
    let image = DynamicImage::ImageRgb8(picture.clone());
    let frames: Vec<RgbaImage> = (0..3).map(|seed| DynamicImage::ImageRgb8(noise(19, 11, seed)).to_rgba8()).collect();
    vec![
        (ImageFormat::Png, encoded(&image, image::ImageFormat::Png)),
        (ImageFormat::Png, palette_png(19, 11, &[[255, 0, 0], [0, 0, 255]], |x, y| ((x + y) % 2) as u8)),
        (ImageFormat::Jpeg, jpeg(&picture, 80)),
        (ImageFormat::Jpeg, turned_jpeg(&picture, 6)),
        (ImageFormat::Gif, encoded(&image, image::ImageFormat::Gif)),
        (ImageFormat::Gif, animated_gif(&frames)),
        (ImageFormat::Webp, encoded(&image, image::ImageFormat::WebP)),
        (ImageFormat::Webp, animated_webp(&[picture.clone(), noise(19, 11, 9)])),
    ]
}

#[test]
fn whole_files_are_known_by_their_bytes() {
    for (format, bytes) in whole_files() {
        assert_eq!(look(&bytes), Ok(Probe { format, width: 19, height: 11 }));
    }
    assert_eq!(look(&cmyk_jpeg()), Ok(Probe { format: ImageFormat::Jpeg, width: 8, height: 8 }));
}

#[test]
fn the_photographs_pass() {
    let found = |name| look(&photograph(name)).map(|found| (found.format, found.width, found.height));
    assert_eq!(found("coffee.png"), Ok((ImageFormat::Png, 600, 400)));
    assert_eq!(found("rocket.jpg"), Ok((ImageFormat::Jpeg, 640, 427)));
    assert_eq!(found("chelsea.png"), Ok((ImageFormat::Png, 451, 300)));
    assert_eq!(found("astronaut.png"), Ok((ImageFormat::Png, 512, 512)));
}

#[test]
fn every_truncation_is_refused() {
    for (format, bytes) in whole_files() {
        for length in 0..bytes.len() {
            let refused = look(&bytes[..length]).expect_err("a part is no whole");
            let sure = length >= 12;
            assert!(!sure || matches!(refused, ProbeError::Truncated { .. }), "{format:?} {length}: {refused}");
        }
    }
}

#[test]
fn what_follows_the_end_is_ignored() {
    for (format, bytes) in whole_files() {
        let longer = [&bytes[..], b"and so on \xff\xd8\xff\xd9 \x89PNG"].concat();
        assert_eq!(look(&longer), Ok(Probe { format, width: 19, height: 11 }));
    }
}

#[test]
fn what_is_no_image_is_called_so() {
    let others: [&[u8]; 8] = [
        b"",
        b"\x89",
        b"hello, this is a text",
        b"%PDF-1.7\n%....",
        b"<html><body>no</body></html>",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypmp42\0\0\0\0",
        b"BM is an abbreviation",
    ];
    for other in others {
        assert_eq!(look(other), Err(ProbeError::NotAnImage), "{other:?}");
    }
}

#[test]
fn images_of_other_formats_are_refused_by_name() {
    let bmp = [&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"[..], &[0; 40]].concat();
    let others: [(&[u8], &str); 10] = [
        (&bmp, "bmp"),
        (b"II*\0\x08\0\0\0", "tiff"),
        (b"MM\0*\0\0\0\x08", "tiff"),
        (b"\0\0\x01\0\x01\0\x10\x10", "ico"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "avif"),
        (b"\0\0\0\x20ftypheic\0\0\0\0", "heic"),
        (b"\xff\x0a\xfa\x1f", "jpeg xl"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "svg"),
        (b"P6\n2 2\n255\n", "netpbm"),
    ];
    for (bytes, what) in others {
        assert_eq!(look(bytes), Err(ProbeError::Unsupported { what }));
    }
    assert_eq!(refusal(&bmp), "bmp images are not taken; expected a png, jpeg, webp or gif file");
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let bomb = png(30_000, 30_000, 8, 2, &[(b"IDAT", vec![0; 64])]);
    let expected = "the image has 30000x30000 pixels; expected at most 8192 a side and 64000000 in all";
    assert_eq!(refusal(&bomb), expected);
    assert_eq!(refusal(&bomb[..40]), expected, "the size is judged before the rest is there");
    let long = png(8_193, 1, 8, 0, &[(b"IDAT", vec![])]);
    assert!(matches!(look(&long), Err(ProbeError::TooLarge { width: 8_193, height: 1, .. })));
    let many = png(8_192, 8_192, 8, 0, &[(b"IDAT", vec![])]);
    assert!(matches!(look(&many), Err(ProbeError::TooLarge { .. })), "67 million pixels are more than 64");
}

#[test]
fn every_format_is_held_to_the_limits() {
    let limits = Limits { max_image_side: 18, ..Limits::default() };
    for (_, bytes) in whole_files() {
        assert!(matches!(probe(&bytes, &limits), Err(ProbeError::TooLarge { width: 19, height: 11, .. })));
    }
    let limits = Limits { max_image_pixels: 19 * 11 - 1, ..Limits::default() };
    for (_, bytes) in whole_files() {
        assert!(matches!(probe(&bytes, &limits), Err(ProbeError::TooLarge { width: 19, height: 11, .. })));
    }
}

#[test]
fn a_frame_larger_than_its_screen_is_held_to_the_limits_too() {
    let mut gif = encoded(&DynamicImage::ImageRgb8(plain(4, 4, Rgb([9, 9, 9]))), image::ImageFormat::Gif);
    let frame = gif.windows(9).position(|bytes| bytes == [b',', 0, 0, 0, 0, 4, 0, 4, 0]).expect("a frame");
    gif[frame + 5..frame + 9].fill(0xff);
    assert!(matches!(look(&gif), Err(ProbeError::TooLarge { width: 65_535, height: 65_535, .. })));
}

#[test]
fn files_that_contradict_themselves_are_called_damaged() {
    let empty = png(0, 5, 8, 2, &[(b"IDAT", vec![])]);
    assert_eq!(refusal(&empty), "the png file is damaged: a side is 0 pixels long; expected at least 1");
    let hollow = png(5, 5, 8, 2, &[]);
    assert_eq!(refusal(&hollow), "the png file is damaged: there is no picture in it; expected an IDAT chunk");
    let odd = png(5, 5, 3, 2, &[(b"IDAT", vec![])]);
    assert!(refusal(&odd).contains("bit depth"), "{}", refusal(&odd));
    assert!(refusal(b"\x89PNG\r\r\n\x1a\n").contains("signature"));
    assert!(refusal(b"\xff\xd8\xff\xd9").contains("without a picture"));
    assert!(refusal(b"\xff\xd8\xff\xda\0\x02").contains("frame header"));
    assert!(refusal(b"GIF89a\x01\0\x01\0\0\0\0;").contains("at least one frame"));
    assert!(refusal(b"RIFF\x0c\0\0\0WEBPJUNK\0\0\0\0").contains("unknown chunk"));
    let arithmetic = b"\xff\xd8\xff\xc9\0\x0b\x08\0\x05\0\x05\x01\x01\x11\0";
    assert!(matches!(look(arithmetic), Err(ProbeError::Unsupported { .. })));
}

fn magic() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![
        &b""[..],
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x05\0\0\0\x05\x08\x02\0\0\0\0\0\0\0",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"GIF89a\x05\0\x05\0\0\0\0",
        b"RIFF\xff\0\0\0WEBPVP8X",
        b"RIFF\xff\xff\xff\xffWEBPVP8L\xff\xff\xff\xff\x2f",
    ])
}

proptest! {
    #[test]
    fn chance_is_never_a_panic(magic in magic(), rest in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [magic, &rest].concat();
        if let Ok(found) = look(&bytes) {
            prop_assert!(found.width > 0 && found.height > 0);
        }
    }

    #[test]
    fn a_flipped_bit_is_never_a_panic_nor_a_way_around_the_limits(
        file in 0..8_usize,
        flips in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let (_, mut bytes) = whole_files().swap_remove(file);
        for flip in flips {
            let bit = flip.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        if let Ok(found) = look(&bytes) {
            prop_assert!((1..=8_192).contains(&found.width) && (1..=8_192).contains(&found.height));
        }
    }
}
