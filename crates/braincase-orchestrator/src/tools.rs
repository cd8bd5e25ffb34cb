//! What a brain can do: the tools, their arguments and their JSON schemas.
//!
//! Arguments are parsed once, here, into types that cannot be out of bounds; what does not fit is refused with the path
//! that is wrong. Running the tools is `act`'s job.

mod run;
pub(crate) mod workspace;

use std::{
    borrow::Cow,
    fmt,
    str::FromStr,
    sync::{Arc, LazyLock},
};

use braincase_core::{
    ImageId, SceneId,
    bounded::Text,
    patch::ScenePatch,
    prompt::{ToolCall, ToolSpec},
    scene::{ElementId, SceneDuration, SceneSpec, Title},
};
use braincase_tokens::{ToolSchema, ToolSet};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A tool with arguments that fit its schema.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is explained at its arguments")]
pub enum Tool {
    AddScene(Box<AddScene>),
    EditScene(Box<EditScene>),
    DeleteScene(DeleteScene),
    ChangeDuration(ChangeDuration),
    CreateSceneFromImage(CreateSceneFromImage),
    EditSceneWithImage(EditSceneWithImage),
    AnalyzeImage(AnalyzeImage),
    AskClarification(AskClarification),
}

/// Puts a new scene into the storyboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddScene {
    /// The scene's document.
    pub spec: SceneSpec,
    /// Its number in the storyboard, counted from 1; at the end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
}

/// Changes a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditScene {
    /// Which scene.
    pub scene_id: SceneRef,
    /// What to change in it.
    pub patch: ScenePatch,
}

/// Takes a scene out of the storyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteScene {
    /// Which scene.
    pub scene_id: SceneRef,
}

/// Makes a scene longer or shorter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDuration {
    /// Which scene.
    pub scene_id: SceneRef,
    /// Its new length in milliseconds.
    pub duration_ms: SceneDuration,
}

/// Puts a new scene into the storyboard that shows an uploaded image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSceneFromImage {
    /// Which image.
    pub image_id: ImageId,
    /// What the scene is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Its length in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<SceneDuration>,
    /// Its number in the storyboard, counted from 1; at the end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
}

/// Puts an uploaded image into a scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSceneWithImage {
    /// Which scene.
    pub scene_id: SceneRef,
    /// Which image.
    pub image_id: ImageId,
    /// Where it goes.
    #[serde(default)]
    pub placement: Placement,
    /// The image element that it takes the place of; only with the placement `element`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<ElementId>,
}

/// Where an image goes in a scene.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// As an element in front of the others.
    #[default]
    Element,
    /// Behind everything.
    Background,
}

/// Says what is known of an image, and has it looked at if nothing is known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeImage {
    /// Which image.
    pub image_id: ImageId,
}

/// Asks the user instead of guessing. It stands alone: no other tool runs in the same turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskClarification {
    /// The question.
    pub question: Text<1, 1_000>,
    /// Answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub options: Vec<Text<1, 200>>,
}

/// A scene that is there, by its id, or one that an earlier call of the same decision makes, as `new:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SceneRef {
    /// A scene that is there.
    Id(SceneId),
    /// The scene made by the call with this number, counted from 1.
    New(usize),
}

impl fmt::Display for SceneRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::New(number) => write!(f, "new:{number}"),
        }
    }
}
impl FromStr for SceneRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("expected the id of a scene, or new:N for the scene made by call N, got {text:?}");
        match text.strip_prefix("new:") {
            Some(number) => number.parse().ok().filter(|n| *n > 0).map(Self::New).ok_or_else(problem),
            None => text.parse().map(Self::Id).map_err(|_| problem()),
        }
    }
}
impl Serialize for SceneRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SceneRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'_, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
impl JsonSchema for SceneRef {
    fn schema_name() -> Cow<'static, str> {
        "SceneRef".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "the scene's id, or new:N for the scene made by call N"})
    }
}

