//! The scene: a JSON document with a published schema, and its place in the storyboard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ImageId, ProjectId, SceneId, Timestamp,
    bounded::{Milli, Millis, Text},
    color::Color,
};

/// The title of a scene, 1–200 characters.
pub type Title = Text<1, 200>;
/// How long a scene lasts: 0.1 s to 10 min.
pub type SceneDuration = Millis<100, 600_000>;
/// How fast everything in a scene moves: 1 as authored, 2 twice as fast.
pub type Tempo = Milli<100, 10_000>;
/// A place or size on the canvas as a share of its width or height; -1 to 2, so that things can enter and leave.
pub type Share = Milli<-1_000, 2_000>;
/// The name of an element, unique in its scene.
pub type ElementId = Text<1, 64>;

/// The most elements one scene may hold.
pub const MAX_ELEMENTS: usize = 64;

/// One scene of a storyboard, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// Its id.
    pub id: SceneId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its place in the storyboard; scenes are shown by ascending position. Numbers as people count them are derived.
    pub position: i64,
    /// Counts the iterations of this scene from 1; a change that was made on an older version is refused.
    pub version: i64,
    /// The document.
    pub spec: SceneSpec,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A past or present state of a scene; nothing that a user made is overwritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Iteration {
    /// Counts from 1.
    pub version: i64,
    /// The document of that time.
    pub spec: SceneSpec,
    /// What made it: `user`, `turn` or `image_facts`.
    pub origin: Origin,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who caused a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person, directly.
    User,
    /// The brain, in a turn.
    Turn,
    /// Facts of an image that arrived after the scene was built.
    ImageFacts,
}

impl Origin {
    /// The word for it in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Turn => "turn",
            Self::ImageFacts => "image_facts",
        }
    }
}

/// The document of a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SceneSpec {
    /// What the scene is called.
    pub title: Title,
    /// How long it lasts, in milliseconds.
    #[serde(default = "default_duration")]
    pub duration_ms: SceneDuration,
    /// How fast its animations run; 1 is as authored.
    #[serde(default = "default_tempo")]
    pub tempo: Tempo,
    /// What lies behind the elements.
    #[serde(default)]
    pub background: Background,
    /// What is seen, from back to front.
    #[serde(default, deserialize_with = "at_most_max_elements")]
    #[schemars(length(max = 64))]
    pub elements: Vec<Element>,
}

impl SceneSpec {
    /// An empty scene with a title: three seconds on white.
    #[must_use]
    pub fn titled(title: Title) -> Self {
        Self {
            title,
            duration_ms: default_duration(),
            tempo: default_tempo(),
            background: Background::default(),
            elements: Vec::new(),
        }
    }

    /// A name for a new element that no other element of this scene has.
    #[must_use]
    pub fn free_element_id(&self, stem: &str) -> ElementId {
        let taken = |id: &str| self.elements.iter().any(|element| element.id.as_str() == id);
        let mut number = 1;
        loop {
            let id = format!("{stem}-{number}");
            if !taken(&id) {
                return ElementId::truncated(&id);
            }
            number += 1;
        }
    }

    /// Whether an element or the background shows this image.
    #[must_use]
    pub fn shows(&self, image: ImageId) -> bool {
        matches!(&self.background, Background::Image(background) if background.image_id == image)
            || self.elements.iter().any(|element| element.image_id() == Some(image))
    }
}

/// What lies behind the elements of a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Background {
    /// One colour.
    Color(Color),
    /// A change from one colour to another, top to bottom.
    Gradient(Gradient),
    /// An uploaded image, scaled to cover.
    Image(BackgroundImage),
}

impl Default for Background {
    fn default() -> Self {
        Self::Color(Color::WHITE)
    }
}

/// Two colours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gradient {
    /// The colour at the top.
    pub from: Color,
    /// The colour at the bottom.
    pub to: Color,
}

/// An image as background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackgroundImage {
    /// Which image.
    pub image_id: ImageId,
}

