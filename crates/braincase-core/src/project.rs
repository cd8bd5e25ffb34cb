//! A project: the thing that a brain works on.

use serde::{Deserialize, Serialize};

use crate::{ProjectId, Timestamp, bounded::Text};

/// The name of a project, 1–200 characters.
pub type ProjectName = Text<1, 200>;

/// A storyboard with its images and its chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: ProjectName,
    /// When it was made.
    pub created_at: Timestamp,
}
