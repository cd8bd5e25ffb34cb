//! Effects: what one step has done to the board, told in the kinds of words by which people order it.

use std::collections::BTreeSet;

use braincase_core::{
    ImageId,
    patch::{ElementPatch, ScenePatch},
    scene::{Background, Content, Element, Motion, SceneDuration, SceneSpec},
};

use super::wish::Noun;

/// A kind of thing that people order, by their own words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    /// Something is taken away.
    Removal,
    Title,
    Length,
    Tempo,
    Background,
    Color,
    Size,
    Bold,
    Place,
    Motion,
    /// Words that are seen.
    Writing,
}

/// What a step has done.
#[derive(Debug, Clone, Default)]
pub(super) struct Effect {
    /// The scenes that were there and that it has changed or deleted, with what they were before.
    pub(super) touched: Vec<(usize, SceneSpec)>,
    /// Those of them that it has deleted.
    pub(super) deleted: Vec<usize>,
    /// Whether those were spoken of as all of some kind: "everything", "all but the last", "the rest".
    pub(super) wide: bool,
    /// How many scenes it has made.
    pub(super) added: usize,
    /// Whether it has used an image.
    pub(super) images: bool,
    /// What it has done to them.
    aspects: Vec<Aspect>,
    /// The parts of scenes that it has made, changed or taken away.
    nouns: Vec<Noun>,
    /// The words that it has put somewhere, in lower case.
    written: BTreeSet<String>,
    /// The titles and texts that it has put somewhere, in lower case.
    pub(super) texts: Vec<String>,
    /// The names of the elements that it has made, changed or taken away.
    elements: Vec<String>,
    /// How long the scenes are now that it has made or changed, in milliseconds.
    lengths: Vec<u32>,
    /// How often an image was put into a scene, and which ones.
    shown: Vec<(usize, ImageId)>,
    /// Whether it has given words that were there away for others.
    replaced: bool,
}

impl Effect {
    /// Whether nothing was done.
    pub(super) const fn is_empty(&self) -> bool {
        self.touched.is_empty() && self.added == 0 && !self.images
    }

    /// Whether it did something of this kind.
    pub(super) fn has(&self, aspect: Aspect) -> bool {
        self.aspects.contains(&aspect)
    }

    /// Whether it has made, changed or taken away such a part.
    pub(super) fn touches(&self, noun: Noun) -> bool {
        let shape = |noun: &Noun| matches!(noun, Noun::Shape(_));
        self.nouns.contains(&noun) || noun == Noun::AnyShape && self.nouns.iter().any(shape)
    }

    /// Whether it has put a word somewhere, as a whole or as a part of a compound.
    pub(super) fn writes(&self, word: &str) -> bool {
        self.written.contains(&word.to_lowercase())
    }

    /// A scene was made.
    pub(super) fn add(&mut self, spec: &SceneSpec) {
        self.added += 1;
        self.lengths.push(spec.duration_ms.get());
        self.write(spec.title.as_str());
        spec.elements.iter().for_each(|element| self.make(element));
        self.paint(&spec.background);
        self.aspects.extend([Aspect::Title, Aspect::Length, Aspect::Tempo]);
    }

    /// A scene was deleted.
    pub(super) fn delete(&mut self, place: usize, spec: &SceneSpec) {
        self.deleted.push(place);
        self.touch(place, spec);
        self.aspects.push(Aspect::Removal);
    }

    /// A scene was made of an image.
    pub(super) fn frame(&mut self, length: Option<SceneDuration>) {
        self.lengths.extend(length.map(SceneDuration::get));
        self.show();
    }

    fn show(&mut self) {
        self.images = true;
        self.nouns.extend([Noun::Image, Noun::Background]);
        self.aspects.extend([Aspect::Background, Aspect::Place, Aspect::Removal, Aspect::Size]);
    }

    /// An image was put into a scene.
    pub(super) fn place(&mut self, place: usize, spec: &SceneSpec, image: ImageId) {
        self.show();
        self.shown.push((place, image));
        self.touch(place, spec);
    }

