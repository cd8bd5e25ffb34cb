//! Exchanges: "swap the star for a circle". No tool turns one figure into another, so the old one goes and the new one
//! takes its place.

use braincase_core::{color::Color, patch::ScenePatch};

use super::{Clause, Kind, Outcome, Question, Thread, Work, edit, force, lookup};
use crate::brain::local::{
    colors,
    wish::{self, Noun, Wish},
};

/// What gives way to what.
struct Exchange {
    old: Noun,
    new: Noun,
    /// The words of the new one, if it is a text.
    words: Option<String>,
    color: Option<Color>,
    /// Where the new one is named, from its first token to its last.
    span: (usize, usize),
}

/// Carries out a step that exchanges one element for another of another kind.
pub(super) fn run(work: &mut Work, thread: &mut Thread, clause: &Clause<'_>) -> Result<Option<Outcome>, Question> {
    let Some(exchange) = read(clause) else { return Ok(None) };
    let mut reading = clause.clone();
    reading.claim(exchange.span.0, exchange.span.1);
    let named = lookup(work, thread).read(&mut reading)?.map(|named| named.places);
    let places = named.or_else(|| edit::implied_with(work, thread, exchange.old)).unwrap_or_default();
    let mut done = false;
    for place in &places {
        let Some(patch) = patch(work, *place, &exchange, &reading) else { continue };
        work.patch(*place, &patch, force(thread, places.len() > 1))?;
        done = true;
    }
    if !done {
        return Err(Question::which_scene(&work.board, &work.board.order));
    }
    thread.last = places;
    thread.about = Some(exchange.new);
    Ok(Some(Outcome::Done))
}

fn patch(work: &Work, place: usize, exchange: &Exchange, clause: &Clause<'_>) -> Option<ScenePatch> {
    let spec = &work.board.entries.get(place)?.spec;
    let old = edit::elements(spec, exchange.old, None, false, clause).into_iter().next()?;
    let wish = Wish { color: exchange.color.or(old.color), ..Wish::default() };
    let mut new = edit::new_element(spec, exchange.new, exchange.words.as_deref(), &wish);
    new.position.x = old.position.x;
    new.position.y = old.position.y;
    Some(ScenePatch { remove: vec![old.id.clone()], add: vec![new], ..ScenePatch::default() })
}

/// "replace X with Y", "turn X into Y", "Y instead of X".
fn read(clause: &Clause<'_>) -> Option<Exchange> {
    if let Some(joint) = clause.find(&["instead-of"]) {
        let behind = || (joint + 2..clause.len().min(joint + 12)).find(|at| is_article(clause, *at));
        let Some(start) = (0..joint).rev().take(6).find(|at| is_article(clause, *at)) else {
            // "instead of the star I want an arrow"
            let start = behind()?;
            return between((joint + 1, start), (start, clause.len()), clause);
        };
        return between((joint + 1, clause.len().min(joint + 5)), (start, joint), clause);
    }
    let verb = clause.find(&["swap", "replace", "change", "turn", "make"])?;
    let joint =
        |at: &usize| matches!(clause.word(*at), "for" | "with" | "to" | "into" | "by") || is_article(clause, *at);
    let joint = (verb + 2..clause.len().min(verb + 10)).find(joint)?;
    between((verb + 1, joint), (joint, clause.len()), clause)
}

fn is_article(clause: &Clause<'_>, at: usize) -> bool {
    matches!(clause.word(at), "a" | "an")
}

fn between(old: (usize, usize), new: (usize, usize), clause: &Clause<'_>) -> Option<Exchange> {
    let old = (old.0..old.1).find_map(|at| part(clause, at))?;
    // A name that says something else may come first: "with a yellow arrow".
    let at =
        (new.0..new.1.min(new.0 + 6)).find(|at| wish::shape(clause.word(*at)).is_some() || clause.is_quote(*at))?;
    let quote = clause.is_quote(at);
    let new_noun = if quote { Noun::Text } else { wish::shape(clause.word(at)).map(Noun::Shape)? };
    let color = (new.0..at).find_map(|at| colors::color_at(clause, at)).map(|found| found.color);
    let words = quote.then(|| clause.quoted(at).to_owned());
    (old != new_noun).then_some(Exchange { old, new: new_noun, words, color, span: (new.0, at + 1) })
}

/// A part of a scene that can give way: a figure, an image, a text.
fn part(clause: &Clause<'_>, at: usize) -> Option<Noun> {
    let named = clause.kind(at) == Some(Kind::Word);
    wish::noun_of(clause.word(at)).filter(|noun| named && matches!(noun, Noun::Shape(_) | Noun::Image | Noun::Text))
}
