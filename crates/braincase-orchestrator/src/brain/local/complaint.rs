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
    "i",
    "ive",
    "im",
    "we",
    "weve",
    "were",
    "they",
    "he",
    "she",
    "you",
    "is",
    "are",
    "was",
    "has",
    "went",
    "looks",
    "look",
    "feels",
    "seems",
    "doesnt",
    "didnt",
    "isnt",
    "arent",
    "wasnt",
    "dont",
    "changed",
    "comes",
    "got",
    "thinks",
    "hates",
    "likes",
    "undecided",
    "sounds",
    "strange",
    "rushes",
    "gets",
    "disappears",
    "drags",
    "bores",
    "people",
    "everybody",
    "everyone",
    "nobody",
    "boss",
    "client",
    "wife",
    "husband",
];
/// Words by which people tell what would do.
const SUFFICES: &[&str] = &["plenty", "enough", "fine", "better", "perfect", "ideal", "do"];
/// Words by which people tell what they want.
const DESIRES: &[&str] = &[
    "want", "need", "needs", "like", "love", "suggest", "prefer", "should", "must", "can", "could", "would",
    "unwanted", "rather", "wish", "called", "keep", "leave", "thinking", "id",
];

/// Whether a clause only tells why the next one asks for something: "we sold out, so delete the pricing scene".
fn narrates(work: &Work, clause: &Clause<'_>) -> bool {
    let first = clause
        .open()
        .map(|at| clause.any_word(at))
        .find(|word| !matches!(*word, "" | "hi" | "hey" | "so" | "oh" | "and" | "hmm" | "ok" | "well"));
    let ordered = first
        .is_none_or(|first| words::COMMANDS.contains(&first) && first != "changed" || words::QUESTION.contains(&first));
    let told = |at: usize| TALES.contains(&clause.word(at)) || TALES.contains(&clause.raw(at, at + 1));
    let tale = clause.open().take(8).any(told);
    // Quoted words that are there already are what the tale is about.
    let quote =
        clause.open().any(|at| clause.kind(at) == Some(Kind::Quote) && place_of(work, clause.quoted(at)).is_none());
    let disliked = |at: usize| {
        clause.word(at) == "like" && matches!(clause.any_word(at.wrapping_sub(1)), "dont" | "didnt" | "doesnt")
    };
    let desires = clause.open().any(|at| DESIRES.contains(&clause.word(at)) && !disliked(at));
    let others = matches!(first, Some("nobody" | "people" | "everybody" | "everyone" | "because"));
    (tale || others) && !ordered && !quote && (!desires || others)
}

/// Whether a clause says what is to be done or to be.
pub(super) fn orders(clause: &Clause<'_>) -> bool {
    clause.has(words::COMMANDS)
        || clause.has(&["should", "must", "can", "unwanted", "want", "need", "like", "love", "prefer"])
        || clause.has(SUFFICES)
}

/// Whether a clause only explains the next one, which says what to do about it.
pub(super) fn explains(work: &Work, clause: &Clause<'_>, next: Option<&Clause<'_>>) -> bool {
    let Some(next) = next else { return false };
    if narrates(work, clause) && orders(next) {
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
        || clause.open().any(|at| FAULTS.contains(&clause.word(at)) && is_judgement(clause.raw(at, at + 1)));
    let orders = clause
        .open()
        .map(|at| clause.word(at))
        .any(|word| words::COMMANDS.contains(&word) && !FAULTS.contains(&word) && !matches!(word, "dont" | "title"));
    let names_scene = next.open().any(|at| {
        words::SCENE.contains(&next.word(at)) && !matches!(next.any_word(at.wrapping_sub(1)), "this" | "that")
    });
    states && clause.has(FAULTS) && !orders && answers(next) && !names_scene && !next.has(&["add"])
}

fn is_judgement(typed: &str) -> bool {
    typed.contains(' ') || typed.to_lowercase().starts_with("drag")
}

/// Whether a clause says what to do or how it should be.
fn answers(clause: &Clause<'_>) -> bool {
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    clause.has(words::COMMANDS) || clause.has(SUFFICES) || quote && clause.has(&["should", "is", "says", "must", "be"])
}

/// Whether a last clause only tells why the ones before it asked for something: "nobody can see it on black".
pub(super) fn justifies(work: &Work, clause: &Clause<'_>) -> bool {
    let purpose = matches!(clause.any_word(0), "it" | "they" | "we" | "that" | "i" | "you")
        && clause.has(&["is", "are", "not", "can", "see", "look", "doesnt", "dont", "fits"]);
    let others = matches!(clause.any_word(0), "nobody" | "people" | "everybody" | "everyone" | "because" | "otherwise");
    let quote = clause.open().any(|at| clause.kind(at) == Some(Kind::Quote));
    let tells = others || purpose && narrates(work, clause);
    let orders =
        clause.open().map(|at| clause.word(at)).any(|word| words::COMMANDS.contains(&word) && !FAULTS.contains(&word));
    tells && !quote && !orders && !clause.has(&["should", "must"])
}

/// The scene that shows exactly these words.
fn place_of(work: &Work, words: &str) -> Option<usize> {
    let says = |place: &usize| {
        texts(&work.board.entries[*place].spec).any(|(_, text)| text.text.as_str().eq_ignore_ascii_case(words))
    };
    work.board.order.iter().copied().find(says)
}

/// Words at the start of a clause that are there, without quotes: "Hello is too informal".
fn leading_words<'t>(work: &Work, clause: &Clause<'t>) -> Option<&'t str> {
    (1..clause.len().min(9)).rev().map(|end| clause.raw(0, end)).find(|words| place_of(work, words).is_some())
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
    let quoted = quoted.or_else(|| leading_words(work, clause));
    let quoted = quoted.and_then(|words| Some((place_of(work, words)?, words)));
    if let Some((place, words)) = quoted {
        thread.last = vec![place];
        element = Some(words.to_owned());
    }
    let noun =
        wish::noun(clause).or_else(|| quoted.map(|_| Noun::Text)).or_else(|| element.as_ref().map(|_| Noun::Text));
    if let (Some(noun @ (Noun::Shape(_) | Noun::Image)), true) = (noun, thread.last.is_empty()) {
        thread.last = step::only_scene_with(work, noun).unwrap_or_default();
    }
    thread.written = element;
    thread.about =
        noun.filter(|noun| matches!(noun, Noun::Text | Noun::Shape(_) | Noun::Image) && !clause.has(&["background"]));
    Ok(())
}