/// One thing that is seen in a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Its name, unique in the scene.
    pub id: ElementId,
    /// What it is.
    pub content: Content,
    /// Where it is.
    #[serde(default)]
    pub position: Position,
    /// The colour of text or shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// How it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub animation: Option<Animation>,
}

impl Element {
    /// The image that it shows, if it shows one.
    #[must_use]
    pub const fn image_id(&self) -> Option<ImageId> {
        match &self.content {
            Content::Image(image) => Some(image.image_id),
            Content::Text(_) | Content::Shape(_) => None,
        }
    }
}

/// What an element is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// Words.
    Text(TextContent),
    /// A figure.
    Shape(ShapeContent),
    /// An uploaded image.
    Image(ImageContent),
}

/// Words in a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextContent {
    /// The words.
    pub text: Text<0, 5_000>,
    /// The height of a line as a share of the canvas height.
    #[serde(default = "default_text_size")]
    pub size: Share,
    /// Whether the strokes are heavy.
    #[serde(default)]
    pub bold: bool,
}

/// A figure in a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShapeContent {
    /// Its form.
    pub shape: Shape,
}

/// The forms a figure can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Shape {
    Rectangle,
    Circle,
    Triangle,
    Line,
    Star,
    Arrow,
}

/// An image in a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageContent {
    /// Which image.
    pub image_id: ImageId,
    /// What it shows, for people who cannot see it; filled in when the image has been analysed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Text<0, 500>>,
    /// Its main colours; filled in when the image has been analysed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub palette: Vec<Color>,
}

/// A rectangle on the canvas: the centre and the size, each as a share of the canvas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The centre, from the left.
    pub x: Share,
    /// The centre, from the top.
    pub y: Share,
    /// The width.
    #[serde(default = "default_extent")]
    pub width: Share,
    /// The height.
    #[serde(default = "default_extent")]
    pub height: Share,
}

impl Default for Position {
    fn default() -> Self {
        Self { x: Share::clamped(500), y: Share::clamped(500), width: default_extent(), height: default_extent() }
    }
}

/// How an element moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Animation {
    /// The kind of movement.
    pub kind: Motion,
    /// How long the movement takes, in milliseconds.
    #[serde(default = "default_motion")]
    pub duration_ms: Millis<0, 600_000>,
    /// When it starts, in milliseconds after the scene does.
    #[serde(default = "no_delay")]
    pub delay_ms: Millis<0, 600_000>,
}

/// The kinds of movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Motion {
    FadeIn,
    FadeOut,
    SlideIn,
    SlideOut,
    ZoomIn,
    ZoomOut,
    Bounce,
    Spin,
    Pulse,
    Typewriter,
    None,
}

/// The published JSON schema of a scene's document.
#[must_use]
pub fn schema() -> Value {
    schemars::schema_for!(SceneSpec).to_value()
}

fn at_most_max_elements<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Element>, D::Error> {
    let elements = Vec::<Element>::deserialize(deserializer)?;
    if elements.len() > MAX_ELEMENTS {
        let problem = format!("expected at most {MAX_ELEMENTS} elements, got {}", elements.len());
        return Err(serde::de::Error::custom(problem));
    }
    for (index, element) in elements.iter().enumerate() {
        if elements.iter().take(index).any(|earlier| earlier.id == element.id) {
            return Err(serde::de::Error::custom(format!("two elements have the id {:?}", element.id)));
        }
    }
    Ok(elements)
}

const fn default_duration() -> SceneDuration {
    SceneDuration::clamped(3_000)
}
const fn default_tempo() -> Tempo {
    Tempo::clamped(1_000)
}
const fn default_text_size() -> Share {
    Share::clamped(80)
}
const fn default_extent() -> Share {
    Share::clamped(500)
}
const fn default_motion() -> Millis<0, 600_000> {
    Millis::clamped(600)
}
const fn no_delay() -> Millis<0, 600_000> {
    Millis::clamped(0)
}