    /// Whether it has put each of several images into each of several scenes, which hardly anybody means.
    pub(super) fn multiplies_images(&self) -> bool {
        let scenes: BTreeSet<usize> = self.shown.iter().map(|(place, _)| *place).collect();
        let images: BTreeSet<ImageId> = self.shown.iter().map(|(_, image)| *image).collect();
        scenes.len() > 1 && images.len() > 1 && self.shown.len() > scenes.len().max(images.len())
    }

    /// Whether a scene that it has made or changed lasts so many seconds.
    pub(super) fn lasts(&self, seconds: f64) -> bool {
        self.lengths.iter().any(|length| (f64::from(*length) - seconds * 1_000.0).abs() < 0.5)
    }

    /// Whether it has only written something beside what was there.
    pub(super) fn only_writes_more(&self) -> bool {
        self.has(Aspect::Writing) && !self.replaced && self.added == 0
    }

    /// Whether it has made, changed or taken away an element that is called so.
    pub(super) fn changes_element(&self, id: &str) -> bool {
        self.elements.iter().any(|element| element == id)
    }

    /// A scene, as it was before, was changed.
    pub(super) fn patch(&mut self, place: usize, before: &SceneSpec, patch: &ScenePatch) {
        self.touch(place, before);
        if let Some(title) = &patch.title {
            self.aspects.push(Aspect::Title);
            self.write(title.as_str());
        }
        self.aspects.extend(patch.duration_ms.map(|_| Aspect::Length));
        self.lengths.extend(patch.duration_ms.map(SceneDuration::get));
        self.aspects.extend(patch.tempo.map(|_| Aspect::Tempo));
        if let Some(background) = &patch.background {
            self.paint(background);
            if *background == Background::default() {
                self.aspects.push(Aspect::Removal);
            }
        }
        patch.add.iter().for_each(|element| self.make(element));
        for element in &before.elements {
            if patch.remove.contains(&element.id) {
                self.name(element);
                self.replaced = true;
                self.aspects.push(Aspect::Removal);
            }
            if let Some(update) = patch.update.iter().find(|update| update.id == element.id) {
                self.name(element);
                self.update(update);
            }
        }
    }

    fn update(&mut self, update: &ElementPatch) {
        let changes = [
            (update.text.is_some(), Aspect::Writing),
            (update.size.is_some(), Aspect::Size),
            (update.bold.is_some(), Aspect::Bold),
            (update.bold == Some(false), Aspect::Removal),
            (update.position.is_some(), Aspect::Place),
            (update.color.is_some(), Aspect::Color),
            (update.animation.is_some(), Aspect::Motion),
            (update.animation.as_ref().is_some_and(|animation| animation.kind == Motion::None), Aspect::Removal),
        ];
        self.aspects.extend(changes.into_iter().filter_map(|(changed, aspect)| changed.then_some(aspect)));
        if let Some(text) = &update.text {
            self.replaced = true;
            self.write(text.as_str());
        }
    }

    fn make(&mut self, element: &Element) {
        self.name(element);
        if let Content::Text(text) = &element.content {
            self.write(text.text.as_str());
        }
        self.aspects.extend([
            Aspect::Writing,
            Aspect::Size,
            Aspect::Bold,
            Aspect::Place,
            Aspect::Color,
            Aspect::Motion,
        ]);
    }

    fn name(&mut self, element: &Element) {
        self.nouns.push(noun_of(element));
        self.elements.push(element.id.as_str().to_owned());
    }

    fn paint(&mut self, background: &Background) {
        self.nouns.push(Noun::Background);
        self.aspects.extend([Aspect::Background, Aspect::Color]);
        self.images |= matches!(background, Background::Image(_));
    }

    fn touch(&mut self, place: usize, spec: &SceneSpec) {
        if !self.touched.iter().any(|(touched, _)| *touched == place) {
            self.touched.push((place, spec.clone()));
        }
    }

    fn write(&mut self, text: &str) {
        self.texts.push(text.to_lowercase());
        self.written.extend(words(text));
    }
}

/// The words of a text in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// What an element is called by its kind.
pub(super) fn noun_of(element: &Element) -> Noun {
    match &element.content {
        Content::Text(_) => Noun::Text,
        Content::Image(_) => Noun::Image,
        Content::Shape(content) => Noun::Shape(content.shape),
    }
}
