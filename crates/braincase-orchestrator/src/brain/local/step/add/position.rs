//! Where a new scene goes.

use crate::brain::local::{
    clause::Clause,
    numbers,
    plan::Work,
    question::Question,
    step::{Thread, edit, lookup},
    words,
};

/// Where the new scene goes, counted from 1; at the end if none.
pub(in crate::brain::local::step) fn read(
    work: &Work,
    thread: &Thread,
    clause: &mut Clause<'_>,
    noun: &str,
) -> Result<Option<u32>, Question> {
    for (word, plus) in [("after", 1), ("following", 1), ("before", 0)] {
        if let Some(at) = anchored(work, thread, clause, word, plus)? {
            return Ok(Some(at));
        }
    }
    if let (true, Some(place)) = (clause.mentions(&["there"]) && !clause.mentions(&["is"]), thread.last.last()) {
        return Ok(number(work, *place, 1));
    }
    let end = clause.find(&["before"]).filter(|at| clause.word(at + 1) == "end" || clause.seq(at + 1, &["the", "end"]));
    if let Some(at) = end {
        clause.claim(at, at + 3);
        return Ok(u32::try_from(work.board.order.len()).ok().filter(|last| *last > 0));
    }
    if let Some(anchor) = between(work, thread, clause)? {
        return Ok(number(work, anchor, 1));
    }
    Ok(counted(clause).or_else(|| edge(work, clause, noun)))
}

/// The number of a place so far beyond a scene.
fn number(work: &Work, place: usize, plus: usize) -> Option<u32> {
    let index = work.board.order.iter().position(|at| *at == place)?;
    u32::try_from(index + 1 + plus).ok()
}

/// "after the intro", "before 2".
fn anchored(
    work: &Work,
    thread: &Thread,
    clause: &mut Clause<'_>,
    word: &str,
    plus: usize,
) -> Result<Option<u32>, Question> {
    let Some(at) = clause.find(&[word]) else { return Ok(None) };
    if let Some(wanted) = clause.number(at + 1)
        && !matches!(clause.word(at + 2), "seconds" | "second" | "ms" | "minute")
        && let Some(anchor) = work.board.all().into_iter().find(|place| work.board.numbered_as(*place, wanted))
    {
        clause.claim(at, at + 2);
        return Ok(number(work, anchor, plus));
    }
    if let Some(anchor) = lookup(work, thread).anchor(clause, at + 1)? {
        clause.claim(at, at + 1);
        return Ok(number(work, anchor, plus));
    }
    let scene = (at + 2..at + 5).any(|noun| words::SCENE.contains(&clause.word(noun)) || clause.word(noun) == "one");
    if clause.word(at + 1) == "the" && scene && work.board.before > 0 {
        return Err(Question::which_scene(&work.board, &work.board.all()));
    }
    Ok(None)
}

/// "between Beach and Dinner", "between 2 and 3": the first of the two.
fn between(work: &Work, thread: &Thread, clause: &mut Clause<'_>) -> Result<Option<usize>, Question> {
    let Some(at) = clause.find(&["between"]) else { return Ok(None) };
    let mut rest = clause.clone();
    rest.claim(0, at + 1);
    if let Some(and) = (at + 2..rest.len()).find(|and| rest.word(*and) == "and") {
        rest.claim(and, rest.len());
    }
    let named = if let (Some(first), Some(_)) = (clause.number(at + 1), clause.number(at + 3)) {
        work.board.all().into_iter().find(|place| work.board.numbered_as(*place, first))
    } else {
        lookup(work, thread).read(&mut rest)?.and_then(|named| named.places.into_iter().min())
    };
    clause.claim(at, at + 7);
    Ok(named)
}

/// "at position 3", "as the second scene", "in second place".
fn counted(clause: &mut Clause<'_>) -> Option<u32> {
    let at = clause.find(&["position", "number", "nr", "no", "place", "as", "slot"])?;
    let before = at.checked_sub(1).filter(|_| clause.word(at) != "as").into_iter();
    let ordinal = |at: usize| numbers::ordinal(clause.word(at)).and_then(|n| u32::try_from(n).ok()).map(f64::from);
    let wanted = before.chain(at + 1..at + 5).find_map(|next| clause.number(next).or_else(|| ordinal(next)))?;
    clause.claim(at, at + 5);
    Some(edit::whole(wanted).max(1))
}

/// The beginning, the end, the middle; an intro goes first unless it is told where.
fn edge(work: &Work, clause: &Clause<'_>, noun: &str) -> Option<u32> {
    let at_the = |words: &[&str]| {
        clause.find(words).is_some_and(|at| {
            (at.saturating_sub(3)..at)
                .any(|before| matches!(clause.any_word(before), "at" | "to" | "in" | "as" | "from" | "with" | "very"))
        })
    };
    if at_the(&["end", "last", "back"]) || clause.mentions(&["outro", "closing"]) {
        return None;
    }
    let starts = at_the(&["beginning", "start", "front", "first"])
        || clause.has(&["beginning", "prepend", "at-start"])
        || clause
            .find(&["start", "begin", "open"])
            .is_some_and(|at| (at + 1..at + 4).any(|joint| matches!(clause.word(joint), "with" | "on")));
    let opening = matches!(noun, "intro" | "opening" | "title-scene" | "cover") || clause.has(words::OPENING);
    // "a new first scene"
    let first = clause.find(&["first"]).is_some_and(|at| words::SCENE.contains(&clause.word(at + 1)));
    if starts || opening || first && work.board.before > 0 || (clause.has(&["first"]) && clause.mentions(&["put"])) {
        return Some(1);
    }
    at_the(&["middle"]).then(|| u32::try_from(work.board.order.len() / 2 + 1).unwrap_or(1))
}
