//! Complaints: "scene 2 is too long, cut it to 3 seconds" says what to do only in its second half.

use super::{
    board::texts,
    clause::Clause,
    numbers,
    plan::Work,
    question::Question,
    role::Role,
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
pub(super) fn explains(work: &Work, clause: (&Clause<'_>, Role), next: Option<(&Clause<'_>, Role)>) -> bool {
    let (Some((next, next_role)), (clause, role)) = (next, clause) else { return false };
    let lengths = role == Role::Order && !numbers::spans(clause).is_empty();
    if lengths && !clause.has(&["too"]) || step::makes_scene(work, clause) || clause.has(&["order"]) {
        return false;
    }
    if role != Role::Order && !matches!(next_role, Role::Tale | Role::State) && narrates(work, clause) && orders(next) {
        return true;
    }
    let keeps = clause.has(&["keep", "need", "want", "like", "only", "stay", "stays"])
        && !clause.has(&["add", "delete", "make"]);
    if keeps && next.has(&["delete", "go"]) && step::names_the_rest(next) {
        return true;
    }
    let states = matches!(role, Role::Tale | Role::State)
        || clause.has(&["is", "are", "its", "isnt", "looks", "look", "feels", "seems", "was", "bit", "dont"])
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
    states
        && clause.has(FAULTS)
        && !orders
        && (answers(next) || role != Role::Order && next_role == Role::Order)
        && !names_scene
        && !next.has(&["add"])
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

/// Whether a clause orders nothing itself while others do: "my sister laughed", "because nobody can read it".
///
/// What it speaks of is kept in mind all the same.
pub(super) fn is_aside(work: &Work, clause: &Clause<'_>, role: Role, others: Others) -> bool {
    let shows = clause.has(&["here", "heres", "this", "attached", "uploaded", "sent", "remember"]);
    let quote =
        clause.open().any(|at| clause.kind(at) == Some(Kind::Quote) && place_of(work, clause.quoted(at)).is_none());
    let wishes = || wish::read(&mut clause.clone()).map_or(true, |wish| !wish.is_empty());
    match role {
        Role::Order | Role::Fragment => false,
        // "what happens if I delete it": nobody orders that.
        Role::Reason => (others.order || others.question) && !quote,
        // "their order is wrong" is something to ask about.
        Role::Tale | Role::State | Role::Question if shows || quote || clause.has(&["order"]) => false,
        Role::State if others.done && clause.has(FAULTS) => true,
        // What somebody does or thinks orders nothing, even if it names a length.
        Role::Tale => others.order || others.done,
        Role::State | Role::Question => others.order && !wishes(),
    }
}

/// What there is beside a clause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Others {
    /// Whether another clause orders something.
    pub(super) order: bool,
    /// Whether another clause asks something.
    pub(super) question: bool,
    /// Whether something was ordered before.
    pub(super) done: bool,
}

/// The scene that shows exactly these words.
fn place_of(work: &Work, words: &str) -> Option<usize> {
    let says = |place: &usize| {
        texts(&work.board.entries[*place].spec).any(|(_, text)| text.text.as_str().eq_ignore_ascii_case(words))
    };
    work.board.order.iter().copied().find(says)
}

/// Words that are there, without quotes: "Hello is too informal", "they don't get the word Sand".
fn shown_words<'t>(work: &Work, clause: &Clause<'t>) -> Option<&'t str> {
    let announced =
        |at: &usize| *at == 0 || words::TEXT.contains(&clause.any_word(at - 1)) || clause.any_word(at - 1) == "says";
    let starts = (0..clause.len().min(30)).filter(announced);
    let spans = starts.flat_map(|start| (start + 1..=clause.len().min(start + 8)).rev().map(move |end| (start, end)));
    spans.map(|(start, end)| clause.raw(start, end)).find(|words| place_of(work, words).is_some())
}

/// Keeps in mind what the complaint is about, for the "it" of the next clause.
pub(super) fn remember(work: &Work, thread: &mut Thread, clause: &Clause<'_>) -> Result<(), Question> {
    thread.presents |= clause.has(words::IMAGE);
    thread.timed = !numbers::spans(clause).is_empty();
    let mut element = None;
    // "she liked everything but the intro": it is the intro that there is more to say about.
    let mut clause = clause.clone();
    if let Some(except) = clause.find(&["except", "all-except"]) {
        clause.claim(0, except + 1);
    }
    let clause = &clause;
    if let Some(named) = step::targets(work, thread, &mut clause.clone())? {
        thread.last = named.places;
    } else if let Some((place, words)) = step::element_named(work, clause) {
        thread.last = vec![place];
        element = Some(words);
    }
    let quoted = clause.open().find(|at| clause.kind(*at) == Some(Kind::Quote)).map(|at| clause.quoted(at));
    let quoted = quoted.or_else(|| shown_words(work, clause));
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
    if noun.is_none() && quoted.is_none() && element.is_none() {
        return Ok(());
    }
    thread.written = element;
    thread.about =
        noun.filter(|noun| matches!(noun, Noun::Text | Noun::Shape(_) | Noun::Image) && !clause.has(&["background"]));
    Ok(())
}
