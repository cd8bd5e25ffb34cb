//! Changes to a scene's document: what an edit says, and how it is applied.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    bounded::Text,
    color::Color,
    scene::{
        Animation, Background, Content, Element, ElementId, ImageContent, MAX_ELEMENTS, Position, SceneDuration,
        SceneSpec, Share, Tempo, Title,
    },
};

/// What to change in a scene; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScenePatch {
    /// A new title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// A new length in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<SceneDuration>,
    /// A new tempo; 1 is as authored, 2 twice as fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tempo: Option<Tempo>,
    /// A new background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// Names of elements to take away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<ElementId>,
    /// Changes to elements that are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub update: Vec<ElementPatch>,
    /// Elements to put in front of the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Element>,
}

/// What to change in one element; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElementPatch {
    /// Which element.
    pub id: ElementId,
    /// New words; only for a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text<0, 5_000>>,
    /// A new line height; only for a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Share>,
    /// Heavy strokes or not; only for a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bold: Option<bool>,
    /// Another image; only for an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageContent>,
    /// A new place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// A new colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// A new movement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub animation: Option<Animation>,
}

/// A patch does not fit the scene that it was made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct PatchError {
    /// Where in the patch, as in `update[0].text`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl ScenePatch {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The document after the change; the old one stays untouched, so that a refused patch leaves nothing half-done.
    ///
    /// # Errors
    /// When the patch names an element that is not there, changes something an element does not have, adds a name twice
    /// or more elements than a scene may hold.
    pub fn apply(&self, spec: &SceneSpec) -> Result<SceneSpec, PatchError> {
        let mut next = spec.clone();
        self.apply_head(&mut next);
        for (index, id) in self.remove.iter().enumerate() {
            let place = find(&next, id).ok_or_else(|| missing(format!("remove[{index}]"), id))?;
            next.elements.remove(place);
        }
        for (index, change) in self.update.iter().enumerate() {
            let place = find(&next, &change.id).ok_or_else(|| missing(format!("update[{index}].id"), &change.id))?;
            change.apply(index, &mut next.elements[place])?;
        }
        for (index, element) in self.add.iter().enumerate() {
            if find(&next, &element.id).is_some() {
                let problem = format!("the scene already has an element {:?}", element.id);
                return Err(PatchError { path: format!("add[{index}].id"), problem });
            }
            next.elements.push(element.clone());
        }
        if next.elements.len() > MAX_ELEMENTS {
            let problem = format!("the scene would hold more than {MAX_ELEMENTS} elements");
            return Err(PatchError { path: "add".to_owned(), problem });
        }
        Ok(next)
    }

    fn apply_head(&self, next: &mut SceneSpec) {
        if let Some(title) = &self.title {
            next.title = title.clone();
        }
        if let Some(duration) = self.duration_ms {
            next.duration_ms = duration;
        }
        if let Some(tempo) = self.tempo {
            next.tempo = tempo;
        }
        if let Some(background) = &self.background {
            next.background = background.clone();
        }
    }
}

impl ElementPatch {
    fn apply(&self, index: usize, element: &mut Element) -> Result<(), PatchError> {
        self.apply_content(index, &mut element.content)?;
        if let Some(position) = &self.position {
            element.position = position.clone();
        }
        if let Some(color) = self.color {
            element.color = Some(color);
        }
        if let Some(animation) = &self.animation {
            element.animation = Some(animation.clone());
        }
        Ok(())
    }

    fn apply_content(&self, index: usize, content: &mut Content) -> Result<(), PatchError> {
        let refuse = |field: &str, kind: &str| {
            let problem = format!("element {:?} is not {kind}", self.id);
            Err(PatchError { path: format!("update[{index}].{field}"), problem })
        };
        match content {
            Content::Text(text) => {
                if let Some(words) = &self.text {
                    text.text = words.clone();
                }
                if let Some(size) = self.size {
                    text.size = size;
                }
                if let Some(bold) = self.bold {
                    text.bold = bold;
                }
                if self.image.is_some() {
                    return refuse("image", "an image");
                }
            }
            Content::Shape(_) | Content::Image(_) if self.text.is_some() => return refuse("text", "a text"),
            Content::Shape(_) | Content::Image(_) if self.size.is_some() => return refuse("size", "a text"),
            Content::Shape(_) | Content::Image(_) if self.bold.is_some() => return refuse("bold", "a text"),
            Content::Shape(_) if self.image.is_some() => return refuse("image", "an image"),
            Content::Shape(_) => {}
            Content::Image(image) => {
                if let Some(other) = &self.image {
                    *image = other.clone();
                }
            }
        }
        Ok(())
    }
}

fn find(spec: &SceneSpec, id: &ElementId) -> Option<usize> {
    spec.elements.iter().position(|element| element.id == *id)
}

fn missing(path: String, id: &ElementId) -> PatchError {
    PatchError { path, problem: format!("the scene has no element {id:?}") }
}
