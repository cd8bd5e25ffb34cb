//! Which elements of a scene a step is about, and what they become.

use braincase_core::{
    bounded::{Millis, Text},
    patch::ElementPatch,
    scene::{Animation, Content, Element, ImageContent, Position, SceneSpec, Shape, ShapeContent, Share, TextContent},
};

use crate::brain::local::{
    board,
    clause::Clause,
    colors, numbers,
    wish::{Change, Move, Noun, Place, Spot, Wish},
    words,
};

/// Whether an element is what a noun names.
pub(in crate::brain::local::step) fn is(element: &Element, noun: Noun) -> bool {
    match (&element.content, noun) {
        (Content::Text(_), Noun::Text) | (Content::Image(_), Noun::Image) | (Content::Shape(_), Noun::AnyShape) => true,
        (Content::Shape(content), Noun::Shape(shape)) => content.shape == shape,
        (_, Noun::Animation) => true,
        (Content::Text(_) | Content::Image(_) | Content::Shape(_), _) => false,
    }
}

/// Whether a scene shows these words.
pub(super) fn says(spec: &SceneSpec, words: &str) -> bool {
    let words = words.to_lowercase();
    !words.is_empty() && board::texts(spec).any(|(_, text)| text.text.as_str().to_lowercase().contains(&words))
}

/// The elements of a scene that a noun names; one of them unless all are meant.
pub(in crate::brain::local::step) fn elements<'s>(
    spec: &'s SceneSpec,
    noun: Noun,
    old: Option<&str>,
    plural: bool,
    clause: &Clause<'_>,
) -> Vec<&'s Element> {
    let of_kind: Vec<&Element> = spec.elements.iter().filter(|element| is(element, noun)).collect();
    if let Some(old) = old.map(str::to_lowercase) {
        let saying = |element: &&&Element| matches!(&element.content, Content::Text(text) if text.text.as_str().to_lowercase().contains(&old));
        return of_kind.iter().filter(saying).copied().collect();
    }
    if plural || noun == Noun::Animation {
        return of_kind;
    }
    if let Some(at) = counted(clause, of_kind.len()) {
        return of_kind.get(at).copied().into_iter().collect();
    }
    // The headline is the largest; of equals the first.
    let size = |element: &Element| match &element.content {
        Content::Text(text) => text.size,
        Content::Shape(_) | Content::Image(_) => element.position.width,
    };
    of_kind.iter().rev().max_by_key(|element| size(element)).copied().into_iter().collect()
}

/// "the second text".
fn counted(clause: &Clause<'_>, count: usize) -> Option<usize> {
    (0..clause.len()).find_map(|at| {
        let noun = words::TEXT.contains(&clause.word(at + 1)) || words::IMAGE.contains(&clause.word(at + 1));
        match clause.word(at) {
            "last" if noun => count.checked_sub(1),
            word => numbers::ordinal(word).filter(|_| noun).map(|number| number.saturating_sub(1)),
        }
    })
}

/// The elements that a wish for looks applies to.
pub(super) fn to_style<'s>(
    spec: &'s SceneSpec,
    wish: &Wish,
    old: Option<&str>,
    clause: &Clause<'_>,
) -> Vec<&'s Element> {
    if let Some(noun) = wish.noun.filter(|noun| !matches!(noun, Noun::Background)) {
        let found = elements(spec, noun, old, wish.plural, clause);
        if !found.is_empty() || noun != Noun::Animation {
            return found;
        }
    }
    let text_only = wish.bold.is_some() || wish.size.is_some() || wish.color.is_some();
    let texts: Vec<&Element> = spec.elements.iter().filter(|element| is(element, Noun::Text)).collect();
    if text_only && !texts.is_empty() {
        return texts;
    }
    spec.elements.iter().filter(|element| wish.bold.is_none() || is(element, Noun::Text)).collect()
}

/// What becomes of an element: colour, weight and motion.
pub(super) fn restyled(element: &Element, wish: &Wish) -> ElementPatch {
    let words = matches!(element.content, Content::Text(_));
    ElementPatch {
        id: element.id.clone(),
        text: None,
        size: None,
        bold: wish.bold.filter(|_| words),
        image: None,
        position: None,
        color: wish.color,
        animation: wish.motion.map(animation),
    }
}

