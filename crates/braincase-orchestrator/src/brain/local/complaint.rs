//! Complaints: "scene 2 is too long, cut it to 3 seconds" says what to do only in its second half.

use super::{
    board::texts,
    clause::Clause,
    plan::Work,
    question::Question,
    step::{self, Thread},
    token::Kind,
    wish::{self, Noun},
    words,
};

/// What is said to be wrong with something; "too long" was joined to "shorter" before.
const FAULTS: &[&str] = &[
    "too", "faster", "slower", "shorter", "longer", "bigger", "smaller", "boring", "ugly", "wrong", "dull", "plain",
    "missing", "empty", "dark", "bright", "old", "outdated", "weird", "off", "like", "enough",
];

/// Words by which people tell how things are, were, or came to be.
const TALES: &[&str] = &[
    "i", "ive", "im", "we", "weve", "were", "they", "he", "she", "you", "is", "are", "was", "has", "went", "looks", "look", "feels",
    "seems", "doesnt", "didnt", "isnt", "arent", "wasnt", "dont", "changed", "comes", "got", "thinks", "hates", "likes",
    "undecided", "rushes", "gets", "disappears", "drags", "bores", "people", "everybody", "everyone", "nobody", "boss", "client", "wife", "husband",
];
/// Words by which people tell what would do.
const SUFFICES: &[&str] = &["plenty", "enough", "fine", "better", "perfect", "ideal", "do"];
/// Words by which people tell what they want.
const DESIRES: &[&str] = &[
    "want", "need", "needs", "like", "love", "suggest", "prefer", "should", "must", "can", "could", "would", "unwanted", "rather", "wish",
    "called", "keep", "leave", "thinking", "id",
];

/// Whether a clause only tells why the next one asks for something: "we sold out, so delete the pricing scene".
fn narrates(clause: &Clause<'_>, next: &Clause<'_>) -> bool {
    let first = clause.open().map(|at| clause.any_word(at)).find(|word| !matches!(*word, "" | "hi" | "hey" | "so" | "oh" | "and" | "hmm" | "ok" | "well"));
    let ordered = first.is_none_or(|first| words::COMMANDS.contains(&first) && first != "changed" || words::QUESTION.contains(&first));
    let tale = clause.open().take(8).any(|at| TALES.contains(&clause.word(at)));
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    let disliked = |at: usize| {
        clause.word(at) == "like" && matches!(clause.any_word(at.wrapping_sub(1)), "dont" | "didnt" | "doesnt")
    };
    let desires = clause.open().any(|at| DESIRES.contains(&clause.word(at)) && !disliked(at));
    tale && !ordered && !quote && !desires && orders(next)
}

/// Whether a clause says what is to be done or to be.
pub(super) fn orders(clause: &Clause<'_>) -> bool {
    clause.has(words::COMMANDS)
        || clause.has(&["should", "must", "can", "unwanted", "want", "need", "like", "love", "prefer"])
        || clause.has(SUFFICES)
}

/// Whether a clause only explains the next one, which says what to do about it.
pub(super) fn explains(clause: &Clause<'_>, next: &Clause<'_>) -> bool {
    if narrates(clause, next) {
        return true;
    }
    let keeps = clause.has(&["keep", "need", "want", "like", "only"]) && !clause.has(&["add", "delete", "make"]);
    if keeps && next.has(&["delete", "go"]) && step::names_the_rest(next) {
        return true;
    }
    let states = clause.has(&["is", "are", "its", "isnt", "looks", "look", "feels", "seems", "was", "bit", "dont"])
        || matches!(clause.any_word(0), "it" | "too" | "i" | "cant" | "you")
        || FAULTS.contains(&clause.word(0))
        // "feels rushed", "too long": such phrases were joined to what they call for.
        || clause.open().any(|at| FAULTS.contains(&clause.word(at)) && clause.raw(at, at + 1).contains(' '));
    let orders = clause
        .open()
        .map(|at| clause.word(at))
        .any(|word| words::COMMANDS.contains(&word) && !FAULTS.contains(&word) && !matches!(word, "dont" | "title"));
    let names_scene = next.open().any(|at| {
        words::SCENE.contains(&next.word(at)) && !matches!(next.any_word(at.wrapping_sub(1)), "this" | "that")
    });
    states && clause.has(FAULTS) && !orders && answers(next) && !names_scene && !next.has(&["add"])
}

/// Whether a clause says what to do or how it should be.
fn answers(clause: &Clause<'_>) -> bool {
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    clause.has(words::COMMANDS) || clause.has(SUFFICES) || quote && clause.has(&["should", "is", "says", "must", "be"])
}

/// Keeps in mind what the complaint is about, for the "it" of the next clause.
pub(super) fn remember(work: &Work, thread: &mut Thread, clause: &Clause<'_>) -> Result<(), Question> {
    thread.presents |= clause.has(words::IMAGE);
    let mut element = None;
    if let Some(named) = step::targets(work, thread, &mut clause.clone())? {
        thread.last = named.places;
    } else if let Some((place, words)) = step::element_named(work, clause) {
        thread.last = vec![place];
        element = Some(words);
    }
    let quoted = clause.open().find(|at| clause.kind(*at) == Some(Kind::Quote)).map(|at| clause.quoted(at));
    let quoted = quoted.and_then(|words| {
        let says = |place: &usize| {
            texts(&work.board.entries[*place].spec).any(|(_, text)| text.text.as_str().eq_ignore_ascii_case(words))
        };
        work.board.order.iter().copied().find(says)
    });
    if let Some(place) = quoted {
        thread.last = vec![place];
    }
    let noun = wish::noun(clause).or_else(|| quoted.map(|_| Noun::Text)).or_else(|| element.as_ref().map(|_| Noun::Text));
    if let (Some(noun @ (Noun::Shape(_) | Noun::Image)), true) = (noun, thread.last.is_empty()) {
        thread.last = step::only_scene_with(work, noun).unwrap_or_default();
    }
    thread.written = element;
    thread.about = noun.filter(|noun| matches!(noun, Noun::Text | Noun::Shape(_) | Noun::Image) && !clause.has(&["background"]));
    Ok(())
}
