//! Uploaded images and what is known of them.

use serde::{Deserialize, Serialize};

use crate::{ContentHash, ImageId, ProjectId, Timestamp, color::Color};

/// An image that a user uploaded to a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// The project it was uploaded to.
    pub project_id: ProjectId,
    /// Where the bytes are.
    pub hash: ContentHash,
    /// What the bytes are.
    pub format: ImageFormat,
    /// Pixels across, as the file's header says.
    pub width: u32,
    /// Pixels down, as the file's header says.
    pub height: u32,
    /// How many bytes were uploaded.
    pub bytes: u64,
    /// How far its analysis is.
    pub analysis: Analysis,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// How far the analysis of an image is.
#[derive(Debug, Clone, PartialEq)]
pub enum Analysis {
    /// Not yet known.
    Pending,
    /// Done.
    Ready(Box<ImageFacts>),
    /// It cannot be analysed; the text says why.
    Failed(String),
}

/// The formats that are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum ImageFormat {
    Png,
    Jpeg,
    Webp,
    Gif,
}

impl ImageFormat {
    /// The media type for HTTP.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The word for it in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }
}

/// What was found in the pixels of an image. All shares and scores are 0–1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// One sentence that says what the image is like.
    pub description: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether it is wider than high.
    pub orientation: Orientation,
    /// Its main colours, the most frequent first.
    pub palette: Vec<Swatch>,
    /// Mean perceived lightness.
    pub brightness: f64,
    /// Spread of perceived lightness.
    pub contrast: f64,
    /// How vivid the colours are.
    pub colorfulness: f64,
    /// One word for the impression.
    pub mood: Mood,
    /// Where something is to be seen: the busiest parts first.
    pub regions: Vec<Region>,
    /// How likely it is that the image shows writing.
    pub text_likelihood: f64,
    /// 64 bits as 16 hexadecimal digits; images that look alike differ in few bits.
    pub perceptual_hash: String,
    /// What made these facts, as in `local` or `openai:gpt-4o`.
    pub source: String,
}

/// Whether an image is wider than high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Orientation {
    Landscape,
    Portrait,
    Square,
}

/// One main colour and how much of the image has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Swatch {
    /// The colour.
    pub color: Color,
    /// Its share of the pixels, 0–1.
    pub share: f64,
}

/// The impression that an image makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Mood {
    Bright,
    Dark,
    Warm,
    Cool,
    Vivid,
    Calm,
    Neutral,
}

/// A part of an image, in shares of its width and height.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Where it is, as in `top left` or `centre`.
    pub name: String,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// How much is going on in it compared with the other regions.
    pub activity: f64,
    /// Its mean colour.
    pub color: Color,
}
