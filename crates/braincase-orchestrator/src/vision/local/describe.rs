//! One sentence that says what an image is like, built from its facts.

use braincase_core::{
    color::Color,
    image::{Mood, Orientation, Region, Swatch},
};

use super::oklab::Lab;

/// From this score on an image is said to show writing.
const SHOWS_WRITING: f64 = 0.5;
/// Colours that cover less are not worth a word.
const WORTH_A_WORD: f64 = 0.08;

/// What the sentence is about.
#[derive(Debug)]
pub(super) struct Impression<'a> {
    pub(super) orientation: Orientation,
    pub(super) palette: &'a [Swatch],
    pub(super) mood: Mood,
    pub(super) regions: &'a [Region],
    pub(super) text_likelihood: f64,
    /// How many clearly different colours there are.
    pub(super) colors: usize,
}

/// As in "A landscape photograph-like image with brown and cream; warm; most is going on in the center."
pub(super) fn describe(impression: &Impression<'_>) -> String {
    let orientation = match impression.orientation {
        Orientation::Landscape => "landscape",
        Orientation::Portrait => "portrait",
        Orientation::Square => "square",
    };
    let colors = colors(impression.palette);
    let (kind, mood) = (kind(impression), mood(impression.mood));
    format!("A {orientation} {kind} with {colors}; {mood}; {}.", place(impression.regions))
}

/// The word that people would use for a colour.
pub(super) fn name(color: Color) -> &'static str {
    let lab = Lab::of_color(color);
    let names: &[_] = if lab.a.hypot(lab.b) < COLORLESS { &GREYS } else { &COLORS };
    let distance = |(_, other): &(&str, Color)| lab.distance_squared(Lab::of_color(*other));
    names.iter().min_by(|x, y| distance(x).total_cmp(&distance(y))).map_or("grey", |(name, _)| name)
}

/// Nearer to the axis of greys than this, nobody names a hue.
const COLORLESS: f32 = 0.018;

const GREYS: [(&str, Color); 5] = [
    ("black", Color::rgb(10, 10, 10)),
    ("dark grey", Color::rgb(75, 75, 75)),
    ("grey", Color::rgb(130, 130, 130)),
    ("light grey", Color::rgb(205, 205, 205)),
    ("white", Color::rgb(252, 252, 252)),
];

/// A table of words for the regions where people use them; some words cover several.
const COLORS: [(&str, Color); 32] = [
    ("black", Color::rgb(14, 10, 12)),
    ("white", Color::rgb(250, 252, 255)),
    ("cream", Color::rgb(245, 232, 205)),
    ("beige", Color::rgb(215, 190, 155)),
    ("tan", Color::rgb(190, 150, 105)),
    ("brown", Color::rgb(135, 85, 45)),
    ("brown", Color::rgb(160, 100, 60)),
    ("dark brown", Color::rgb(75, 42, 22)),
    ("dark brown", Color::rgb(45, 22, 10)),
    ("dark red", Color::rgb(125, 15, 20)),
    ("red", Color::rgb(215, 30, 35)),
    ("orange", Color::rgb(240, 130, 30)),
    ("gold", Color::rgb(212, 170, 55)),
    ("yellow", Color::rgb(250, 225, 50)),
    ("olive", Color::rgb(120, 120, 40)),
    ("lime", Color::rgb(160, 220, 50)),
    ("green", Color::rgb(40, 150, 55)),
    ("light green", Color::rgb(150, 215, 150)),
    ("dark green", Color::rgb(20, 70, 35)),
    ("teal", Color::rgb(20, 130, 130)),
    ("cyan", Color::rgb(60, 215, 225)),
    ("light blue", Color::rgb(150, 195, 235)),
    ("blue", Color::rgb(40, 90, 205)),
    ("blue", Color::rgb(70, 120, 175)),
    ("dark blue", Color::rgb(20, 35, 85)),
    ("grey-blue", Color::rgb(105, 125, 145)),
    ("grey-blue", Color::rgb(70, 80, 105)),
    ("purple", Color::rgb(115, 45, 150)),
    ("lavender", Color::rgb(195, 175, 230)),
    ("magenta", Color::rgb(215, 40, 180)),
    ("pink", Color::rgb(245, 165, 190)),
    ("salmon", Color::rgb(225, 135, 115)),
];

fn kind(impression: &Impression<'_>) -> &'static str {
    if impression.text_likelihood >= SHOWS_WRITING {
        "image that seems to show writing,"
    } else if impression.colors > 60 {
        "photograph-like image"
    } else {
        "graphic image"
    }
}

fn colors(palette: &[Swatch]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for swatch in palette.iter().filter(|swatch| swatch.share >= WORTH_A_WORD) {
        let name = name(swatch.color);
        if names.len() < 3 && !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "many colours".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

const fn mood(mood: Mood) -> &'static str {
    match mood {
        Mood::Bright => "bright",
        Mood::Dark => "dark",
        Mood::Warm => "warm",
        Mood::Cool => "cool",
        Mood::Vivid => "vivid",
        Mood::Calm => "calm",
        Mood::Neutral => "neutral in mood",
    }
}

fn place(regions: &[Region]) -> String {
    match regions {
        [] => "nothing stands out".to_owned(),
        [first, ..] if first.activity == 0.0 => "nothing stands out".to_owned(),
        [first, second, ..] if second.activity > 0.9 => {
            format!("most is going on in the {} and the {}", part(&first.name), part(&second.name))
        }
        [first, ..] => format!("most is going on in the {}", part(&first.name)),
    }
}

fn part(name: &str) -> String {
    match name {
        "left" | "right" => format!("{name} middle"),
        other => other.to_owned(),
    }
}
