//! Words that are there: texts that a step names by what they say or by what they are called.

use super::{Clause, Named, Use, Work, carry::color_of_text, content, elements, words};
use crate::brain::local::{
    board::{self, Entry},
    content::Content,
    target::{self, How},
    wish::{self, Noun, Wish},
};

/// "change Hello to Goodbye": free words that are there in some scene are what is replaced.
pub(super) fn replaced(work: &Work, clause: &mut Clause<'_>, said: &mut Content) {
    if let Some((at, end)) = instead_of(work, clause) {
        said.old = Some(clause.raw(at + 1, end).to_owned());
        clause.claim(at, end);
        let new = content::read(clause, Use::Change);
        said.text = new.text.or(new.title);
        return;
    }
    if said.old.is_some() || said.text.is_some() || !clause.has(&["change", "replace", "swap", "turn"]) {
        return;
    }
    let Some(verb) = clause.find(&["change", "replace", "swap", "turn"]) else { return };
    let first = (verb + 1..clause.len())
        .find(|at| {
            let word = clause.word(*at);
            !(matches!(word, "the" | "where" | "it" | "says") || words::TEXT.contains(&word))
        })
        .unwrap_or(verb + 1);
    let is_joint = |at: &usize| matches!(clause.word(*at), "to" | "with" | "by" | "into" | "for");
    let end = (verb..clause.len())
        .find(|at| clause.word(*at) == "in" && words::SCENE.contains(&clause.word(at + 1)))
        .unwrap_or(clause.len());
    let Some(joint) = (first + 1..end).filter(is_joint).find(|joint| is_there(work, clause.raw(first, *joint))) else {
        return;
    };
    let new = clause.raw(joint + 1, end);
    if !new.is_empty() {
        said.old = Some(clause.raw(first, joint).to_owned());
        said.text = Some(new.to_owned());
        clause.claim(verb + 1, end);
    }
}

/// "instead of Welcome it should say Hi": where the free words begin that are there, and where they end.
fn instead_of(work: &Work, clause: &Clause<'_>) -> Option<(usize, usize)> {
    let at = clause.find(&["instead-of"])?;
    let end = (at + 2..=clause.len().min(at + 10)).find(|end| is_there(work, clause.raw(at + 1, *end)))?;
    Some((at, end))
}

/// Whether some scene shows exactly these words.
pub(in crate::brain::local::step) fn is_there(work: &Work, words: &str) -> bool {
    let lower = words.to_lowercase();
    let same = |entry: &Entry| board::texts(&entry.spec).any(|(_, text)| text.text.as_str().to_lowercase() == lower);
    !lower.is_empty() && work.board.entries.iter().any(same)
}

/// "rename 'Intro' to 'Opening'": the first quote names the scene.
pub(super) fn titled(work: &Work, said: &mut Content, named: Option<Named>) -> Option<Named> {
    if named.is_some() {
        return named;
    }
    let old = said.old.as_deref()?;
    let is_text = work.board.entries.iter().any(|entry| elements::says(&entry.spec, old));
    let place = target::quoted(&work.board, old).filter(|_| !is_text)?;
    said.old = None;
    if said.title.is_none() {
        said.title = said.text.take();
    }
    Some(Named { places: vec![place], how: How::Each })
}

/// "the price", "the welcome text": the one text that is called so, and its scene.
pub(in crate::brain::local) fn element_named(work: &Work, clause: &Clause<'_>) -> Option<(usize, String)> {
    let telling = clause.open().filter(|at| {
        let word = clause.word(*at);
        word.chars().count() >= 4
            && (!words::is_reserved(word) || words::typos::is_innocent(word) || words::TEXT.contains(&word))
            && (words::TEXT.contains(&clause.any_word(at + 1))
                || *at == 0 && !words::COMMANDS.contains(&word)
                || words::TEXT.contains(&word)
                    && !matches!(clause.any_word(at.wrapping_sub(1)), "a" | "an" | "another")
                || (at.saturating_sub(2)..*at).any(|before| matches!(clause.any_word(before), "the" | "our" | "my")))
    });
    for at in telling.take(8) {
        let typed = clause.raw(at, at + 1).to_lowercase();
        let word = clause.word(at);
        let mut found = Vec::new();
        for place in work.board.order.iter().copied() {
            let texts = board::texts(&work.board.entries[place].spec);
            let named = texts.filter(|(element, text)| {
                let said = text.text.as_str().to_lowercase();
                element.id.as_str().split('-').any(|part| part == word || part == typed)
                    || said.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
            });
            found.extend(named.map(|(_, text)| (place, text.text.as_str().to_owned())));
        }
        if found.len() == 1 {
            return found.pop();
        }
    }
    None
}

/// The scene of the text that the step names by its words.
pub(super) fn by_its_words(work: &Work, clause: &Clause<'_>, said: &mut Content, wish: &mut Wish) -> Option<Named> {
    let (place, words) = element_named(work, clause)?;
    // "put 'Free shipping' under the price": the price only tells where.
    if said.text.is_some() && clause.mentions(&["put", "add", "write", "place"]) {
        color_of_text(wish);
        return Some(Named { places: vec![place], how: How::Each });
    }
    said.old = Some(words);
    if wish.noun != Some(Noun::Background) {
        wish.noun = Some(Noun::Text);
    }
    if !clause.mentions(&["background", "scene"]) {
        color_of_text(wish);
    }
    Some(Named { places: vec![place], how: How::Each })
}

/// "add a circle next to the star": the only scene with the figure that is there.
pub(super) fn beside(work: &Work, clause: &Clause<'_>) -> Option<Named> {
    let noun = (1..clause.len())
        .filter(|at| matches!(clause.any_word(at - 1), "the" | "that"))
        .find_map(|at| wish::shape(clause.any_word(at)))?;
    let places = super::only_scene_with(work, Noun::Shape(noun))?;
    Some(Named { places, how: How::Each })
}

/// "make 'Write to us' bold": quoted words that are there already are not written anew.
pub(super) fn quoted(work: &Work, said: &mut Content, wish: &mut Wish, clause: &Clause<'_>) {
    let there = said.text.as_deref().is_some_and(|words| is_there(work, words));
    let paints = wish.background.is_some() && !clause.mentions(&["background", "scene"]);
    if there && said.old.is_none() && (wish.is_of_elements() || paints) {
        said.old = said.text.take();
        wish.noun = wish.noun.or(Some(Noun::Text));
        if paints {
            color_of_text(wish);
        }
    }
}
