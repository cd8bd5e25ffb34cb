//! Scenes as clients see them.

use braincase_core::{
    ProjectId, SceneId,
    scene::{self, SceneSpec, Title},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Problem;
use crate::extract::field_error;

/// A scene that is to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScene {
    /// The title of the scene.
    pub name: Title,
    /// The rest of its document, see `/v1/schemas/scene`; its title is `name` whatever it says.
    #[serde(default)]
    pub spec: Map<String, Value>,
}

impl NewScene {
    /// The document of the scene.
    ///
    /// # Errors
    /// Names the part of `spec` that does not fit the schema.
    pub fn into_spec(mut self) -> Result<SceneSpec, Problem> {
        self.spec.insert("title".to_owned(), Value::String(self.name.to_string()));
        let spec = serde_path_to_error::deserialize(Value::Object(self.spec));
        spec.map_err(|error| field_error(Some("spec"), &error))
    }
}

/// A new document for a scene.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceScene {
    /// The document.
    pub spec: SceneSpec,
    /// The version that it replaces; if the scene has another one by now, the request is refused with 409.
    #[serde(default)]
    pub version: Option<i64>,
}

/// Which iteration to make the current one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreScene {
    /// The version of the iteration.
    pub iteration: i64,
}

/// A scene as it stands now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Scene {
    /// Its id.
    pub id: SceneId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its place in the storyboard as people count, from 1.
    pub number: usize,
    /// The title of its document.
    pub name: String,
    /// Counts its iterations from 1.
    pub version: i64,
    /// Its document.
    pub spec: SceneSpec,
    /// When it was added, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
}

impl Scene {
    /// A scene with its place in the storyboard.
    #[must_use]
    pub fn numbered(number: usize, scene: scene::Scene) -> Self {
        Self {
            id: scene.id,
            project_id: scene.project_id,
            number,
            name: scene.spec.title.to_string(),
            version: scene.version,
            spec: scene.spec,
            created_at: scene.created_at.to_string(),
            updated_at: scene.updated_at.to_string(),
        }
    }
}

/// A past or present state of a scene.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Iteration {
    /// Counts from 1.
    pub version: i64,
    /// The document of that time.
    pub spec: SceneSpec,
    /// What made it: `user`, `turn` or `image_facts`.
    pub origin: &'static str,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl From<scene::Iteration> for Iteration {
    fn from(iteration: scene::Iteration) -> Self {
        Self {
            version: iteration.version,
            spec: iteration.spec,
            origin: iteration.origin.as_str(),
            created_at: iteration.created_at.to_string(),
        }
    }
}
