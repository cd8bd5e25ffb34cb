//! Content: the words that a step wants to be seen, in quotes or after "saying", "called", "to".

mod end;

use super::{clause::Clause, colors, numbers, token::Kind, words};

/// The words of a step that are content, not command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// A title for a scene.
    pub(super) title: Option<String>,
    /// Words to be seen.
    pub(super) text: Option<String>,
    /// Words that are there and that the step is about: what to replace or to delete.
    pub(super) old: Option<String>,
    /// More words to be seen beside those.
    pub(super) more: Vec<String>,
    /// What a new scene is about.
    pub(super) topic: Option<String>,
}

/// What a step does with the content it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It makes a scene.
    NewScene,
    /// It changes what is there.
    Change,
    /// It takes something away.
    Delete,
}

/// Reads the content of a clause and claims it.
pub(super) fn read(clause: &mut Clause<'_>, usage: Use) -> Content {
    let mut content = Content::default();
    quotes(clause, usage, &mut content);
    if usage != Use::Delete {
        free_words(clause, usage, &mut content);
    }
    content
}

fn quotes(clause: &mut Clause<'_>, usage: Use, content: &mut Content) {
    for at in 0..clause.len() {
        if clause.kind(at) != Some(Kind::Quote) {
            continue;
        }
        let words = clause.quoted(at).trim().to_owned();
        let replaced = (at + 1..clause.len().min(at + 8)).any(|next| clause.kind(next) == Some(Kind::Quote))
            && (matches!(clause.word(at + 1), "to" | "with" | "by" | "into")
                || clause.word(at + 1) == "for" && clause.mentions(&["swap", "change", "replace", "trade"]));
        let near: Vec<&str> = (at.saturating_sub(3)..at).map(|before| clause.any_word(before)).collect();
        let before = near.last().copied().unwrap_or("");
        let joined = clause.any_word(at.wrapping_sub(1)) == "and" && clause.is_quote(at.wrapping_sub(2))
            || clause.is_quote(at.wrapping_sub(2)) && clause.kind(at - 1) == Some(Kind::Comma);
        if joined && content.text.is_some() && content.old.is_none() {
            content.more.push(words);
            clause.claim(at, at + 1);
            continue;
        }
        let slot = if replaced || usage == Use::Delete || matches!(before, "instead-of" | "not") {
            &mut content.old
        } else if is_title(clause, &near, before) {
            &mut content.title
        } else if content.text.is_none() {
            &mut content.text
        } else {
            &mut content.title
        };
        if slot.is_none() {
            *slot = Some(words);
        }
        clause.claim(at, at + 1);
    }
}

fn is_title(clause: &Clause<'_>, near: &[&str], before: &str) -> bool {
    if before == "called" || near.contains(&"title") || before == "rename" {
        return true;
    }
    // "the name of my dog" names no scene.
    let names = (0..clause.len()).any(|at| clause.any_word(at) == "name" && clause.any_word(at + 1) != "of");
    names
        || clause.mentions(&["rename", "call"])
        || (matches!(before, "to" | "as" | "") && clause.mentions(&["title"]) && !clause.mentions(&["text"]))
}

