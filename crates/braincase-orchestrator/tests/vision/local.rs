//! The local vision as its callers meet it: files in, facts or a typed error out, a few at a time.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use braincase_core::{
    BoxFuture,
    background::{Background, Failure, Task},
    color::Color,
    image::{ImageFacts, ImageFormat, Orientation},
    limits::Limits,
    vision::{Vision, VisionError},
};
use braincase_orchestrator::vision::local::LocalVision;
use bytes::Bytes;
use futures_util::poll;
use image::{DynamicImage, Rgb, RgbImage, codecs::png};
use proptest::{prelude::*, sample::Index};

use crate::{
    drawing::{haze, plain, stripes},
    files::{animated_gif, animated_webp, cmyk_jpeg, encoded, jpeg, palette_png, turned_jpeg},
    support::{TestBackground, facts, photograph, pixels},
};

const RED: Rgb<u8> = Rgb([200, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 40, 180]);

fn vision(limits: Limits) -> LocalVision {
    LocalVision::new(Arc::new(TestBackground), limits, 2)
}

async fn analyze(bytes: Vec<u8>, format: ImageFormat) -> Result<ImageFacts, VisionError> {
    vision(Limits::default()).analyze(Bytes::from(bytes), format).await
}

fn main_color(facts: &ImageFacts) -> Color {
    facts.palette[0].color
}

#[tokio::test]
async fn a_photograph_gets_the_facts_of_its_pixels() {
    let analyzed = analyze(photograph("coffee.png"), ImageFormat::Png).await;
    assert_eq!(analyzed, Ok(facts(&pixels("coffee.png"))));
    let analyzed = analyze(photograph("rocket.jpg"), ImageFormat::Jpeg).await.expect("facts");
    assert_eq!((analyzed.width, analyzed.height, analyzed.source.as_str()), (640, 427, "local"));
}

#[tokio::test]
async fn equal_bytes_give_equal_json() {
    let json = async || {
        let facts = analyze(photograph("chelsea.png"), ImageFormat::Png).await.expect("facts");
        serde_json::to_string(&facts).expect("JSON")
    };
    let first = json().await;
    assert_eq!(first, json().await);
    let read: ImageFacts = serde_json::from_str(&first).expect("facts come back");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), first);
}

#[tokio::test]
async fn only_the_first_frame_of_an_animation_counts() {
    let (first, second) = (plain(40, 30, RED), plain(40, 30, BLUE));
    let frames = [&first, &second, &second].map(|frame| DynamicImage::ImageRgb8(frame.clone()).to_rgba8());
    let gif = analyze(animated_gif(&frames), ImageFormat::Gif).await.expect("facts");
    assert_eq!((gif.palette.len(), main_color(&gif)), (1, Color::rgb(200, 20, 20)));
    let webp = analyze(animated_webp(&[first, second]), ImageFormat::Webp).await.expect("facts");
    assert_eq!((webp.palette.len(), main_color(&webp)), (1, Color::rgb(200, 20, 20)));
}

#[tokio::test]
async fn lossless_formats_agree() {
    let image = DynamicImage::ImageRgb8(stripes(60, 40, 7, RED, BLUE));
    let expected = Ok(facts(&image));
    assert_eq!(analyze(encoded(&image, image::ImageFormat::Png), ImageFormat::Png).await, expected);
    assert_eq!(analyze(encoded(&image, image::ImageFormat::WebP), ImageFormat::Webp).await, expected);
    let deep = DynamicImage::ImageRgb16(image.to_rgb16());
    assert_eq!(analyze(encoded(&deep, image::ImageFormat::Png), ImageFormat::Png).await, expected);
    let listed = palette_png(60, 40, &[RED.0, BLUE.0], |x, _| u8::from(x % 10 >= 7));
    assert_eq!(analyze(listed, ImageFormat::Png).await, expected);
    let grey = DynamicImage::ImageLuma8(image.to_luma8());
    assert_eq!(analyze(encoded(&grey, image::ImageFormat::Png), ImageFormat::Png).await, Ok(facts(&grey)));
}

