//! One step: what kind of request it is, and who carries it out.

mod add;
mod delete;
mod edit;
mod exchange;
mod image;
mod talk;

pub(super) use add::Preferences;
pub(super) use delete::names_the_rest;
pub(super) use edit::{element_named, only_scene_with, whole};
pub(super) use image::defaults as use_images;
pub(super) use talk::ABILITIES;

use super::{
    clause::Clause,
    content::{self, Use},
    plan::{Force, Work},
    question::Question,
    target::{Lookup, Named},
    token::Kind,
    wish, words,
};

/// What earlier steps and messages tell about what "it" is.
#[derive(Debug, Clone, Default)]
pub(super) struct Thread {
    /// The scenes that the step before was about.
    pub(super) last: Vec<usize>,
    /// The scene that the conversation was about.
    pub(super) recent: Option<usize>,
    /// The scene that answers our question, whatever else is named.
    pub(super) answer: Option<Vec<usize>>,
    /// The scenes that take the place of those that are named: "do the same for scene 3".
    pub(super) instead: Option<Vec<usize>>,
    /// Whether the step corrects the one before.
    pub(super) corrects: bool,
    /// Whether a step has spoken of an image without saying what to do with it.
    pub(super) presents: bool,
    /// Images that a step has used.
    pub(super) used_images: bool,
    /// Whether the step before took something away.
    pub(super) deletes: bool,
    /// Whether the step before made a scene.
    pub(super) adds: bool,
    /// Whether the step before named a scene anew.
    pub(super) renames: bool,
    /// The text or shape that the step before spoke of, for which "it" stands.
    pub(super) about: Option<wish::Noun>,
    /// Words that a step has told without saying what to do with them.
    pub(super) pending: Option<String>,
    /// The words of that text, if the step before wrote them.
    pub(super) written: Option<String>,
    /// Whether the next step says what to do.
    pub(super) followed: bool,
    /// Whether there are other steps.
    pub(super) one_of_many: bool,
    /// Whether the step before asked or complained about a length.
    pub(super) timed: bool,
    /// Whether the user has said that the request was read right, whatever of it is unread.
    pub(super) confirmed: bool,
    /// Whether the last scene that was spoken of is gone.
    pub(super) gone: bool,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was understood.
    Done,
    /// It was understood and asks for nothing: "don't touch scene 2", "thanks".
    Nothing,
    /// It makes no sense to us.
    Unknown,
}

/// Carries out one step.
pub(super) fn run(work: &mut Work, thread: &mut Thread, clause: &Clause<'_>) -> Result<Outcome, Question> {
    let mut clause = clause.clone();
    if talk::is_negated(&clause) {
        // "don't delete the star, make it smaller": what is spared may be spoken of again. Where it is unclear, it is not.
        let _unclear = super::complaint::remember(work, thread, &clause);
        return Ok(Outcome::Nothing);
    }
    if talk::is_reorder(&clause) {
        return Err(Question::choice(
            "I cannot change the order of scenes; I can copy one to another place and delete the old one. What should I do?",
            &["Copy it to another place", "Leave it as it is"],
        ));
    }
    if talk::presents_image(work, thread, &clause) {
        thread.presents = true;
        return Ok(Outcome::Nothing);
    }
    if let Some(words) = talk::presented_text(thread, &clause) {
        thread.pending = Some(words);
        return Ok(Outcome::Nothing);
    }
    if let Some(outcome) = image::analyze(work, thread, &clause)? {
        return Ok(outcome);
    }
    if talk::is_background(thread, &clause) || talk::asks_again(thread, &clause) {
        return Ok(Outcome::Nothing);
    }
    if talk::is_talk(work, &clause) {
        // "why is the star red? make it blue": "it" is the star. A question that is unclear needs no answer here.
        if thread.one_of_many {
            let _unclear = super::complaint::remember(work, thread, &clause);
        }
        return Ok(Outcome::Nothing);
    }
    thread.corrects = clause.has(&["actually", "wait", "rather", "instead"]);
    let continues_delete = thread.deletes
        && !clause.has(words::COMMANDS)
        && !clause.has(words::NEGATION)
        && !clause.has(&["should", "must", "needs"])
        && crate::brain::local::numbers::spans(&clause).is_empty();
    thread.deletes = false;
    let follows = if thread.adds { add::Follows::NewScene } else { add::Follows::Other };
    let continued = add::goes_on(&clause, follows);
    thread.adds = false;
    if let Some(kind) = add::reads_as_new_scene(work, &clause).or(continued) {
        thread.adds = true;
        thread.gone = false;
        return add::scene(work, thread, &mut clause, kind);
    }
    if let Some(outcome) = exchange::run(work, thread, &clause)? {
        return Ok(outcome);
    }
    if delete::reads_as_delete(&clause) || continues_delete {
        thread.deletes = true;
        return delete::run(work, thread, &mut clause);
    }
    if let Some(outcome) = image::place(work, thread, &mut clause)? {
        return Ok(outcome);
    }
    edit::run(work, thread, &mut clause)
}

/// Whether a step asks for a scene that is not there yet.
pub(super) fn makes_scene(work: &Work, clause: &Clause<'_>) -> bool {
    add::reads_as_new_scene(work, clause).is_some()
}

/// The scenes that a step is about: those it names, else those that "it" stands for.
pub(super) fn targets(work: &Work, thread: &Thread, clause: &mut Clause<'_>) -> Result<Option<Named>, Question> {
    let lookup = lookup(work, thread);
    let named = lookup.read(clause);
    if let Some(places) = &thread.instead {
        return Ok(Some(Named { places: places.clone(), how: super::target::How::Each }));
    }
    match (named, &thread.answer) {
        (Err(_), Some(places)) => Ok(Some(Named { places: places.clone(), how: super::target::How::Each })),
        (named, _) => named,
    }
}

/// Whether a step speaks of a scene, even if it is unclear of which.
pub(super) fn names_scene(work: &Work, thread: &Thread, clause: &Clause<'_>) -> bool {
    targets(work, thread, &mut clause.clone()) != Ok(None)
}

/// What a reader of targets knows at this step.
pub(super) fn lookup<'w>(work: &'w Work, thread: &'w Thread) -> Lookup<'w> {
    let base = thread.last.first().copied().or(work.board.selected).or(thread.recent);
    Lookup { board: &work.board, base, last: &thread.last }
}

/// What "it" is, if it is anything: the answer to our question, the scene of the step before, the selected scene, the
/// scene that the conversation was about, the only one.
pub(super) fn implied(work: &Work, thread: &Thread) -> Option<Vec<usize>> {
    let alive = |places: Vec<usize>| (!places.is_empty()).then_some(places);
    let only = (work.board.order.len() == 1).then(|| work.board.order.clone());
    thread
        .answer
        .clone()
        .or_else(|| alive(thread.last.clone()))
        .or_else(|| work.board.selected.map(|place| vec![place]))
        .or_else(|| thread.recent.map(|place| vec![place]))
        .or(only)
}

/// Whether a step may overrule an earlier one.
pub(super) const fn force(thread: &Thread, all: bool) -> Force {
    if thread.corrects || all { Force::Overrule } else { Force::Agree }
}

/// Whether a word refers to what was mentioned.
pub(super) fn has_pronoun(clause: &Clause<'_>) -> bool {
    clause.has(&["it", "this", "that", "thats", "them", "these", "its", "one"])
}
