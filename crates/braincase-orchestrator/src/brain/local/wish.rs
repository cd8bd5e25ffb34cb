//! Wishes: the values that a step names, read once from its words.

use braincase_core::{
    color::Color,
    scene::{Motion, Shape},
};

use super::{clause::Clause, colors, numbers, question::Question, words};

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
    wish.motion = motion(clause, &spans);
    colors_of(clause, &mut wish)?;
    wish.length = length(clause, &spans, wish.motion.as_ref())?;
    wish.tempo = tempo(clause)?;
    wish.size = size(clause, &wish);
    wish.bold = bold(clause);
    wish.place = place(clause, &wish);
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

fn motion(clause: &mut Clause<'_>, spans: &[numbers::Span]) -> Option<Move> {
    let off = clause.find(&["animation", "animate", "animating"]).filter(|at| {
        (at.saturating_sub(4)..*at)
            .any(|before| matches!(clause.any_word(before), "no" | "without" | "delete" | "stop"))
    });
    let (kind, at) = match off {
        Some(at) => (Motion::None, at),
        None => (0..clause.len()).find_map(|at| motion_at(clause, at).map(|kind| (kind, at)))?,
    };
    clause.claim(at, at + 1);
    if matches!(clause.word(at + 1), "in" | "out" | "from" | "up") {
        let sides = clause.word(at + 1) == "from" || clause.word(at + 2) == "from";
        clause.claim(at + 1, at + if sides { 6 } else { 2 });
    }
    let with = |words: &[&str]| {
        spans
            .iter()
            .find(|span| {
                (span.start.saturating_sub(2)..span.start).any(|before| words.contains(&clause.any_word(before)))
            })
            .map(|span| span.millis)
    };
    let delayed = spans.iter().find(|span| clause.word(span.end) == "delay").map(|span| span.millis);
    Some(Move { kind, millis: with(&["over", "within"]), delay: delayed.or_else(|| with(&["after"])) })
}

fn motion_at(clause: &Clause<'_>, at: usize) -> Option<Motion> {
    let next = clause.word(at + 1);
    let out = next == "out" || clause.word(at + 2) == "out" && next == "it";
    Some(match clause.word(at) {
        "fade" if out => Motion::FadeOut,
        "fade" => Motion::FadeIn,
        "slide" | "slides" if out => Motion::SlideOut,
        "slide" | "slides" | "fly" | "flies" => Motion::SlideIn,
        "zoom" if out => Motion::ZoomOut,
        "zoom" => Motion::ZoomIn,
        "bounce" => Motion::Bounce,
        "spin" => Motion::Spin,
        "pulse" => Motion::Pulse,
        "typewriter" => Motion::Typewriter,
        _ => return None,
    })
}

fn colors_of(clause: &mut Clause<'_>, wish: &mut Wish) -> Result<(), Question> {
    let found = colors::find(clause);
    let gradient = clause.find(&["gradient", "blend"]);
    match (gradient, found.as_slice()) {
        (Some(_), [from, to, ..]) => {
            wish.background = Some(Paint::Gradient(from.color, to.color));
            return Ok(());
        }
        (Some(_), [only]) => {
            wish.background = Some(Paint::Gradient(
                only.color,
                if colors::is_dark(only.color) { colors::lighter(only.color) } else { colors::darker(only.color) },
            ));
            return Ok(());
        }
        (Some(_), []) => {
            return Err(Question::choice(
                "Which two colours should the gradient have?",
                &["From blue to purple", "From orange to pink", "From white to light gray"],
            ));
        }
        (None, _) => {}
    }
    for one in &found {
        // "from red to blue": the first colour is the old one.
        let old = clause.any_word(one.start.wrapping_sub(1)) == "from" && found.len() > 1;
        if old {
            continue;
        }
        let slot = role(clause, one, wish.noun);
        match slot {
            Role::Background => conflict(&mut wish.background, Paint::Plain(one.color), "background")?,
            Role::Element => conflict(&mut wish.color, one.color, "colour")?,
        }
    }
    for one in found {
        clause.claim(one.start, one.end);
    }
    Ok(())
}

fn conflict<T: PartialEq>(slot: &mut Option<T>, value: T, what: &str) -> Result<(), Question> {
    match slot {
        Some(old) if *old != value => {
            Err(Question::open(format!("You name two values for the {what}. Which one do you want?")))
        }
        _ => {
            *slot = Some(value);
            Ok(())
        }
    }
}

enum Role {
    Background,
    Element,
}

