//! Colours by name, by code and with "light" or "dark" before them.

use braincase_core::color::Color;

use super::{clause::Clause, token::Kind};

/// As in CSS where CSS has the name.
const NAMES: &[(&str, u32)] = &[
    ("red", 0xff_00_00),
    ("green", 0x00_80_00),
    ("blue", 0x00_00_ff),
    ("yellow", 0xff_ff_00),
    ("orange", 0xff_a5_00),
    ("purple", 0x80_00_80),
    ("violet", 0xee_82_ee),
    ("pink", 0xff_c0_cb),
    ("brown", 0xa5_2a_2a),
    ("black", 0x00_00_00),
    ("white", 0xff_ff_ff),
    ("gray", 0x80_80_80),
    ("silver", 0xc0_c0_c0),
    ("gold", 0xff_d7_00),
    ("golden", 0xff_d7_00),
    ("cyan", 0x00_ff_ff),
    ("turquoise", 0x40_e0_d0),
    ("teal", 0x00_80_80),
    ("navy", 0x00_00_80),
    ("magenta", 0xff_00_ff),
    ("lime", 0x00_ff_00),
    ("olive", 0x80_80_00),
    ("maroon", 0x80_00_00),
    ("beige", 0xf5_f5_dc),
    ("cream", 0xff_fd_d0),
    ("ivory", 0xff_ff_f0),
    ("coral", 0xff_7f_50),
    ("salmon", 0xfa_80_72),
    ("indigo", 0x4b_00_82),
    ("lavender", 0xe6_e6_fa),
    ("mint", 0x98_ff_98),
    ("peach", 0xff_da_b9),
    ("crimson", 0xdc_14_3c),
    ("scarlet", 0xff_24_00),
    ("aqua", 0x00_ff_ff),
    ("amber", 0xff_bf_00),
    ("burgundy", 0x80_00_20),
    ("charcoal", 0x36_45_4f),
    ("khaki", 0xf0_e6_8c),
    ("plum", 0xdd_a0_dd),
    ("tan", 0xd2_b4_8c),
    ("rose", 0xff_00_7f),
];

/// The colour of a name.
pub(super) fn named(word: &str) -> Option<Color> {
    NAMES.iter().find(|(name, _)| *name == word).map(|(_, value)| from_rgb(*value))
}

/// A colour found in a clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The colour.
    pub(super) color: Color,
    /// As a person would say it.
    pub(super) start: usize,
    /// The token after its last.
    pub(super) end: usize,
}

/// Finds the colours in a clause.
pub(super) fn find(clause: &Clause<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < clause.len() {
        match color_at(clause, at) {
            Some(color) => {
                at = color.end;
                found.push(color);
            }
            None => at += 1,
        }
    }
    found
}

/// The colour that starts at a token.
pub(super) fn color_at(clause: &Clause<'_>, at: usize) -> Option<Found> {
    if let Some(Kind::Hex(color)) = clause.kind(at) {
        return Some(Found { color, start: at, end: at + 1 });
    }
    let word = clause.word(at);
    let mix: Option<fn(Color) -> Color> = match word {
        "dark" | "darker" | "deep" => Some(darker),
        "light" | "lighter" | "pale" | "pastel" | "soft" | "bright" | "sky" | "baby" => Some(lighter),
        _ => None,
    };
    if let Some(mix) = mix {
        let base = named(clause.word(at + 1))?;
        let color = if word == "bright" { base } else { mix(base) };
        return Some(Found { color, start: at, end: at + 2 });
    }
    let color = named(word)?;
    // "navy blue", "lime green" and the like are one colour.
    let double = matches!(word, "navy" | "lime" | "mint" | "coral" | "olive" | "royal" | "teal")
        && matches!(clause.word(at + 1), "blue" | "green" | "red" | "pink");
    Some(Found { color, start: at, end: at + 1 + usize::from(double) })
}

/// A colour with more black in it.
pub(super) fn darker(color: Color) -> Color {
    mix(color, Color::BLACK)
}

/// A colour with more white in it.
pub(super) fn lighter(color: Color) -> Color {
    mix(color, Color::WHITE)
}

/// Whether white letters read better on it than black ones.
pub(super) fn is_dark(color: Color) -> bool {
    u32::from(color.r) * 299 + u32::from(color.g) * 587 + u32::from(color.b) * 114 < 140_000
}

/// The plain name that fits a colour best, for "the blue scene" and for replies.
pub(super) fn nearest_name(color: Color) -> &'static str {
    let far = |a: u8, b: u8| i32::from(a.abs_diff(b)).pow(2);
    let distance = |rgb: u32| {
        let other = from_rgb(rgb);
        far(color.r, other.r) + far(color.g, other.g) + far(color.b, other.b)
    };
    NAMES.iter().min_by_key(|(_, rgb)| distance(*rgb)).map_or("", |(name, _)| name)
}

/// Whether a person would call a colour by this name: it is the nearest, or the hue of the name.
pub(super) fn looks(color: Color, name: Color) -> bool {
    color == name
        || color == lighter(name)
        || color == darker(name)
        || nearest_name(color) == nearest_name(name)
        || same_hue(color, name)
}

fn same_hue(a: Color, b: Color) -> bool {
    match (hue(a), hue(b)) {
        (Some(a), Some(b)) => {
            let apart = (a - b).abs();
            apart.min(360 - apart) <= 20
        }
        (None, _) | (_, None) => false,
    }
}

/// The hue in degrees; none for greys.
fn hue(color: Color) -> Option<i32> {
    let (r, g, b) = (i32::from(color.r), i32::from(color.g), i32::from(color.b));
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let chroma = max - min;
    if chroma < 40 {
        return None;
    }
    let degrees = if max == r {
        60 * (g - b) / chroma
    } else if max == g {
        120 + 60 * (b - r) / chroma
    } else {
        240 + 60 * (r - g) / chroma
    };
    Some((degrees + 360) % 360)
}

fn mix(color: Color, with: Color) -> Color {
    let half = |a: u8, b: u8| u8::midpoint(a, b);
    Color::rgb(half(color.r, with.r), half(color.g, with.g), half(color.b, with.b))
}

fn from_rgb(value: u32) -> Color {
    let [_, r, g, b] = value.to_be_bytes();
    Color::rgb(r, g, b)
}