#[tokio::test]
async fn the_colours_of_printers_are_understood() {
    let facts = analyze(cmyk_jpeg(), ImageFormat::Jpeg).await.expect("facts");
    let Color { r, g, b } = main_color(&facts);
    assert!(r > 245 && g < 10 && b < 10, "{:?}", facts.palette);
}

#[tokio::test]
async fn a_camera_held_upright_makes_a_portrait() {
    // Red on the left, blue on the right; turned clockwise, red is on top.
    let image = RgbImage::from_fn(60, 30, |x, _| if x < 30 { RED } else { BLUE });
    let facts = analyze(turned_jpeg(&image, 6), ImageFormat::Jpeg).await.expect("facts");
    assert_eq!((facts.width, facts.height, facts.orientation), (30, 60, Orientation::Portrait));
    let color = |name: &str| facts.regions.iter().find(|region| region.name == name).map(|region| region.color);
    assert!(color("top").is_some_and(|color| color.r > 150), "{:?}", facts.regions);
    assert!(color("bottom").is_some_and(|color| color.b > 150), "{:?}", facts.regions);
}

#[tokio::test]
async fn the_largest_image_that_is_allowed_is_analysed() {
    let grey = image::GrayImage::from_raw(8_000, 8_000, vec![200; 64_000_000]).expect("as many pixels");
    let mut file = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut file, png::CompressionType::Fast, png::FilterType::Up);
    grey.write_with_encoder(encoder).expect("a PNG is written");
    assert!(file.len() < 1 << 20, "64 million pixels in {} bytes", file.len());
    let facts = analyze(file, ImageFormat::Png).await.expect("facts");
    assert_eq!((facts.width, facts.height, main_color(&facts)), (8_000, 8_000, Color::rgb(200, 200, 200)));
}

#[tokio::test]
async fn pixels_that_take_too_much_memory_are_refused_before_they_are_decoded() {
    let deep = DynamicImage::ImageRgba16(DynamicImage::ImageRgb8(plain(100, 100, RED)).to_rgba16());
    let limits = Limits { max_image_pixels: 10_000, ..Limits::default() };
    let file = encoded(&deep, image::ImageFormat::Png);
    let refused = vision(limits).analyze(Bytes::from(file), ImageFormat::Png).await;
    let expected = "its pixels take 80000 bytes; expected at most 40000";
    assert_eq!(refused, Err(VisionError::TooLarge(expected.to_owned())));
}

#[tokio::test]
async fn what_is_too_large_or_another_format_is_refused_with_the_reason() {
    let file = encoded(&DynamicImage::ImageRgb8(plain(100, 50, RED)), image::ImageFormat::WebP);
    let limits = Limits { max_image_side: 64, ..Limits::default() };
    let large = vision(limits).analyze(Bytes::from(file.clone()), ImageFormat::Webp).await;
    assert!(matches!(&large, Err(VisionError::TooLarge(why)) if why.contains("100x50")), "{large:?}");
    let other = analyze(file, ImageFormat::Png).await;
    assert_eq!(other, Err(VisionError::Undecodable("expected a png file, got a webp file".to_owned())));
    let none = analyze(b"not at all an image".to_vec(), ImageFormat::Png).await;
    assert!(matches!(none, Err(VisionError::Undecodable(_))), "{none:?}");
}

#[tokio::test]
async fn a_file_that_is_whole_but_wrong_inside_is_undecodable() {
    let mut file = encoded(&DynamicImage::ImageRgb8(haze(64, 64)), image::ImageFormat::Png);
    let pixels = file.windows(4).position(|bytes| bytes == b"IDAT").expect("pixels");
    file[pixels + 8..pixels + 40].fill(0x55);
    let refused = analyze(file, ImageFormat::Png).await;
    assert!(matches!(refused, Err(VisionError::Undecodable(_))), "{refused:?}");
}

type Work = Box<dyn FnOnce() -> Result<(), Failure> + Send>;

/// Keeps what it is given until it is told to run it.
#[derive(Default)]
struct Held(Mutex<Vec<Work>>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({})", self.waiting())
    }
}

