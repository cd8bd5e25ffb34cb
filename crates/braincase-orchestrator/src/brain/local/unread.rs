//! Unread words: what a step says that nothing it did accounts for, which is a reason to ask before anything is changed.

mod aside;
mod names;
mod reader;
mod vocabulary;

use self::{
    names::Vocabulary,
    reader::{Reader, Unread},
};
use super::{clause::Clause, plan::Work, question::Question, split::Names, token::Token};

/// After so many unread words there is no need to look for more.
const MAX_UNREAD: usize = 6;
/// How many strange words it takes to ask about a step that only makes scenes: one too many is soon deleted.
const MIN_STRANGE: usize = 2;

/// Asks back if a step says what nothing that it did accounts for.
///
/// Whatever deletes has to be accounted for to the last word; changes may have a purpose or a comparison beside them, and
/// new scenes a strange word.
pub(super) fn check(work: &Work, names: &Names, clause: &Clause<'_>) -> Result<(), Question> {
    if work.effect.is_empty() {
        return Ok(());
    }
    let vocabulary = Vocabulary::of(&work.board, &work.effect, clause);
    let reader = Reader { board: &work.board, effect: &work.effect, names, clause, vocabulary };
    let asides = reader.asides();
    if reader.is_odd(&asides) {
        return Err(doubt(work, &[]));
    }
    let unread = unread(&reader, &asides);
    let makes = work.effect.touched.iter().all(|(place, _)| *place >= work.board.before);
    let contrary = unread.iter().any(|(what, _)| *what == Unread::Contrary);
    if contrary || unread.len() >= if makes { MIN_STRANGE } else { 1 } {
        let words: Vec<&str> = unread.iter().map(|(_, word)| *word).collect();
        return Err(doubt(work, &words));
    }
    Ok(())
}

/// Asks back if a request as a whole does something odd with its images, or deletes scenes while it hesitates, sets a
/// condition, or speaks of others in words that make no sense to us.
pub(super) fn check_whole(work: &Work, tokens: &[Token], strays: usize) -> Result<(), Question> {
    let deletes = work.board.entries.iter().any(|entry| entry.deleted);
    if deletes && (strays > 0 || hesitates(tokens)) || work.plan.is_odd_about_images(&work.board.attached()) {
        return Err(doubt(work, &[]));
    }
    Ok(())
}

/// "if it is longer than 3 seconds", "should I delete it?", "I might", "scene 3 unchanged please".
fn hesitates(tokens: &[Token]) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.word.as_str());
    (0..tokens.len()).any(|at| {
        matches!(word(at), "if" | "unless" | "until" | "whenever" | "otherwise" | "might" | "unchanged" | "untouched")
            || matches!(word(at), "should" | "shall") && matches!(word(at + 1), "i" | "we")
    })
}

/// The unread words of a step as they were typed.
fn unread<'t>(reader: &Reader<'_, 't>, asides: &[bool]) -> Vec<(Unread, &'t str)> {
    let judged = asides
        .iter()
        .enumerate()
        .filter_map(|(at, aside)| Some((reader.judge(at, *aside)?, reader.clause.raw(at, at + 1))));
    judged.take(MAX_UNREAD).collect()
}

fn doubt(work: &Work, words: &[&str]) -> Question {
    Question::doubt(&work.plan.told(&work.board), words)
}
