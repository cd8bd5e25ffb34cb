//! Borrowed values: "the same background as scene 1", "as long as the intro".

use super::{Clause, Question, Thread, Work};
use crate::brain::local::{
    step::lookup,
    wish::{Change, Length, Paint, Wish},
};
use braincase_core::scene::{Background, SceneSpec};

/// Reads the scene that a value is taken from, and claims it; the scene's document.
pub(super) fn source(work: &Work, thread: &Thread, clause: &mut Clause<'_>) -> Result<Option<SceneSpec>, Question> {
    let alike = clause.has(&["same", "match", "matching", "matches"]);
    let joint = (0..clause.len()).rev().find(|at| {
        let long =
            clause.word(*at) == "as" && at.checked_sub(2).is_some_and(|before| clause.seq(before, &["as", "long"]));
        long || alike && matches!(clause.word(*at), "as" | "like" | "of" | "match" | "matching")
    });
    let Some(joint) = joint else { return Ok(None) };
    let mut reading = clause.clone();
    let Some(place) = lookup(work, thread).anchor(&mut reading, joint + 1)? else { return Ok(None) };
    clause.claim(joint, clause.len());
    Ok(work.board.entries.get(place).map(|entry| entry.spec.clone()))
}

/// Takes from the source what the step names of it.
pub(super) fn take(clause: &Clause<'_>, source: &SceneSpec, wish: &mut Wish) {
    if clause.mentions(&["background", "color"]) && wish.background.is_none() {
        wish.background = match &source.background {
            Background::Color(color) => Some(Paint::Plain(*color)),
            Background::Gradient(gradient) => Some(Paint::Gradient(gradient.from, gradient.to)),
            Background::Image(_) => None,
        };
    }
    if clause.mentions(&["long", "duration"]) {
        wish.length = Some(Length::To(f64::from(source.duration_ms.get())));
    }
    if clause.mentions(&["tempo", "speed"]) {
        wish.tempo = Some(Change::To(source.tempo.get()));
    }
}
