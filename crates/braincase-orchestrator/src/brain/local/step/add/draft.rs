//! What a new scene is to be: its words, its looks, its figure.

use braincase_core::{
    color::Color,
    scene::{SceneSpec, Shape, Title},
};

use super::title;
use crate::brain::local::{
    clause::Clause,
    colors,
    content::Content,
    plan::Work,
    step::edit,
    wish::{self, Length, Noun, Wish},
};

/// A figure that a new scene has beside its words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    shape: Shape,
    color: Option<Color>,
}

/// "and a yellow star": the figure, whose tokens are claimed so that its colour is nobody else's.
pub(super) fn figure(clause: &mut Clause<'_>) -> Option<Figure> {
    let at = (1..clause.len()).find(|at| wish::shape(clause.word(*at)).is_some())?;
    let start = (at.saturating_sub(4)..at).rev().find(|start| matches!(clause.word(*start), "a" | "an"))?;
    let color = (start..at).find_map(|place| colors::color_at(clause, place)).map(|found| found.color);
    let shape = wish::shape(clause.word(at))?;
    clause.claim(start, at + 1);
    Some(Figure { shape, color })
}

/// What a new scene is to be, before it has a place.
pub(in crate::brain::local::step) struct Draft {
    /// Its words.
    pub(in crate::brain::local::step) said: Content,
    /// Its looks.
    pub(in crate::brain::local::step) wish: Wish,
    /// What it is called unless its words say otherwise.
    pub(in crate::brain::local::step) title: Option<String>,
    /// A figure beside its words.
    pub(super) figure: Option<Figure>,
}

impl Draft {
    /// The title, if one was given or follows from how the scene was named.
    pub(in crate::brain::local::step) fn title(&self) -> Option<String> {
        self.said
            .title
            .clone()
            .or_else(|| self.title.clone())
            .or_else(|| self.said.topic.as_deref().map(title::capitalized))
            .filter(|title| !title.trim().is_empty())
    }

    pub(super) fn spec(&self, work: &Work, clause: &Clause<'_>) -> SceneSpec {
        let from_text = || {
            self.said
                .text
                .as_deref()
                .map(|text| text.chars().take(40).collect::<String>())
                .filter(|text| !text.trim().is_empty())
        };
        let title = self.title().or_else(from_text).unwrap_or_else(|| format!("Scene {}", work.board.order.len() + 1));
        let mut spec = SceneSpec::titled(Title::truncated(&title));
        work.preferences.apply(&mut spec);
        self.dress(&mut spec);
        let text = self.said.text.clone().or_else(|| self.said.topic.as_deref().map(title::capitalized));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let mut element = edit::new_element(&spec, Noun::Text, Some(&text), &self.wish);
            work.preferences.apply_text(&mut element);
            element.color = self.wish.color.or(element.color).or_else(|| edit::readable_on(&spec.background));
            element.animation = self.wish.motion.and(element.animation.clone()).or(element.animation);
            spec.elements.push(element);
            for words in &self.said.more {
                let mut element = edit::new_element(&spec, Noun::Text, Some(words), &self.wish);
                work.preferences.apply_text(&mut element);
                element.color = self.wish.color.or(element.color).or_else(|| edit::readable_on(&spec.background));
                spec.elements.push(element);
            }
        } else if let Some(shape @ Noun::Shape(_)) = wish::noun(clause) {
            spec.elements.push(edit::new_element(&spec, shape, None, &self.wish));
        }
        if let Some(figure) = &self.figure {
            let wish = Wish { color: figure.color, ..Wish::default() };
            spec.elements.push(edit::new_element(&spec, Noun::Shape(figure.shape), None, &wish));
        }
        spec
    }

    /// Puts length, tempo and background on.
    pub(in crate::brain::local::step) fn dress(&self, spec: &mut SceneSpec) {
        match self.wish.length {
            Some(Length::To(millis)) => spec.duration_ms = edit::duration(millis),
            Some(Length::Times(times)) => spec.duration_ms = edit::duration(f64::from(spec.duration_ms.get()) * times),
            Some(Length::By(_)) | None => {}
        }
        if let Some(paint) = self.wish.background {
            spec.background = edit::paint(paint);
        }
    }
}
