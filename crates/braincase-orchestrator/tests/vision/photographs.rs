//! Real photographs: what people see in them is what the facts say.

use braincase_core::image::{Mood, Orientation};
use image::DynamicImage;

use crate::{
    drawing::resized,
    files::jpeg,
    support::{facts, hamming, hsv, pixels, share},
};

const ALL: [&str; 4] = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"];

/// Hue 5–45 degrees, saturated, neither black nor light.
fn is_brown((hue, saturation, value): (f64, f64, f64)) -> bool {
    (5.0..45.0).contains(&hue) && saturation > 0.3 && (0.2..0.85).contains(&value)
}

/// Hue 200–240 degrees, saturated, dark or not.
fn is_blue((hue, saturation, value): (f64, f64, f64)) -> bool {
    (200.0..240.0).contains(&hue) && saturation > 0.2 && value > 0.1
}

/// How many of the pixels themselves have such a colour.
fn counted(image: &DynamicImage, holds: impl Fn((f64, f64, f64)) -> bool) -> f64 {
    let rgb = image.to_rgb8();
    let color = |pixel: &image::Rgb<u8>| braincase_core::color::Color::rgb(pixel.0[0], pixel.0[1], pixel.0[2]);
    let matching = rgb.pixels().filter(|pixel| holds(hsv(color(pixel)))).count();
    matching as f64 / f64::from(rgb.width() * rgb.height())
}

#[test]
fn the_palette_of_the_coffee_holds_its_browns() {
    let image = pixels("coffee.png");
    let facts = facts(&image);
    let browns = share(&facts.palette, is_brown);
    assert!(browns > 0.5, "{:?}", facts.palette);
    assert!((browns - counted(&image, is_brown)).abs() < 0.15, "{browns} {}", counted(&image, is_brown));
    assert!(facts.description.contains("brown"), "{}", facts.description);
    assert_eq!(facts.orientation, Orientation::Landscape);
}

#[test]
fn the_palette_of_the_rocket_holds_its_blues() {
    let image = pixels("rocket.jpg");
    let facts = facts(&image);
    let blues = share(&facts.palette, is_blue);
    assert!(blues > 0.8, "{:?}", facts.palette);
    assert!((blues - counted(&image, is_blue)).abs() < 0.2, "{blues} {}", counted(&image, is_blue));
    assert!(facts.description.contains("blue"), "{}", facts.description);
    assert_eq!(facts.mood, Mood::Cool);
}

#[test]
fn the_cat_is_warm_and_its_head_is_busier_than_the_blanket() {
    let facts = facts(&pixels("chelsea.png"));
    assert_eq!(facts.mood, Mood::Warm);
    assert!(share(&facts.palette, is_brown) > 0.5, "{:?}", facts.palette);
    let activity = |name: &str| facts.regions.iter().find(|region| region.name == name).map(|region| region.activity);
    assert!(activity("center") > activity("bottom right"), "{:?}", facts.regions);
}

#[test]
fn the_astronaut_wears_orange_and_fills_a_square() {
    let facts = facts(&pixels("astronaut.png"));
    let orange = |(hue, saturation, value)| (5.0..35.0).contains(&hue) && saturation > 0.5 && value > 0.6;
    assert!(share(&facts.palette, orange) > 0.1, "{:?}", facts.palette);
    assert_eq!(facts.orientation, Orientation::Square);
    assert_eq!((facts.width, facts.height), (512, 512));
}

#[test]
fn photographs_are_not_taken_for_writing() {
    for name in ALL {
        let facts = facts(&pixels(name));
        assert!(facts.text_likelihood < 0.3, "{name}: {}", facts.text_likelihood);
        assert!(facts.description.contains("photograph-like"), "{name}: {}", facts.description);
    }
}

#[test]
fn the_hash_survives_rescaling_and_compression_and_tells_photographs_apart() {
    let hash = |image: &DynamicImage| facts(image).perceptual_hash;
    let originals = ALL.map(pixels);
    let hashes = originals.each_ref().map(hash);
    for (image, original) in originals.iter().zip(&hashes) {
        let smaller = resized(image, image.width() / 3, image.height() / 3);
        assert!(hamming(original, &hash(&smaller)) <= 6);
        let stretched = resized(image, image.width() * 5 / 4, image.height());
        assert!(hamming(original, &hash(&stretched)) <= 6);
        let squeezed = image::load_from_memory(&jpeg(&image.to_rgb8(), 50)).expect("our own JPEG decodes");
        assert!(hamming(original, &hash(&squeezed)) <= 6);
    }
    for (at, one) in hashes.iter().enumerate() {
        for other in &hashes[at + 1..] {
            assert!(hamming(one, other) >= 16, "{one} {other}");
        }
    }
}
