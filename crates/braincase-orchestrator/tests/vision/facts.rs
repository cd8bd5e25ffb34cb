//! Drawn images: every fact has a known answer.

use braincase_core::{
    color::Color,
    image::{ImageFacts, Mood, Orientation},
};
use braincase_orchestrator::vision::local::facts_of;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage, metadata};
use proptest::prelude::*;

use crate::{
    drawing::{BLACK, WHITE, grains, haze, logo, noise, page, plain, resized, stripes},
    support::facts,
};

fn of(image: RgbImage) -> ImageFacts {
    facts(&DynamicImage::ImageRgb8(image))
}

fn colors(facts: &ImageFacts) -> Vec<(Color, f64)> {
    facts.palette.iter().map(|swatch| (swatch.color, swatch.share)).collect()
}

#[test]
fn stripes_give_their_two_colours_in_their_shares() {
    let facts = of(stripes(180, 150, 7, Rgb([200, 30, 30]), Rgb([20, 40, 180])));
    assert_eq!(colors(&facts), [(Color::rgb(200, 30, 30), 0.7), (Color::rgb(20, 40, 180), 0.3)]);
    assert_eq!(facts.mood, Mood::Vivid);
    assert!(facts.text_likelihood < 0.1, "{}", facts.text_likelihood);
    assert!(facts.description.starts_with("A landscape graphic image with red and blue;"), "{}", facts.description);
}

#[test]
fn black_and_white_in_equal_parts_have_the_greatest_contrast() {
    let facts = of(stripes(180, 180, 5, BLACK, WHITE));
    assert_eq!((facts.brightness, facts.contrast, facts.colorfulness), (0.5, 1.0, 0.0));
    assert_eq!(facts.orientation, Orientation::Square);
}

#[test]
fn a_grey_image_has_nothing_but_its_brightness() {
    let facts = of(plain(300, 400, Rgb([128, 128, 128])));
    assert_eq!(colors(&facts), [(Color::rgb(128, 128, 128), 1.0)]);
    // Oklab's lightness of this grey, from its reference code.
    assert!((facts.brightness - 0.6).abs() < 0.001, "{}", facts.brightness);
    assert_eq!((facts.contrast, facts.colorfulness, facts.text_likelihood), (0.0, 0.0, 0.0));
    assert!(facts.regions.iter().all(|region| region.activity == 0.0));
    assert_eq!((facts.mood, facts.orientation), (Mood::Calm, Orientation::Portrait));
    assert_eq!(facts.description, "A portrait graphic image with grey; calm; nothing stands out.");
}

#[test]
fn noise_is_colourful_and_no_writing() {
    for image in [noise(250, 180, 1), noise(700, 500, 2), grains(250, 180, 3), grains(700, 500, 4)] {
        let facts = of(image);
        assert!(facts.text_likelihood < 0.1, "{}", facts.text_likelihood);
        let least = facts.regions.last().expect("nine regions").activity;
        assert!(least > 0.9, "noise is everywhere, {least}");
    }
    assert!(of(noise(250, 180, 1)).colorfulness > 0.65);
}

#[test]
fn pages_and_logos_show_writing() {
    let navy = Rgb([10, 20, 80]);
    let written = [
        page(300, 300, 1, BLACK, WHITE),
        page(600, 800, 2, BLACK, WHITE),
        page(1000, 700, 3, WHITE, navy),
        logo("ACME", 300, 150, 4, Rgb([200, 20, 20]), WHITE),
        logo("ACME", 600, 400, 16, navy, Rgb([250, 240, 210])),
        logo("BRAINCASE", 1000, 600, 8, WHITE, navy),
    ];
    for (at, image) in written.into_iter().enumerate() {
        let facts = of(image);
        assert!(facts.text_likelihood > 0.6, "{at}: {}", facts.text_likelihood);
        assert!(facts.description.contains("writing"), "{}", facts.description);
    }
}