impl Held {
    fn waiting(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }

    fn run_first(&self) {
        let work = self.0.lock().expect("no panic").remove(0);
        work().expect("an analysis reports to its caller");
    }
}

impl Background for Held {
    fn spawn(&self, _: Task, _: BoxFuture<Result<(), Failure>>) {
        panic!("the vision computes and does nothing else");
    }

    fn spawn_blocking(&self, _: Task, work: Work) {
        self.0.lock().expect("no panic").push(work);
    }
}

fn small() -> Bytes {
    Bytes::from(jpeg(&plain(16, 16, RED), 90))
}

#[tokio::test]
async fn only_as_many_are_decoded_at_once_as_allowed_even_if_callers_go_away() {
    // Given three analyses and room for two.
    let held = Arc::new(Held::default());
    let vision = LocalVision::new(held.clone(), Limits::default(), 2);
    let mut first = vision.analyze(small(), ImageFormat::Jpeg);
    let mut second = vision.analyze(small(), ImageFormat::Jpeg);
    let mut third = vision.analyze(small(), ImageFormat::Jpeg);
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
    assert_eq!(held.waiting(), 2);

    // When the first caller goes away, its computation still has its place until it has run.
    drop(first);
    assert!(poll!(&mut third).is_pending());
    assert_eq!(held.waiting(), 2);
    held.run_first();
    assert!(poll!(&mut third).is_pending());
    assert_eq!(held.waiting(), 2);

    // Then the others are served.
    held.run_first();
    held.run_first();
    assert!(second.await.is_ok());
    assert!(third.await.is_ok());
}

#[tokio::test]
async fn work_that_is_dropped_or_never_done_is_reported_as_unavailable() {
    let held = Arc::new(Held::default());
    let limits = Limits { analysis_deadline: Duration::from_millis(5), ..Limits::default() };
    let late = LocalVision::new(held.clone(), limits, 1).analyze(small(), ImageFormat::Jpeg).await;
    assert_eq!(late, Err(VisionError::Unavailable("the analysis took longer than 0.005 s".to_owned())));

    let vision = LocalVision::new(held.clone(), Limits::default(), 1);
    let mut analysis = vision.analyze(small(), ImageFormat::Jpeg);
    assert!(poll!(&mut analysis).is_pending());
    held.0.lock().expect("no panic").clear();
    assert!(matches!(analysis.await, Err(VisionError::Unavailable(_))));
    // The place of the dropped work is free again.
    let mut next = vision.analyze(small(), ImageFormat::Jpeg);
    assert!(poll!(&mut next).is_pending());
    assert_eq!(held.waiting(), 1);
}

/// Small files of every format.
fn files() -> Vec<(ImageFormat, Vec<u8>)> {
    let picture = haze(33, 21);
    let image = DynamicImage::ImageRgb8(picture.clone());
    let frames = [RED, BLUE].map(|color| DynamicImage::ImageRgb8(plain(33, 21, color)).to_rgba8());
    vec![
        (ImageFormat::Png, encoded(&image, image::ImageFormat::Png)),
        (ImageFormat::Jpeg, jpeg(&picture, 80)),
        (ImageFormat::Jpeg, turned_jpeg(&picture, 8)),
        (ImageFormat::Gif, animated_gif(&frames)),
        (ImageFormat::Webp, encoded(&image, image::ImageFormat::WebP)),
        (ImageFormat::Webp, animated_webp(&[picture, plain(33, 21, RED)])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damage_is_an_answer_and_never_a_panic(
        file in 0..6_usize,
        flips in prop::collection::vec(any::<Index>(), 1..8),
        cut in prop::option::of(any::<Index>()),
    ) {
        let (format, mut bytes) = files().swap_remove(file);
        for flip in flips {
            let bit = flip.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        // A limit keeps a wrong size in a header from making the test slow.
        let limits = Limits { max_image_side: 512, ..Limits::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let answer = runtime.block_on(vision(limits).analyze(Bytes::from(bytes), format));
        prop_assert!(!matches!(answer, Err(VisionError::Unavailable(_))), "{:?}", answer);
    }
}