/// Content without quotes: from its marker to the end of the step or to where a property of it begins.
fn free_words(clause: &mut Clause<'_>, usage: Use, content: &mut Content) {
    let mut at = 0;
    while at < clause.len() {
        let Some((slot, start)) = marker(clause, at, usage) else {
            at += 1;
            continue;
        };
        let end = end::find(clause, start, usage);
        let words = clause
            .raw(start, end)
            .trim_matches(|c: char| c.is_whitespace() || ",;:.?!".contains(c))
            .trim_end_matches(" please");
        let words =
            if slot == Slot::Title { words.trim_end_matches(" there") } else { words.trim_end_matches(" instead") }
                .to_owned();
        let target = match slot {
            Slot::Title => &mut content.title,
            Slot::Text => &mut content.text,
            Slot::Topic => &mut content.topic,
        };
        if words.is_empty() || target.is_some() || (slot == Slot::Text && is_value(clause, start, end)) {
            at = start.max(at + 1);
            continue;
        }
        *target = Some(words);
        // What lies between the verb and the words is the object: "call the second scene X".
        clause.claim(at, at + 1);
        clause.claim(start, end);
        at = end;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Title,
    Text,
    Topic,
}

/// A word that announces content, and where the content starts.
fn marker(clause: &Clause<'_>, at: usize, usage: Use) -> Option<(Slot, usize)> {
    let next = at + 1;
    let skip_colon = |at: usize| if clause.kind(at) == Some(Kind::Colon) { at + 1 } else { at };
    match clause.word(at) {
        "says" if usage != Use::NewScene && describes_scene(clause, at) => None,
        "says" => Some((Slot::Text, skip_colon(next))),
        "called" => Some((Slot::Title, skip_colon(next))),
        "name" if clause.kind(next) == Some(Kind::Colon) => Some((Slot::Title, next + 1)),
        "name" if usage == Use::NewScene && matches!(clause.word(at.wrapping_sub(1)), "with" | "the" | "by") => {
            Some((Slot::Title, next))
        }
        "about" if usage == Use::NewScene && clause.number(next).is_none() => Some((Slot::Topic, next)),
        "for"
            if usage == Use::NewScene
                && clause.number(next).is_none()
                && !matches!(clause.word(next), "each" | "every" | "a" | "half" | "one" | "this" | "me") =>
        {
            Some((Slot::Topic, next))
        }
        "call" | "name" | "title"
            if usage == Use::Change
                && (clause.word(at) != "title" || clause.word(next) == "it")
                && clause.word(next) != "of" =>
        {
            after_object(clause, next).map(|start| (Slot::Title, start))
        }
        "write" => Some((Slot::Text, next)),
        "be" | "is" => stated(clause, at).map(|slot| (slot, skip_colon(next))),
        "to" | "into" | "as" | "with" | "by" => after_to(clause, at).map(|slot| (slot, skip_colon(next))),
        "text" | "title" | "heading" | "message" | "slogan" | "tagline" => direct(clause, at, usage),
        _ => None,
    }
}

/// "the scene where it says X should be red": the words tell which scene.
fn describes_scene(clause: &Clause<'_>, says: usize) -> bool {
    let scene = (says.saturating_sub(3)..says).find(|at| matches!(clause.word(*at), "scene" | "one"));
    let linked = |scene: usize| matches!(clause.word(scene + 1), "that" | "which" | "where");
    scene.is_some_and(|scene| linked(scene) && clause.any_word(scene.wrapping_sub(1)) == "the")
}

/// "the title of the second scene should be X": what is said to be X.
fn stated(clause: &Clause<'_>, at: usize) -> Option<Slot> {
    let noun = (0..at).rev().find(|before| matches!(clause.word(*before), "title" | "text" | "heading" | "name"))?;
    let property = clause.has(&["color", "size", "background", "duration", "speed", "in", "on", "at"]);
    let near = at - noun <= 2;
    let end = (at + 1..clause.len()).find(|end| clause.kind(*end) == Some(Kind::Stop)).unwrap_or(clause.len());
    (near || !property && !is_value(clause, at + 1, end)).then(|| slot_of(clause, noun))
}

fn slot_of(clause: &Clause<'_>, at: usize) -> Slot {
    if matches!(clause.word(at), "title" | "name") { Slot::Title } else { Slot::Text }
}

/// "rename it to X", "change the text to X", "replace the headline with X".
fn after_to(clause: &Clause<'_>, at: usize) -> Option<Slot> {
    let before = |table: &[&str]| (0..at).any(|place| table.contains(&clause.word(place)));
    let verb = clause.word(at);
    if before(&["rename"]) && matches!(verb, "to" | "as" | "into") {
        return Some(Slot::Title);
    }
    if verb == "as" {
        return None;
    }
    if matches!(verb, "with" | "by") && !before(&["replace", "swap"]) {
        return None;
    }
    let property = before(&[
        "color",
        "size",
        "background",
        "duration",
        "tempo",
        "speed",
        "animation",
        "position",
        "move",
        "gradient",
        "bigger",
        "smaller",
        "last",
        "put",
        "place",
        "image",
        "images",
        "logo",
        "align",
        "center",
    ]);
    let object = before(&["title"])
        .then_some(Slot::Title)
        .or_else(|| before(&["text", "texts", "heading", "message", "slogan", "tagline"]).then_some(Slot::Text));
    let acts = before(&["change", "set", "replace", "make", "turn", "rename", "rewrite", "swap", "text", "title"]);
    let place = matches!(clause.word(at + 1), "the" | "scene" | "a")
        && matches!(clause.word(at + 2), "left" | "right" | "top" | "bottom" | "center" | "middle" | "scene");
    let adds = before(&["add"]);
    if property || place || adds || !acts { None } else { object }
}

/// "add the text Hello", "with text: Hello", "title: Hello".
fn direct(clause: &Clause<'_>, at: usize, usage: Use) -> Option<(Slot, usize)> {
    let slot = slot_of(clause, at);
    if clause.kind(at + 1) == Some(Kind::Colon) {
        return Some((slot, at + 2));
    }
    let before = at.checked_sub(1).map_or("", |before| clause.word(before));
    let before2 = at.checked_sub(2).map_or("", |before| clause.word(before));
    let with = before == "with" || (matches!(before, "the" | "a") && before2 == "with");
    let adds = before == "add" || (matches!(before, "the" | "a") && before2 == "add" && before == "the");
    let next = clause.word(at + 1);
    let stop = matches!(
        next,
        "to" | "in"
            | "on"
            | "at"
            | "of"
            | "from"
            | "and"
            | "bigger"
            | "smaller"
            | "is"
            | "should"
            | "be"
            | "color"
            | "size"
            | "says"
            | "for"
            | "with"
            | ""
            | "that"
            | "element"
            | "box"
            | "rectangle"
            | "scene"
            | "scenes"
    );
    ((with && usage == Use::NewScene || adds) && !stop && colors::named(next).is_none()).then_some((slot, at + 1))
}

/// "call it X", "name the second scene X", "call the pricing scene X": where X starts.
fn after_object(clause: &Clause<'_>, at: usize) -> Option<usize> {
    if matches!(clause.word(at), "it" | "this" | "that") && !words::SCENE.contains(&clause.word(at + 1)) {
        return Some(at + 1);
    }
    let noun = (at..clause.len().min(at + 5)).find(|noun| {
        let word = clause.word(*noun);
        words::SCENE.contains(&word)
            || word == "one"
            || words::OPENING.contains(&word)
            || words::CLOSING.contains(&word)
    });
    let last = noun.or_else(|| {
        let counted = |last: &usize| numbers::ordinal(clause.word(*last)).is_some() || clause.word(*last) == "last";
        (at..clause.len().min(at + 3)).find(counted)
    })?;
    let numbered = clause.number(last + 1).is_some() || words::SCENE.contains(&clause.word(last + 1));
    Some(last + 1 + usize::from(numbered))
}

/// Whether the words after a marker are a value of the text instead: "change the text to red".
fn is_value(clause: &Clause<'_>, start: usize, end: usize) -> bool {
    let skip = usize::from(matches!(clause.word(start), "be" | "a"));
    let start = start + skip;
    let color = colors::color_at(clause, start)
        .is_some_and(|found| found.end >= end || matches!(clause.word(found.end), "instead-of" | "instead" | "now"));
    let one = end == start + 1;
    let moves = matches!(
        clause.word(start),
        "fade" | "bounce" | "spin" | "zoom" | "pulse" | "typewriter" | "slides" | "slide-in"
    ) && end <= start + 3;
    color
        || moves
        || (one
            && matches!(clause.word(start), "bold" | "bigger" | "smaller" | "it" | "this" | "huge" | "tiny" | "gone"))
        || numbers::spans(clause).iter().any(|span| span.start == start && span.end >= end)
}
