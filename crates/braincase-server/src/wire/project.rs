//! Projects as clients see them.

use braincase_core::{ProjectId, project};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A project that is to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Its name, 1 to 200 characters.
    pub name: project::ProjectName,
}

/// A project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl From<project::Project> for Project {
    fn from(project: project::Project) -> Self {
        Self { id: project.id, name: project.name.to_string(), created_at: project.created_at.to_string() }
    }
}