#[test]
fn writing_is_still_seen_when_it_is_smaller_or_on_its_side() {
    let sheet = DynamicImage::ImageRgb8(page(900, 700, 3, BLACK, WHITE));
    for image in [resized(&sheet, 600, 467), sheet.rotate90(), sheet.rotate180(), sheet] {
        assert!(facts(&image).text_likelihood > 0.6, "{}", facts(&image).text_likelihood);
    }
}

#[test]
fn soft_shapes_are_no_writing() {
    assert!(of(haze(500, 400)).text_likelihood < 0.1);
    let disc = RgbImage::from_fn(400, 400, |x, y| {
        if x.abs_diff(200).pow(2) + y.abs_diff(200).pow(2) < 10_000 { BLACK } else { WHITE }
    });
    assert!(of(disc).text_likelihood < 0.1);
    let board = RgbImage::from_fn(400, 400, |x, y| if (x / 8 + y / 8) % 2 == 0 { BLACK } else { WHITE });
    assert!(of(board).text_likelihood < 0.1);
}

#[test]
fn the_busiest_region_comes_first_and_the_regions_cover_the_image() {
    let mut image = plain(300, 300, Rgb([90, 90, 90]));
    for (x, y) in (210..290).flat_map(|x| (10..90).map(move |y| (x, y))) {
        image.put_pixel(x, y, if (x / 4 + y / 4) % 2 == 0 { WHITE } else { BLACK });
    }
    let facts = of(image);
    assert_eq!((facts.regions[0].name.as_str(), facts.regions[0].activity), ("top right", 1.0));
    assert!(facts.regions[1].activity < 0.05, "{:?}", facts.regions[1]);
    let mut names: Vec<_> = facts.regions.iter().map(|region| region.name.as_str()).collect();
    names.sort_unstable();
    let all = ["bottom", "bottom left", "bottom right", "center", "left", "right", "top", "top left", "top right"];
    assert_eq!(names, all);
    let area: f64 = facts.regions.iter().map(|region| region.width * region.height).sum();
    assert!((area - 1.0).abs() < 0.005, "{area}");
    let quiet = facts.regions.iter().find(|region| region.name == "bottom left").expect("nine regions");
    assert_eq!((quiet.color, quiet.x, quiet.y), (Color::rgb(90, 90, 90), 0.0, 0.667));
    assert!(facts.description.ends_with("most is going on in the top right."), "{}", facts.description);
}

#[test]
fn the_moods_follow_the_rules() {
    let mood = |r, g, b| of(plain(50, 40, Rgb([r, g, b]))).mood;
    assert_eq!(mood(10, 10, 12), Mood::Dark);
    assert_eq!(mood(250, 250, 248), Mood::Bright);
    assert_eq!(mood(190, 150, 110), Mood::Warm);
    assert_eq!(mood(110, 140, 180), Mood::Cool);
    assert_eq!(mood(128, 128, 128), Mood::Calm);
    assert_eq!(of(stripes(50, 40, 5, Rgb([80; 3]), Rgb([200; 3]))).mood, Mood::Neutral);
}

#[test]
fn what_is_transparent_is_white() {
    let clear = RgbaImage::from_fn(100, 100, |x, _| if x < 75 { Rgba([200, 0, 0, 0]) } else { Rgba([0, 0, 200, 255]) });
    let facts = facts(&DynamicImage::ImageRgba8(clear));
    assert_eq!(colors(&facts), [(Color::WHITE, 0.75), (Color::rgb(0, 0, 200), 0.25)]);
}

#[test]
fn every_way_to_store_pixels_gives_the_same_facts() {
    let grey = DynamicImage::ImageLuma8(GrayImage::from_fn(90, 60, |x, y| Luma([(x * 2 + y) as u8])));
    let expected = facts(&grey);
    let stored = [
        DynamicImage::ImageLumaA8(grey.to_luma_alpha8()),
        DynamicImage::ImageRgb8(grey.to_rgb8()),
        DynamicImage::ImageRgba8(grey.to_rgba8()),
        DynamicImage::ImageLuma16(grey.to_luma16()),
        DynamicImage::ImageLumaA16(grey.to_luma_alpha16()),
        DynamicImage::ImageRgb16(grey.to_rgb16()),
        DynamicImage::ImageRgba16(grey.to_rgba16()),
    ];
    for image in stored {
        assert_eq!(facts(&image), expected, "{:?}", image.color());
    }
}

