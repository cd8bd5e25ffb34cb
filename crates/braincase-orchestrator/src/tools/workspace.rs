//! The workspace: a working copy of a storyboard on which tools run, so that a turn changes everything or nothing.

use std::collections::HashMap;

use braincase_core::{
    ImageId, SceneId, Timestamp,
    image::Image,
    scene::{Scene, SceneSpec},
    store::SceneChange,
};

use super::SceneRef;

/// The distance between two scenes' positions. Between any two there is room for forty more.
const STEP: i64 = 1 << 40;

/// A working copy of a storyboard.
#[derive(Debug)]
pub(crate) struct Workspace<'a> {
    drafts: Vec<Draft>,
    deleted: Vec<Draft>,
    made: HashMap<usize, SceneId>,
    images: &'a [Image],
    now: Timestamp,
    max_scenes: usize,
}

#[derive(Debug, Clone)]
struct Draft {
    id: SceneId,
    position: i64,
    /// The version it had before; `None` for a new scene.
    on: Option<i64>,
    is_edited: bool,
    spec: SceneSpec,
}

/// Why a tool cannot run on this workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Which argument is wrong.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) problem: String,
}

impl Refusal {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

impl<'a> Workspace<'a> {
    /// A copy of a storyboard.
    pub(crate) fn of(scenes: &[Scene], images: &'a [Image], now: Timestamp, max_scenes: usize) -> Self {
        let draft = |scene: &Scene| Draft {
            id: scene.id,
            position: scene.position,
            on: Some(scene.version),
            is_edited: false,
            spec: scene.spec.clone(),
        };
        let drafts = scenes.iter().map(draft).collect();
        Self { drafts, deleted: Vec::new(), made: HashMap::new(), images, now, max_scenes }
    }

    /// The id that a reference means.
    pub(crate) fn resolve(&self, reference: SceneRef) -> Result<SceneId, Refusal> {
        let id = match reference {
            SceneRef::Id(id) => Some(id),
            SceneRef::New(number) => self.made.get(&number).copied(),
        };
        id.filter(|id| self.find(*id).is_some())
            .ok_or_else(|| Refusal::new("scene_id", format!("the project has no scene {reference}")))
    }

    /// The document of a scene.
    pub(crate) fn spec(&self, id: SceneId) -> Option<&SceneSpec> {
        self.find(id).map(|place| &self.drafts[place].spec)
    }

    /// An image of the project.
    pub(crate) fn image(&self, id: ImageId) -> Result<&'a Image, Refusal> {
        let image = self.images.iter().find(|image| image.id == id);
        image.ok_or_else(|| Refusal::new("image_id", format!("the project has no image {id}")))
    }

    /// Puts a new scene at a place counted from 1, or at the end; `number` is the call that makes it.
    pub(crate) fn add(&mut self, spec: SceneSpec, at: Option<u32>, number: usize) -> Result<SceneId, Refusal> {
        if self.drafts.len() >= self.max_scenes {
            return Err(Refusal::new(".", format!("a project may have at most {} scenes", self.max_scenes)));
        }
        let end = self.drafts.len();
        let place = at.map_or(end, |at| (at.saturating_sub(1) as usize).min(end));
        let position = self.free_position(place)?;
        let id = SceneId::new(self.now);
        self.drafts.insert(place, Draft { id, position, on: None, is_edited: false, spec });
        self.made.insert(number, id);
        Ok(id)
    }

    /// Gives a scene another document.
    pub(crate) fn edit(&mut self, id: SceneId, spec: SceneSpec) {
        if let Some(place) = self.find(id) {
            let draft = &mut self.drafts[place];
            draft.is_edited |= draft.spec != spec;
            draft.spec = spec;
        }
    }

    /// Takes a scene out.
    pub(crate) fn delete(&mut self, id: SceneId) {
        if let Some(place) = self.find(id) {
            let draft = self.drafts.remove(place);
            self.deleted.push(draft);
        }
    }

    /// What has to be stored, in storyboard order, deletions last. A scene that was made and deleted leaves nothing.
    pub(crate) fn changes(&self) -> Vec<SceneChange> {
        let kept = self.drafts.iter().filter_map(|draft| match draft.on {
            None => Some(SceneChange::Add { id: draft.id, position: draft.position, spec: draft.spec.clone() }),
            Some(on) if draft.is_edited => Some(SceneChange::Edit { id: draft.id, on, spec: draft.spec.clone() }),
            Some(_) => None,
        });
        let deleted =
            self.deleted.iter().filter_map(|draft| draft.on.map(|on| SceneChange::Delete { id: draft.id, on }));
        kept.chain(deleted).collect()
    }

    fn find(&self, id: SceneId) -> Option<usize> {
        self.drafts.iter().position(|draft| draft.id == id)
    }

    /// A position that sorts between the neighbours of a place.
    fn free_position(&self, place: usize) -> Result<i64, Refusal> {
        let before = place.checked_sub(1).and_then(|index| self.drafts.get(index)).map(|draft| draft.position);
        let after = self.drafts.get(place).map(|draft| draft.position);
        match (before, after) {
            (None, None) => Ok(0),
            (Some(before), None) => Ok(before.saturating_add(STEP)),
            (None, Some(after)) => Ok(after.saturating_sub(STEP)),
            (Some(before), Some(after)) => {
                let middle = before + (after - before) / 2;
                if middle == before {
                    let problem = "there is no room left between these two scenes; add it elsewhere";
                    return Err(Refusal::new("at", problem));
                }
                Ok(middle)
            }
        }
    }
}
