//! Images as clients see them.

use braincase_core::{
    ImageId, ProjectId,
    image::{self, Analysis},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// An uploaded image.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// The project it was uploaded to.
    pub project_id: ProjectId,
    /// How far its analysis is: `pending`, `ready` or `failed`.
    pub status: &'static str,
    /// The format of the file: `png`, `jpeg`, `webp` or `gif`.
    pub format: &'static str,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The size of the file.
    pub bytes: u64,
    /// What was found in its pixels, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Why it cannot be analysed, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was uploaded, RFC 3339.
    pub created_at: String,
}

impl From<image::Image> for Image {
    fn from(image: image::Image) -> Self {
        let (status, facts, error) = match image.analysis {
            Analysis::Pending => ("pending", None, None),
            Analysis::Ready(facts) => ("ready", Some(Facts::from(*facts)), None),
            Analysis::Failed(why) => ("failed", None, Some(why)),
        };
        Self {
            id: image.id,
            project_id: image.project_id,
            status,
            format: image.format.as_str(),
            width: image.width,
            height: image.height,
            bytes: image.bytes,
            facts,
            error,
            created_at: image.created_at.to_string(),
        }
    }
}

/// What was found in the pixels of an image. All shares and scores are 0 to 1.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ImageFacts")]
pub struct Facts {
    /// One sentence that says what the image is like.
    pub description: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `landscape`, `portrait` or `square`.
    pub orientation: Value,
    /// Its main colours, the most frequent first.
    pub palette: Vec<Swatch>,
    /// Mean perceived lightness.
    pub brightness: f64,
    /// Spread of perceived lightness.
    pub contrast: f64,
    /// How vivid the colours are.
    pub colorfulness: f64,
    /// One word for the impression, as in `warm`.
    pub mood: Value,
    /// Where something is to be seen: the busiest parts first.
    pub regions: Vec<Region>,
    /// How likely it is that the image shows writing.
    pub text_likelihood: f64,
    /// 64 bits as 16 hexadecimal digits; images that look alike differ in few bits.
    pub perceptual_hash: String,
    /// What made these facts, as in `local`.
    pub source: String,
}

/// One main colour and how much of the image has it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Swatch {
    /// The colour, as in `#aabbcc`.
    pub color: Value,
    /// Its share of the pixels.
    pub share: f64,
}

/// A part of an image, in shares of its width and height.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Region {
    /// Where it is, as in `top left`.
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
    pub color: Value,
}

impl From<image::ImageFacts> for Facts {
    fn from(facts: image::ImageFacts) -> Self {
        Self {
            description: facts.description,
            width: facts.width,
            height: facts.height,
            orientation: word(facts.orientation),
            palette: facts.palette.into_iter().map(Swatch::from).collect(),
            brightness: facts.brightness,
            contrast: facts.contrast,
            colorfulness: facts.colorfulness,
            mood: word(facts.mood),
            regions: facts.regions.into_iter().map(Region::from).collect(),
            text_likelihood: facts.text_likelihood,
            perceptual_hash: facts.perceptual_hash,
            source: facts.source,
        }
    }
}

impl From<image::Swatch> for Swatch {
    fn from(swatch: image::Swatch) -> Self {
        Self { color: word(swatch.color), share: swatch.share }
    }
}

impl From<image::Region> for Region {
    fn from(region: image::Region) -> Self {
        let image::Region { name, x, y, width, height, activity, color } = region;
        Self { name, x, y, width, height, activity, color: word(color) }
    }
}

/// The word that a value is in JSON.
fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