/// Whether a colour is meant for the background or for an element: the nearest noun decides.
fn role(clause: &Clause<'_>, color: &colors::Found, noun: Option<Noun>) -> Role {
    let is_element =
        |word: &str| words::TEXT.contains(&word) || shape(word).is_some() || matches!(word, "shape" | "shapes");
    for at in color.end..color.end + 3 {
        match clause.any_word(at) {
            "background" | "scene" => return Role::Background,
            word if is_element(word) => return Role::Element,
            "and" | "with" | "on" | "in" | "to" => break,
            _ => {}
        }
    }
    for at in (0..color.start).rev() {
        match clause.any_word(at) {
            "background" => return Role::Background,
            word if is_element(word) => return Role::Element,
            "on" => return Role::Background,
            _ => {}
        }
    }
    if clause.mentions(&["write"]) {
        return Role::Element;
    }
    match noun {
        Some(Noun::Text | Noun::Shape(_) | Noun::AnyShape) => Role::Element,
        Some(Noun::Image | Noun::Background | Noun::Animation) | None => Role::Background,
    }
}

fn length(clause: &mut Clause<'_>, spans: &[numbers::Span], motion: Option<&Move>) -> Result<Option<Length>, Question> {
    let taken = |span: &&numbers::Span| {
        motion.is_none_or(|motion| motion.millis != Some(span.millis) && motion.delay != Some(span.millis))
    };
    let spans: Vec<_> = spans.iter().filter(taken).collect();
    for span in &spans {
        clause.claim(span.start, span.end);
    }
    let from_to = clause.has(&["from"]) && clause.has(&["to"]) && spans.len() == 2;
    let span = match spans.as_slice() {
        [] => return Ok(unitless_length(clause)),
        [_, to] if from_to => to,
        [one] => one,
        [first, rest @ ..] if rest.iter().all(|span| span.millis == first.millis) => first,
        _ => return Err(Question::open("You name two lengths. How long should it be?")),
    };
    let to = span.start > 0 && matches!(clause.any_word(span.start - 1), "to" | "at" | "exactly" | "only" | "just")
        || clause.any_word(span.start.wrapping_sub(2)) == "to";
    let longer = clause.has(&["longer", "more", "increase", "extra"])
        || clause.has(&["add"]) && !clause.mentions(&["says", "called"])
        || clause.any_word(span.start) == "another"
        || clause.any_word(span.start + 1) == "more";
    let shorter =
        clause.has(&["shorter", "less", "decrease", "reduce", "off", "cut"]) || clause.has(&["delete", "take"]);
    let relative = !to && !(clause.has(&["make"]) && clause.has(&["slower", "faster"]));
    Ok(Some(if relative && shorter {
        Length::By(-span.millis)
    } else if relative && longer {
        Length::By(span.millis)
    } else {
        Length::To(span.millis)
    }))
}

fn unitless_length(clause: &Clause<'_>) -> Option<Length> {
    let about = clause.has(&["duration", "long", "longer", "shorter", "last-for", "short", "time"]);
    let about_text = clause.mentions(&["text", "texts", "title", "heading"]);
    if !about || about_text && !clause.has(&["duration"]) {
        return None;
    }
    let little = clause.has(&["bit", "slightly", "little", "tad", "somewhat"]);
    let much = clause.has(&["much"]);
    if let Some(times) = numbers::multiple(clause) {
        return Some(Length::Times(times));
    }
    if let Some(share) = numbers::percent(clause) {
        return Some(Length::Times(if clause.has(&["shorter"]) { 1.0 - share } else { 1.0 + share }));
    }
    if let Some(number) = numbers::bare(clause) {
        return Some(Length::To(number * 1_000.0));
    }
    let factor = if little {
        1.25
    } else if much {
        2.0
    } else {
        1.5
    };
    if clause.has(&["longer", "increase"]) {
        return Some(Length::Times(factor));
    }
    clause.has(&["shorter", "decrease", "reduce", "short"]).then_some(Length::Times(1.0 / factor))
}

