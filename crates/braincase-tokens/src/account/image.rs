//! What an image costs: the published formulas, rounded up.
//!
//! Providers scale images before they cut them, and the sources disagree on how. Every number here is an upper bound of
//! what the sources say, and is called an estimate.

use serde::Deserialize;

use super::message::{Detail, Image};

/// The long side to which tiled images are fitted.
const TILED_LONG: u64 = 2048;
/// The short side to which tiled images are fitted.
const TILED_SHORT: u64 = 768;
/// The side of a tile.
const TILE: u64 = 512;
/// Images up to this size are one crop.
const ONE_CROP: u64 = 384;
/// No crop is smaller.
const SMALLEST_CROP: u64 = 256;
/// The crops of an image of unknown size: the most that one of 3072 × 3072 pixels can be cut into.
const MOST_CROPS: u64 = 24;
/// What a model without a rule is charged by: the densest patches of any of the others, and the most of them.
const UNKNOWN_SIDE: u64 = 28;
const UNKNOWN_MOST: u64 = 16_384;

/// How a model's images are charged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ImageRule {
    /// A base, and as much again for each tile of 512 × 512 pixels.
    Tiles {
        /// For the image as such; all there is at low detail.
        base: u32,
        /// For each tile.
        tile: u32,
    },
    /// By patches.
    Patches(Patches),
    /// Crops of equal cost.
    Crops {
        /// The side of the largest crop, in pixels.
        side: u32,
        /// For each crop.
        tokens: u32,
    },
    /// By detail only.
    Fixed {
        /// At low detail.
        low: u32,
        /// At high detail, and unless said otherwise.
        high: u32,
        /// At the highest detail there is.
        original: u32,
    },
    /// Not known: charged like the dearest of the others.
    #[default]
    #[serde(skip)]
    Unknown,
}

/// A part of a token, or more than one, for each square of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patches {
    /// The side of a patch, in pixels.
    pub side: u32,
    /// Hundredths of a token for each patch.
    pub percent: u32,
    /// Which detail `auto` means.
    #[serde(default = "high")]
    pub auto: Detail,
    /// Limits at low detail, if they are others than at high.
    pub low: Option<Limits>,
    /// Limits at high detail.
    pub high: Limits,
    /// Limits at the original detail, if they are others than at high.
    pub original: Option<Limits>,
}

/// What an image is scaled down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The longest side, in pixels.
    pub edge: u32,
    /// The most patches.
    pub patches: u32,
}

const fn high() -> Detail {
    Detail::High
}

impl ImageRule {
    /// What an image costs at most; one of unknown size as much as the dearest.
    #[must_use]
    pub fn tokens(&self, image: Image) -> usize {
        let size = image.size().map(|(width, height)| (u64::from(width), u64::from(height)));
        let tokens = match *self {
            Self::Tiles { base, tile } => u64::from(base) + u64::from(tile) * tiles_of(size, image.detail),
            Self::Patches(patches) => patches.tokens(size, image.detail),
            Self::Crops { side, tokens } => u64::from(tokens).saturating_mul(crops(size, u64::from(side))),
            Self::Fixed { low, high, original } => u64::from(match image.detail {
                Detail::Low => low,
                Detail::High | Detail::Auto => high,
                Detail::Original => original,
            }),
            Self::Unknown => size.map_or(UNKNOWN_MOST, |size| squares(size, UNKNOWN_SIDE).min(UNKNOWN_MOST)),
        };
        usize::try_from(tokens).unwrap_or(usize::MAX)
    }
}

/// Tiles beyond the base.
fn tiles_of(size: Option<(u64, u64)>, detail: Detail) -> u64 {
    if detail == Detail::Low {
        return 0;
    }
    let Some((width, height)) = size else {
        return TILED_LONG.div_ceil(TILE) * TILED_SHORT.div_ceil(TILE);
    };
    let (long, short) = (width.max(height), width.min(height));
    // The smaller of the two scales, as a fraction, and never one that enlarges.
    let (to, from) = if TILED_LONG * short < TILED_SHORT * long { (TILED_LONG, long) } else { (TILED_SHORT, short) };
    let to = to.min(from);
    let tiles = |side: u64| (side * to).div_ceil(from * TILE).max(1);
    tiles(width) * tiles(height)
}

impl Patches {
    fn tokens(&self, size: Option<(u64, u64)>, detail: Detail) -> u64 {
        let limits = self.limits(if detail == Detail::Auto { self.auto } else { detail });
        let most = u64::from(limits.patches);
        let side = u64::from(self.side.max(1));
        let patches = size.map_or(most, |size| squares(fitted(size, u64::from(limits.edge.max(1))), side).min(most));
        (patches * u64::from(self.percent)).div_ceil(100)
    }

    fn limits(&self, detail: Detail) -> Limits {
        match detail {
            Detail::Low => self.low.unwrap_or(self.high),
            Detail::High | Detail::Auto => self.high,
            Detail::Original => self.original.unwrap_or(self.high),
        }
    }
}

/// The size of an image after its long side is scaled down to `edge`; rounded up.
fn fitted((width, height): (u64, u64), edge: u64) -> (u64, u64) {
    let long = width.max(height).max(1);
    let scaled = |side: u64| if long > edge { (side * edge).div_ceil(long) } else { side };
    (scaled(width), scaled(height))
}

/// More than any image has; keeps the sum of all parts of a request far from the largest number there is.
const MOST_SQUARES: u64 = 1 << 20;

fn squares((width, height): (u64, u64), side: u64) -> u64 {
    width.div_ceil(side).saturating_mul(height.div_ceil(side))
}

fn crops(size: Option<(u64, u64)>, side: u64) -> u64 {
    let Some((width, height)) = size else { return MOST_CROPS };
    if width.max(height) <= ONE_CROP {
        return 1;
    }
    // Two thirds of the short side: small images are cut into smaller crops, and so into more of them.
    let crop = (width.min(height) * 2 / 3).clamp(SMALLEST_CROP.min(side), side.max(1)).max(1);
    squares((width, height), crop).min(MOST_SQUARES)
}