/// A tool call that does not fit the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tool}: {path}: {problem}")]
pub struct BadCall {
    /// The tool, as the brain named it.
    pub tool: String,
    /// Where in the arguments, as in `patch.update[0].color`; `.` for the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl Tool {
    /// Checks a call against the schema of its tool.
    ///
    /// # Errors
    /// When the tool is unknown or the arguments do not fit; the path says where.
    pub fn parse(call: &ToolCall) -> Result<Self, BadCall> {
        Ok(match call.name.as_str() {
            "add_scene" => Self::AddScene(arguments(call)?),
            "edit_scene" => Self::EditScene(arguments(call)?),
            "delete_scene" => Self::DeleteScene(arguments(call)?),
            "change_duration" => Self::ChangeDuration(arguments(call)?),
            "create_scene_from_image" => Self::CreateSceneFromImage(arguments(call)?),
            "edit_scene_with_image" => Self::EditSceneWithImage(arguments(call)?),
            "analyze_image" => Self::AnalyzeImage(arguments(call)?),
            "ask_clarification" => Self::AskClarification(arguments(call)?),
            other => {
                let known: Vec<_> = specs().iter().map(|spec| spec.name).collect();
                let problem = format!("there is no such tool; there are {}", known.join(", "));
                return Err(BadCall { tool: other.to_owned(), path: ".".to_owned(), problem });
            }
        })
    }

    /// The tool's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddScene(_) => "add_scene",
            Self::EditScene(_) => "edit_scene",
            Self::DeleteScene(_) => "delete_scene",
            Self::ChangeDuration(_) => "change_duration",
            Self::CreateSceneFromImage(_) => "create_scene_from_image",
            Self::EditSceneWithImage(_) => "edit_scene_with_image",
            Self::AnalyzeImage(_) => "analyze_image",
            Self::AskClarification(_) => "ask_clarification",
        }
    }

    /// The scene that it works on, if it works on one that is there before it runs.
    #[must_use]
    pub const fn target(&self) -> Option<SceneRef> {
        match self {
            Self::EditScene(edit) => Some(edit.scene_id),
            Self::DeleteScene(delete) => Some(delete.scene_id),
            Self::ChangeDuration(change) => Some(change.scene_id),
            Self::EditSceneWithImage(edit) => Some(edit.scene_id),
            Self::AddScene(_) | Self::CreateSceneFromImage(_) | Self::AnalyzeImage(_) | Self::AskClarification(_) => {
                None
            }
        }
    }
}

/// The tools as a brain sees them. Made once: their schemas are the same for every prompt.
#[must_use]
pub fn specs() -> Arc<[ToolSpec]> {
    static SPECS: LazyLock<Arc<[ToolSpec]>> = LazyLock::new(make_specs);
    Arc::clone(&SPECS)
}

/// The tools with what they cost in a prompt, which is worked out once for all prompts that share this.
pub(crate) fn counted() -> ToolSet {
    let schema = |tool: &ToolSpec| ToolSchema {
        name: tool.name.to_owned(),
        description: tool.description.to_owned(),
        parameters: tool.parameters.clone(),
    };
    ToolSet::new(specs().iter().map(schema).collect::<Vec<_>>())
}

fn make_specs() -> Arc<[ToolSpec]> {
    fn spec<A: JsonSchema>(name: &'static str, description: &'static str) -> ToolSpec {
        ToolSpec { name, description, parameters: schema_for!(A).to_value() }
    }
    [
        spec::<AddScene>("add_scene", "Put a new scene into the storyboard."),
        spec::<EditScene>("edit_scene", "Change a scene: title, tempo, background, texts, shapes, colours, motion."),
        spec::<DeleteScene>("delete_scene", "Take a scene out of the storyboard."),
        spec::<ChangeDuration>("change_duration", "Make a scene longer or shorter."),
        spec::<CreateSceneFromImage>("create_scene_from_image", "Put a new scene that shows an uploaded image."),
        spec::<EditSceneWithImage>("edit_scene_with_image", "Put an uploaded image into a scene that is there."),
        spec::<AnalyzeImage>("analyze_image", "Say what is to be seen in an uploaded image."),
        spec::<AskClarification>("ask_clarification", "Ask the user instead of guessing. Use it alone."),
    ]
    .into()
}

fn arguments<A: for<'de> Deserialize<'de>>(call: &ToolCall) -> Result<A, BadCall> {
    serde_path_to_error::deserialize(&call.arguments).map_err(|error| BadCall {
        tool: call.name.clone(),
        path: error.path().to_string(),
        problem: error.into_inner().to_string(),
    })
}
