//! What a step takes over from the steps before: their verb, what was complained about, words that were told.

use super::{Clause, Content, Thread, Wish, has_pronoun, writes};
use crate::brain::local::{
    numbers,
    wish::{Change, Length, Paint},
    words,
};

/// Takes over from the step before what this one leaves out: its verb, and what was complained about.
pub(super) fn on(thread: &mut Thread, clause: &mut Clause<'_>, said: &mut Content, wish: &mut Wish) {
    if wish.is_empty() && thread.timed {
        // "is it really 4 seconds? It should be 3"
        wish.length = numbers::bare(clause).map(|number| Length::To(number * 1_000.0));
    }
    thread.timed = false;
    if said.text.is_none() && has_pronoun(clause) && writes(clause) {
        said.text = thread.pending.take();
    }
    // "Hello is too informal, write 'Dear customers' instead"
    if said.text.is_some() && said.old.is_none() && clause.mentions(&["instead", "there"]) {
        said.old = thread.written.take();
    }
    rewritten(thread, clause, said, wish);
    if thread.renames && said.title.is_none() && wish.noun.is_none() && !clause.mentions(words::COMMANDS) {
        said.title = said.text.take();
    }
    thread.renames = said.title.is_some();
    if let Some(noun) = thread.about.take().filter(|_| wish.noun.is_none() && has_pronoun(clause)) {
        wish.noun = Some(noun);
        color_of_text(wish);
        let times =
            numbers::multiple(clause).filter(|_| wish.size.is_none() && wish.length.is_none() && wish.tempo.is_none());
        wish.size = wish.size.or(times.map(Change::Times));
        said.old = said.old.take().or(thread.written.take());
    }
}

/// "they don't get the word Sand, change it to Seaside": free words in the place of those that were spoken of.
fn rewritten(thread: &Thread, clause: &mut Clause<'_>, said: &mut Content, wish: &mut Wish) {
    let states = |at: usize| {
        matches!(clause.any_word(at), "it" | "that" | "this")
            && matches!(clause.word(at + 1), "should" | "must" | "has" | "needs")
    };
    // "Sand is spelled wrong, it should be Sandy beach"
    let stated = (0..clause.len().min(4)).find(|at| states(*at)).and_then(|at| {
        let be = (at + 2..at + 4).find(|be| clause.word(*be) == "be")?;
        Some(be + 1)
    });
    if let Some(start) = stated.filter(|_| thread.written.is_some() && *said == Content::default() && wish.is_empty()) {
        let words = clause.raw(start, clause.len()).trim_end_matches(['.', '!', '?', ' ']).to_owned();
        let counted = clause.number(start).is_some();
        said.text = Some(words).filter(|words| !words.is_empty() && !counted);
        clause.claim(start, clause.len());
        wish.noun = None;
        return;
    }
    let verb = clause.find(&["change", "replace", "turn", "make"]);
    let spoken = thread.written.is_some() && *said == Content::default() && wish.is_empty();
    let Some(verb) = verb.filter(|_| spoken) else { return };
    let pronoun = matches!(clause.any_word(verb + 1), "it" | "that" | "this");
    if !pronoun || !matches!(clause.word(verb + 2), "to" | "with" | "into" | "by") {
        return;
    }
    let words = clause.raw(verb + 3, clause.len()).trim_end_matches(['.', '!', '?', ' ']).to_owned();
    said.text = Some(words).filter(|words| !words.is_empty());
    clause.claim(verb + 2, clause.len());
    wish.noun = None;
}

/// A colour that was read as the background's is the text's.
pub(super) const fn color_of_text(wish: &mut Wish) {
    if let (Some(Paint::Plain(color)), None) = (wish.background, wish.color) {
        wish.color = Some(color);
        wish.background = None;
    }
}