#[test]
fn one_pixel_and_one_row_have_facts() {
    let one = of(plain(1, 1, Rgb([10, 200, 10])));
    assert_eq!(colors(&one), [(Color::rgb(10, 200, 10), 1.0)]);
    assert_eq!(one.regions.len(), 1);
    assert_eq!(one.regions[0].name, "center");
    let row = of(stripes(8192, 1, 5, BLACK, WHITE));
    assert_eq!((row.width, row.height, row.orientation), (8192, 1, Orientation::Landscape));
    assert_eq!(row.regions.len(), 3);
    assert!((row.palette.iter().map(|swatch| swatch.share).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn a_turn_that_the_metadata_asks_for_gives_the_facts_of_the_turned_image() {
    let image = DynamicImage::ImageRgb8(stripes(120, 60, 3, Rgb([200, 30, 30]), WHITE));
    let mut image = resized(&image, 60, 90).to_rgb8();
    image.put_pixel(3, 5, BLACK);
    let image = DynamicImage::ImageRgb8(image);
    for number in 1..=8 {
        let turn = metadata::Orientation::from_exif(number).expect("a turn");
        let mut turned = image.clone();
        turned.apply_orientation(turn);
        assert_eq!(facts_of(&image, turn), facts(&turned), "{turn:?}");
    }
}

/// Small images of a few colours.
fn images() -> impl Strategy<Value = RgbImage> {
    let size = (1_u32..40, 1_u32..40);
    (size, prop::collection::vec(any::<[u8; 3]>(), 1..8), any::<u64>()).prop_map(|((width, height), colors, seed)| {
        let choice = noise(width, height, seed);
        RgbImage::from_fn(width, height, |x, y| Rgb(colors[usize::from(choice.get_pixel(x, y).0[0]) % colors.len()]))
    })
}

fn is_share(number: f64) -> bool {
    (0.0..=1.0).contains(&number) && ((number * 1000.0).round() / 1000.0).to_bits() == number.to_bits()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn facts_are_well_formed_and_always_the_same(image in images()) {
        let facts = of(image.clone());
        prop_assert_eq!(&facts, &of(image));
        let scores = [facts.brightness, facts.contrast, facts.colorfulness, facts.text_likelihood];
        prop_assert!(scores.into_iter().all(is_share), "{:?}", scores);
        prop_assert!(facts.regions.iter().all(|region| is_share(region.activity)));
        let thousandths: f64 = facts.palette.iter().map(|swatch| (swatch.share * 1000.0).round()).sum();
        prop_assert_eq!(thousandths, 1000.0);
        prop_assert!((1..=6).contains(&facts.palette.len()));
        prop_assert!(facts.palette.is_sorted_by(|x, y| x.share >= y.share));
        prop_assert!(facts.perceptual_hash.len() == 16 && u64::from_str_radix(&facts.perceptual_hash, 16).is_ok());
    }

    #[test]
    fn turning_an_image_does_not_change_its_colours(image in images()) {
        let image = DynamicImage::ImageRgb8(image);
        let upright = facts(&image);
        for turned in [image.rotate90(), image.rotate180(), image.fliph()] {
            let turned = facts(&turned);
            prop_assert_eq!(&turned.palette, &upright.palette);
            prop_assert_eq!(turned.brightness, upright.brightness);
            prop_assert_eq!(turned.contrast, upright.contrast);
            prop_assert_eq!(turned.colorfulness, upright.colorfulness);
            prop_assert_eq!(turned.mood, upright.mood);
        }
    }
}
