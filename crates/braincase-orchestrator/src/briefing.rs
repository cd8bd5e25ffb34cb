//! The briefing: what a brain is told of the project, as lines that a person, a model and a program can read.
//!
//! Each line under a heading is one JSON value, so that whatever a user wrote stays inside its quotes, and a prompt that
//! had to be cut loses whole lines and stays readable. Writing and reading stand side by side here so that they agree.

use braincase_core::{ImageId, SceneId, image::ImageFacts, prompt::Prompt, scene::SceneSpec};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The headings, in the order in which they are written.
pub const SCENES: &str = "# scenes";
/// See [`SCENES`].
pub const SELECTED: &str = "# selected scene";
/// See [`SCENES`].
pub const IMAGES: &str = "# images";
/// See [`SCENES`].
pub const PREFERENCES: &str = "# preferences";
/// See [`SCENES`].
pub const SUMMARY: &str = "# summary";

/// What a brain is told of the project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Briefing {
    /// The scenes in the order of the storyboard.
    pub scenes: Vec<SceneLine>,
    /// The scene that the user has selected.
    pub selected: Option<SceneId>,
    /// The images of the project; those that came with the request are marked.
    pub images: Vec<ImageLine>,
    /// What the user prefers.
    pub preferences: Vec<PreferenceLine>,
    /// What the conversation was about before the messages that follow.
    pub summary: Vec<String>,
}

/// One scene in a briefing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SceneLine {
    /// Its number as people count, from 1.
    pub number: usize,
    /// Its id.
    pub scene_id: SceneId,
    /// Its document.
    pub spec: SceneSpec,
}

/// One image in a briefing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageLine {
    /// Its id.
    pub image_id: ImageId,
    /// Whether it came with this request.
    pub attached: bool,
    /// What is known of it, if anything is known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<ImageFacts>,
}

/// One preference in a briefing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceLine {
    /// What it is about.
    pub key: String,
    /// What the user wants.
    pub value: String,
}

#[derive(Serialize, Deserialize)]
struct SelectedLine {
    scene_id: SceneId,
}

/// One line of a section.
pub fn line(value: &impl Serialize) -> String {
    // Serialising our own structs to memory cannot fail; an empty line would be skipped by the reader.
    serde_json::to_string(value).unwrap_or_default()
}

/// The line that names the selected scene.
#[must_use]
pub fn selected_line(scene_id: SceneId) -> String {
    line(&SelectedLine { scene_id })
}

impl Briefing {
    /// Reads the briefing out of a prompt; lines that were cut or that make no sense are skipped.
    #[must_use]
    pub fn read(prompt: &Prompt) -> Self {
        let mut briefing = Self::default();
        let earlier = prompt.messages.split_last().map_or(&[][..], |(_, earlier)| earlier);
        for message in earlier.iter().filter(|message| message.role == braincase_core::message::Role::System) {
            let mut section = "";
            for text in message.content.lines() {
                if text.starts_with("# ") {
                    section = text;
                } else {
                    briefing.read_line(section, text);
                }
            }
        }
        briefing
    }

    fn read_line(&mut self, section: &str, text: &str) {
        match section {
            SCENES => self.scenes.extend(parse::<SceneLine>(text)),
            SELECTED => self.selected = parse::<SelectedLine>(text).map(|line| line.scene_id).or(self.selected),
            IMAGES => self.images.extend(parse::<ImageLine>(text)),
            PREFERENCES => self.preferences.extend(parse::<PreferenceLine>(text)),
            SUMMARY => self.summary.extend(parse::<String>(text)),
            _ => {}
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
