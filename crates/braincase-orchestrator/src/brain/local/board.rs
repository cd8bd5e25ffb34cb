//! The board: the storyboard as it is before the request, and as the steps so far will leave it.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use braincase_core::{
    ImageId,
    scene::{Background, Content, SceneSpec},
};

use crate::{
    briefing::{Briefing, ImageLine},
    tools::SceneRef,
};

/// One scene, there before or made by this request.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// How calls name it.
    pub(super) scene: SceneRef,
    /// Its number as the user knows it; none if this request makes it.
    pub(super) number: Option<usize>,
    /// Its document as the steps so far will leave it.
    pub(super) spec: SceneSpec,
    /// Whether a step so far deletes it.
    pub(super) deleted: bool,
}

/// The storyboard before the request, and as the steps so far will leave it.
#[derive(Debug, Clone, Default)]
pub(super) struct Board {
    /// Every scene that is or was there; places in this list never change.
    pub(super) entries: Vec<Entry>,
    /// The places of those that will be left, in order.
    pub(super) order: Vec<usize>,
    /// How many scenes were there before the request.
    pub(super) before: usize,
    /// Which scene is selected.
    pub(super) selected: Option<usize>,
    /// The images of the project.
    pub(super) images: Vec<ImageLine>,
    /// Titles in their plain words: reading them is dear, and every step asks for all of them.
    titles: RefCell<HashMap<String, Rc<[String]>>>,
}

impl Board {
    /// The board that a briefing tells of.
    pub(super) fn new(briefing: &Briefing) -> Self {
        let entry = |line: &crate::briefing::SceneLine| Entry {
            scene: SceneRef::Id(line.scene_id),
            number: Some(line.number),
            spec: line.spec.clone(),
            deleted: false,
        };
        let entries: Vec<_> = briefing.scenes.iter().map(entry).collect();
        let selected =
            briefing.selected.and_then(|id| entries.iter().position(|entry| entry.scene == SceneRef::Id(id)));
        let before = entries.len();
        Self {
            order: (0..before).collect(),
            entries,
            before,
            selected,
            images: briefing.images.clone(),
            titles: RefCell::default(),
        }
    }

    /// Whether the user knows a scene by this number.
    pub(super) fn numbered_as(&self, place: usize, number: f64) -> bool {
        let own = self.entries.get(place).and_then(|entry| entry.number).and_then(|own| u32::try_from(own).ok());
        own.is_some_and(|own| (f64::from(own) - number).abs() < 0.5)
    }

    /// The places of the scenes that were there before the request.
    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.before).collect()
    }

    /// What a reply calls a scene.
    pub(super) fn label(&self, at: usize) -> String {
        match self.entries.get(at) {
            Some(Entry { number: Some(number), .. }) => format!("scene {number}"),
            Some(entry) => format!("the new scene “{}”", entry.spec.title),
            None => "the scene".to_owned(),
        }
    }

    /// The images that came with the request.
    pub(super) fn attached(&self) -> Vec<ImageId> {
        self.images.iter().filter(|image| image.attached).map(|image| image.image_id).collect()
    }

    /// Puts a new scene before the `at`-th of those that will be left, counted from 1, or at the end.
    pub(super) fn insert(&mut self, spec: SceneSpec, scene: SceneRef, at: Option<u32>) -> usize {
        let place = self.entries.len();
        self.entries.push(Entry { scene, number: None, spec, deleted: false });
        let wanted = at.and_then(|at| usize::try_from(at).ok()).map_or(self.order.len(), |at| at.saturating_sub(1));
        self.order.insert(wanted.min(self.order.len()), place);
        place
    }

    /// The words of a title as `read` finds them; it is asked once for each.
    pub(super) fn words_of(&self, title: &str, read: impl FnOnce(&str) -> Vec<String>) -> Rc<[String]> {
        let known = self.titles.borrow().get(title).cloned();
        known.unwrap_or_else(|| {
            let words: Rc<[String]> = read(title).into();
            self.titles.borrow_mut().insert(title.to_owned(), Rc::clone(&words));
            words
        })
    }

    /// Takes a scene off the board.
    pub(super) fn delete(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.deleted = true;
        }
        self.order.retain(|place| *place != at);
    }
}

/// Whether a scene shows any image.
pub(super) fn shows_image(spec: &SceneSpec) -> bool {
    matches!(spec.background, Background::Image(_)) || spec.elements.iter().any(|element| element.image_id().is_some())
}

/// The texts of a scene.
pub(super) fn texts(
    spec: &SceneSpec,
) -> impl Iterator<Item = (&braincase_core::scene::Element, &braincase_core::scene::TextContent)> {
    spec.elements.iter().filter_map(|element| match &element.content {
        Content::Text(text) => Some((element, text)),
        Content::Shape(_) | Content::Image(_) => None,
    })
}