fn tempo(clause: &Clause<'_>) -> Result<Option<Change>, Question> {
    let faster = clause.has(&["faster", "fast", "much-faster"])
        || clause.has(&["speed", "hurry", "pick"]) && clause.has(&["up"])
        || clause.has(&["increase", "raise", "higher"]) && clause.has(&["speed", "tempo"]);
    if clause.has(&["too"]) && clause.has(&["slow"]) {
        return Ok(Some(Change::Times(1.5)));
    }
    let slower = clause.has(&["slower", "slow", "slowly"])
        || clause.has(&["reduce", "decrease", "lower"]) && clause.has(&["speed", "tempo"]);
    let about = clause.has(&["speed", "tempo"]);
    if faster && slower {
        return Err(Question::choice("Faster or slower?", &["Make it faster", "Make it slower"]));
    }
    if about && clause.has(&["normal", "original", "default", "regular"]) {
        return Ok(Some(Change::To(1.0)));
    }
    let step = if clause.has(&["bit", "slightly", "little", "tad", "somewhat"]) {
        1.25
    } else if clause.has(&["much", "much-faster", "way", "lot"]) {
        2.0
    } else {
        1.5
    };
    let times = numbers::multiple(clause);
    let share = numbers::percent(clause);
    Ok(match (faster, slower, about) {
        (true, _, _) => Some(Change::Times(times.or(share.map(|share| 1.0 + share)).unwrap_or(step))),
        (_, true, _) => Some(Change::Times(
            times
                .map(|times| if times >= 1.0 { 1.0 / times } else { times })
                .or(share.map(|share| 1.0 - share))
                .unwrap_or(1.0 / step),
        )),
        (_, _, true) => {
            times.map(Change::Times).or(share.map(Change::To)).or_else(|| numbers::bare(clause).map(Change::To))
        }
        _ => None,
    })
}

fn size(clause: &Clause<'_>, wish: &Wish) -> Option<Change> {
    let much = clause.has(&["much", "way"]);
    let little = clause.has(&["bit", "slightly", "little", "tad"]);
    let step = if much {
        1.5
    } else if little {
        1.1
    } else {
        1.25
    };
    let times = numbers::multiple(clause);
    let share = numbers::percent(clause);
    let sized = clause.has(&["size", "big", "large"]);
    if clause.has(&["bigger"]) || sized && clause.has(&["increase", "up"]) {
        return Some(Change::Times(times.or(share.map(|share| 1.0 + share)).unwrap_or(step)));
    }
    if clause.has(&["smaller"]) || sized && clause.has(&["decrease", "reduce"]) {
        return Some(Change::Times(
            times
                .map(|times| if times > 1.0 { 1.0 / times } else { times })
                .or(share.map(|share| 1.0 - share))
                .unwrap_or(1.0 / step),
        ));
    }
    let on_element = wish.noun.is_some() && wish.tempo.is_none() && wish.length.is_none();
    match clause.find(&["huge", "giant", "enormous", "big", "large", "tiny", "small", "size"]).map(|at| clause.word(at))
    {
        Some("size") => times.map(Change::Times),
        Some("huge" | "giant" | "enormous") => Some(Change::Times(2.0)),
        Some("big" | "large") => times.map(Change::Times).or(on_element.then_some(Change::Times(1.5))),
        Some("tiny") => Some(Change::Times(0.5)),
        Some("small") => on_element.then_some(Change::Times(0.67)),
        _ => None,
    }
}

fn bold(clause: &Clause<'_>) -> Option<bool> {
    if clause.has(&["unbold", "thin", "thinner"]) {
        return Some(false);
    }
    let at = clause.find(&["bold"])?;
    let off = (at.saturating_sub(3)..at).any(|before| {
        matches!(clause.any_word(before), "not" | "no" | "without" | "less" | "delete" | "isnt" | "dont")
    });
    Some(!off)
}

fn place(clause: &Clause<'_>, wish: &Wish) -> Option<Place> {
    let nudge = clause.has(&["bit", "slightly", "little", "tad"]);
    let mut place = Place::default();
    let pick = |at: i64, by: i64| if nudge { Spot::By(by) } else { Spot::At(at) };
    let moved = clause
        .has(&["move", "put", "place", "align", "center", "add", "position", "write", "show", "set", "make", "corner"])
        || wish.noun.is_some();
    if !moved {
        return None;
    }
    for at in clause.open() {
        match clause.word(at) {
            "left" => place.x = Some(pick(250, -100)),
            "right" if clause.any_word(at + 1) != "after" => place.x = Some(pick(750, 100)),
            "top" => place.y = Some(pick(200, -100)),
            "bottom" => place.y = Some(pick(800, 100)),
            "up" | "higher" if wish.tempo.is_none() => place.y = Some(Spot::By(-100)),
            "down" | "lower" if wish.tempo.is_none() => place.y = Some(Spot::By(100)),
            "center" | "middle" => {
                place.x = place.x.or(Some(Spot::At(500)));
                place.y = place.y.or(Some(Spot::At(500)));
            }
            _ => {}
        }
    }
    (place != Place::default()).then_some(place)
}
