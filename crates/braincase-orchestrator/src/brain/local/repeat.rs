//! Repeats: "do the same for scene 3", "no, red": the step before once more, with another target or another value.

use super::{
    clause::Clause,
    colors,
    plan::Work,
    question::Question,
    step::{self, Outcome, Thread},
    words,
};

/// Carries the step before out once more, if that is what a step asks for.
pub(super) fn run(
    work: &mut Work,
    thread: &mut Thread,
    clause: &Clause<'_>,
    previous: Option<&Clause<'_>>,
) -> Result<Option<Outcome>, Question> {
    let Some(previous) = previous else { return Ok(None) };
    if let Some(found) = other_color(clause, previous) {
        let tokens = previous.with_tokens(found.old, clause, found.new);
        thread.corrects = true;
        return step::run(work, thread, &Clause::new(previous.source(), &tokens)).map(Some);
    }
    if !is_same(clause, previous) {
        return Ok(None);
    }
    let mut reading = clause.clone();
    let Some(named) = step::targets(work, thread, &mut reading)? else { return Ok(None) };
    thread.instead = Some(named.places);
    let outcome = step::run(work, thread, previous);
    thread.instead = None;
    outcome.map(Some)
}

/// "do the same for scene 3", "scene 3 too", "the intro should get that background too".
fn is_same(clause: &Clause<'_>, previous: &Clause<'_>) -> bool {
    let last =
        (0..clause.len()).rev().map(|at| clause.word(at)).find(|word| !matches!(*word, "" | "please" | "thanks"));
    let same = clause.has(&["same", "likewise", "ditto", "meant", "mean"]) || last == Some("too");
    let property = clause.has(&["color", "background", "size"]);
    let value = property && (!colors::find(clause).is_empty() || clause.has(&["as", "of", "like"]));
    let valued = property && !colors::find(previous).is_empty();
    // "delete scene 1, scene 2 can stay, scene 3 too" says that nothing is done to it.
    let spares = clause.has(&["stay", "stays", "keep", "leave", "dont", "not", "remain"]);
    same && !spares && !value && (!property || valued) && !clause.has(&["add", "make", "change"])
}

/// Which tokens of the step before give way to which of this one.
struct Replaced {
    old: (usize, usize),
    new: (usize, usize),
}

/// "hmm no, red looks better": a step that is nothing but another colour.
fn other_color(clause: &Clause<'_>, previous: &Clause<'_>) -> Option<Replaced> {
    let [new] = colors::find(clause).try_into().ok()?;
    let [old] = colors::find(previous).try_into().ok()?;
    let colored = |at: usize| (new.start..new.end).contains(&at);
    let corrects =
        clause.has(&["no", "not", "actually", "wait", "rather", "instead", "better", "meant", "mean", "hmm", "try"]);
    let alone = clause.open().all(|at| clause.word(at).is_empty() || colored(at) || is_wrapping(clause.word(at)));
    (corrects && alone).then_some(Replaced { old: (old.start, old.end), new: (new.start, new.end) })
}

/// Words around a corrected value that add nothing to it.
fn is_wrapping(word: &str) -> bool {
    words::FILLERS.contains(&word)
        || matches!(
            word,
            "no" | "not"
                | "hmm"
                | "wait"
                | "rather"
                | "better"
                | "looks"
                | "make"
                | "it"
                | "a"
                | "in"
                | "meant"
                | "mean"
                | "sorry"
                | "oops"
                | "one"
                | "be"
                | "use"
                | "change"
                | "is"
                | "its"
                | "the"
                | "color"
                | "for"
                | "nicer"
                | "bit"
                | "this"
                | "think"
        )
}
