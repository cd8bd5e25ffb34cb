//! Wishes: the values that a step names, read once from its words.

mod color;
mod looks;
mod time;

use braincase_core::{
    color::Color,
    scene::{Motion, Shape},
};

use super::{clause::Clause, numbers, question::Question, words};

/// What a step wants of a scene or its elements.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) length: Option<Length>,
    pub(super) tempo: Option<Change>,
    pub(super) background: Option<Paint>,
    pub(super) color: Option<Color>,
    pub(super) size: Option<Change>,
    pub(super) bold: Option<bool>,
    pub(super) place: Option<Place>,
    pub(super) motion: Option<Move>,
    /// What the step is about within its scene.
    pub(super) noun: Option<Noun>,
    /// Whether all elements of the kind are meant.
    pub(super) plural: bool,
}

/// A new length in milliseconds, or one that depends on the old one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Length {
    To(f64),
    By(f64),
    Times(f64),
}

/// A number that is set or multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    To(f64),
    Times(f64),
}

/// What to put behind everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Paint {
    Plain(Color),
    Gradient(Color, Color),
}

/// Where to put an element; what is absent stays.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: Option<Spot>,
    pub(super) y: Option<Spot>,
}

/// A place on one axis in thousandths of the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spot {
    At(i64),
    By(i64),
}

/// How to move, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Move {
    pub(super) kind: Motion,
    pub(super) millis: Option<f64>,
    pub(super) delay: Option<f64>,
}

/// What a step is about within its scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Text,
    Image,
    Shape(Shape),
    AnyShape,
    Background,
    Animation,
}

impl Wish {
    /// Whether it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        Self { noun: None, plural: false, ..*self } == Self::default()
    }

    /// Whether it asks for something that only elements have.
    pub(super) const fn is_of_elements(&self) -> bool {
        self.color.is_some()
            || self.size.is_some()
            || self.bold.is_some()
            || self.place.is_some()
            || self.motion.is_some()
    }
}

/// Reads the wishes of a clause; targets and content are claimed before.
pub(super) fn read(clause: &mut Clause<'_>) -> Result<Wish, Question> {
    let mut wish = Wish { noun: noun(clause), plural: is_plural(clause), ..Wish::default() };
    let spans = numbers::spans(clause);
    wish.motion = looks::motion(clause, &spans);
    color::read(clause, &mut wish)?;
    wish.length = time::length(clause, &spans, wish.motion.as_ref())?;
    wish.tempo = time::tempo(clause)?;
    wish.size = looks::size(clause, &wish);
    wish.bold = looks::bold(clause);
    wish.place = looks::place(clause, &wish);
    Ok(wish)
}

/// The first noun that names a part of a scene.
pub(super) fn noun(clause: &Clause<'_>) -> Option<Noun> {
    let nouns = || clause.open().filter_map(|at| noun_of(clause.word(at)));
    nouns().find(|noun| *noun != Noun::Animation).or_else(|| nouns().next())
}

/// What a word names, if it names a part of a scene.
pub(super) fn noun_of(word: &str) -> Option<Noun> {
    Some(match word {
        _ if words::TEXT.contains(&word) => Noun::Text,
        _ if words::IMAGE.contains(&word) => Noun::Image,
        "background" => Noun::Background,
        "animation" | "animate" => Noun::Animation,
        "shape" | "shapes" | "element" => Noun::AnyShape,
        _ => return shape(word).map(Noun::Shape),
    })
}

/// The figure that a word names.
pub(super) fn shape(word: &str) -> Option<Shape> {
    Some(match word {
        "rectangle" => Shape::Rectangle,
        "circle" => Shape::Circle,
        "triangle" => Shape::Triangle,
        "line" => Shape::Line,
        "star" => Shape::Star,
        "arrow" => Shape::Arrow,
        _ => return None,
    })
}

pub(super) fn is_plural(clause: &Clause<'_>) -> bool {
    clause.has(&["texts", "images", "shapes", "elements", "titles", "headings"])
        || clause.has(&["all", "every", "both"])
}
