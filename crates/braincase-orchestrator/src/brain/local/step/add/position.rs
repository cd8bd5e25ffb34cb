//! Where a new scene goes.

use crate::brain::local::{
    clause::Clause,
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
    let lookup = lookup(work, thread);
    let number = |place: usize, plus: usize| {
        let index = work.board.order.iter().position(|at| *at == place);
        index.map_or(Ok(None), |index| Ok(u32::try_from(index + 1 + plus).ok()))
    };
    for (word, plus) in [("after", 1), ("following", 1), ("before", 0)] {
        let numbered = clause.find(&[word]).and_then(|at| clause.number(at + 1).map(|number| (at, number)));
        if let Some((at, wanted)) = numbered
            && !matches!(clause.word(at + 2), "seconds" | "second" | "ms" | "minute")
            && let Some(anchor) = work.board.all().into_iter().find(|place| work.board.numbered_as(*place, wanted))
        {
            clause.claim(at, at + 2);
            return number(anchor, plus);
        }
        let Some(at) = clause.find(&[word]) else { continue };
        if let Some(anchor) = lookup.anchor(clause, at + 1)? {
            clause.claim(at, at + 1);
            return number(anchor, plus);
        }
        let scene = (at + 2..at + 5).any(|noun| words::SCENE.contains(&clause.word(noun)) || clause.word(noun) == "one");
        if clause.word(at + 1) == "the" && scene && work.board.before > 0 {
            return Err(Question::which_scene(&work.board, &work.board.all()));
        }
    }
    if let (true, Some(place)) = (clause.mentions(&["there"]) && !clause.mentions(&["is"]), thread.last.last()) {
        return number(*place, 1);
    }
    let end = clause.find(&["before"]).filter(|at| clause.word(at + 1) == "end" || clause.seq(at + 1, &["the", "end"]));
    if let Some(at) = end {
        clause.claim(at, at + 3);
        return Ok(u32::try_from(work.board.order.len()).ok().filter(|last| *last > 0));
    }
    if let Some(at) = clause.find(&["between"]) {
        let mut rest = clause.clone();
        rest.claim(0, at + 1);
        if let Some(and) = (at + 2..rest.len()).find(|and| rest.word(*and) == "and") {
            rest.claim(and, rest.len());
        }
        let named = if let (Some(first), Some(_)) = (clause.number(at + 1), clause.number(at + 3)) {
            work.board.all().into_iter().find(|place| work.board.numbered_as(*place, first))
        } else {
            lookup.read(&mut rest)?.and_then(|named| named.places.into_iter().min())
        };
        clause.claim(at, at + 7);
        if let Some(anchor) = named {
            return number(anchor, 1);
        }
    }
    if let Some(at) = clause.find(&["position", "number", "place", "as", "slot"]) {
        let counted = (at + 1..at + 5).find_map(|next| {
            clause.number(next).or_else(|| {
                crate::brain::local::numbers::ordinal(clause.word(next))
                    .and_then(|n| u32::try_from(n).ok())
                    .map(f64::from)
            })
        });
        if let Some(wanted) = counted {
            clause.claim(at, at + 5);
            return Ok(Some(edit::whole(wanted).max(1)));
        }
    }
    Ok(edge(work, clause, noun))
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
        || clause.has(&["beginning", "prepend"])
        || clause.find(&["start", "begin", "open"]).is_some_and(|at| clause.word(at + 1) == "with");
    let opening = matches!(noun, "intro" | "opening" | "title-scene" | "cover") || clause.has(words::OPENING);
    // "a new first scene"
    let first = clause.find(&["first"]).is_some_and(|at| words::SCENE.contains(&clause.word(at + 1)));
    if starts || opening || first && work.board.before > 0 || (clause.has(&["first"]) && clause.mentions(&["put"])) {
        return Some(1);
    }
    at_the(&["middle"]).then(|| u32::try_from(work.board.order.len() / 2 + 1).unwrap_or(1))
}