/// What becomes of an element: its looks, its size and its place.
pub(in crate::brain::local::step) fn with_size_and_place(element: &Element, wish: &Wish) -> ElementPatch {
    let mut patch = restyled(element, wish);
    let mut position = element.position.clone();
    if let Some(change) = wish.size {
        match &element.content {
            Content::Text(text) => patch.size = Some(scaled(text.size, change)),
            Content::Shape(_) | Content::Image(_) => {
                position.width = scaled(position.width, change);
                position.height = scaled(position.height, change);
            }
        }
    }
    if let Some(place) = wish.place {
        position = placed(&position, place);
    }
    patch.position = (position != element.position).then_some(position);
    patch
}

/// An element that a step wants to be made.
pub(in crate::brain::local::step) fn new_element(
    spec: &SceneSpec,
    noun: Noun,
    words: Option<&str>,
    wish: &Wish,
) -> Element {
    let (stem, content, width, height) = match noun {
        Noun::Shape(shape) => (
            shape_stem(shape),
            Content::Shape(ShapeContent { shape }),
            200,
            if matches!(shape, Shape::Line) { 20 } else { 200 },
        ),
        Noun::Text | Noun::Image | Noun::AnyShape | Noun::Background | Noun::Animation => {
            let text = TextContent {
                text: Text::truncated(words.unwrap_or("")),
                size: Share::clamped(80),
                bold: wish.bold.unwrap_or(false),
            };
            ("text", Content::Text(text), 800, 200)
        }
    };
    // A second text goes below the first instead of over it.
    let texts = board::texts(spec).count();
    let y = if stem == "text" && texts > 0 { 700 } else { 500 };
    let position = Position {
        x: Share::clamped(500),
        y: Share::clamped(y),
        width: Share::clamped(width),
        height: Share::clamped(height),
    };
    let mut element = Element {
        id: spec.free_element_id(stem),
        content,
        position,
        color: wish.color,
        animation: wish.motion.map(animation),
    };
    if let Some(place) = wish.place {
        element.position = placed(&element.position, place);
    }
    if let Some(size) = wish.size {
        let patch = with_size_and_place(&element, &Wish { size: Some(size), ..Wish::default() });
        element.position = patch.position.unwrap_or(element.position);
        if let (Content::Text(text), Some(size)) = (&mut element.content, patch.size) {
            text.size = size;
        }
    }
    element
}

/// Another image in the place of one that is there.
pub(in crate::brain::local::step) fn is_image(content: &Content) -> Option<&ImageContent> {
    match content {
        Content::Image(image) => Some(image),
        Content::Text(_) | Content::Shape(_) => None,
    }
}

fn scaled(share: Share, change: Change) -> Share {
    match change {
        Change::To(value) => Share::nearest(value),
        Change::Times(times) => Share::nearest((share.get() * times).clamp(0.01, 2.0)),
    }
}

fn placed(position: &Position, place: Place) -> Position {
    let spot = |now: Share, spot: Option<Spot>| match spot {
        Some(Spot::At(at)) => Share::clamped(at),
        Some(Spot::By(by)) => Share::clamped(now.thousandths() + by),
        None => now,
    };
    Position { x: spot(position.x, place.x), y: spot(position.y, place.y), ..position.clone() }
}

fn animation(motion: Move) -> Animation {
    let millis = |millis: f64| Millis::clamped(super::duration(millis).get());
    Animation {
        kind: motion.kind,
        duration_ms: motion.millis.map_or(Millis::clamped(600), millis),
        delay_ms: motion.delay.map_or(Millis::clamped(0), millis),
    }
}

const fn shape_stem(shape: Shape) -> &'static str {
    match shape {
        Shape::Rectangle => "rectangle",
        Shape::Circle => "circle",
        Shape::Triangle => "triangle",
        Shape::Line => "line",
        Shape::Star => "star",
        Shape::Arrow => "arrow",
    }
}

/// Letters that can be read on a background.
pub(in crate::brain::local::step) fn readable_on(
    background: &braincase_core::scene::Background,
) -> Option<braincase_core::color::Color> {
    use braincase_core::{color::Color, scene::Background};
    let dark = match background {
        Background::Color(color) => colors::is_dark(*color),
        Background::Gradient(gradient) => colors::is_dark(gradient.from) && colors::is_dark(gradient.to),
        Background::Image(_) => false,
    };
    dark.then_some(Color::WHITE)
}
