//! Pairs of a thing and a value: "headline in red, price in bold, logo removed". A step that has both is complete; the
//! next thing with a value of its own begins the next step.

use super::{Names, sentence::is_content_open, target};
use crate::brain::local::{
    colors,
    token::{Kind, Token},
    wish, words,
};

/// How far into a segment its thing may stand.
const MAX_HEAD: usize = 3;
/// How much of a step or a segment is looked at, in tokens; keeps long requests linear.
const MAX_REACH: usize = 24;

/// Whether a pair is complete before a joint, and another begins behind it.
pub(super) fn ends_before(before: &[Token], rest: &[Token], names: &Names) -> bool {
    let reach = &before[before.len().saturating_sub(MAX_REACH)..];
    if is_content_open(before) || !is_pair(reach, names) {
        return false;
    }
    let segment = segment(rest);
    let scene =
        segment.len() >= 2 && (0..MAX_HEAD).any(|at| target::len(&segment[at.min(segment.len())..], names).is_some());
    begins_pair(segment, names) && (scene || !describes_new(before))
}

/// The tokens up to the next joint.
fn segment(rest: &[Token]) -> &[Token] {
    let skip = rest.iter().take(3).take_while(|token| is_joint(token)).count();
    let rest = &rest[skip..];
    let end = rest.iter().take(MAX_REACH).position(is_joint);
    &rest[..end.unwrap_or_else(|| rest.len().min(MAX_REACH))]
}

fn is_joint(token: &Token) -> bool {
    matches!(token.kind, Kind::Comma | Kind::Stop | Kind::Newline | Kind::Semicolon | Kind::Dash)
        || matches!(token.word.as_str(), "and" | "but" | "while" | "plus" | "also" | "then")
}

fn is_pair(tokens: &[Token], names: &Names) -> bool {
    (0..tokens.len()).any(|at| is_thing(&tokens[at..], names)) && (0..tokens.len()).any(|at| is_value(&tokens[at..]))
}

/// "its text white", "the price fades in", "no star", "3 seconds for Goodbye".
fn begins_pair(segment: &[Token], names: &Names) -> bool {
    let indefinite = segment.iter().take(2).any(|token| matches!(token.word.as_str(), "a" | "an" | "another" | "one"));
    let first =
        segment.first().is_some_and(|token| matches!(token.word.as_str(), "in" | "on" | "with" | "at" | "from" | "to"));
    if indefinite || first {
        return false;
    }
    if segment.first().is_some_and(|token| matches!(token.word.as_str(), "no" | "without")) {
        return segment.len() <= MAX_HEAD && is_thing(&segment[1..], names);
    }
    let thing = (0..segment.len().min(MAX_HEAD)).find(|at| is_thing(&segment[*at..], names));
    let Some(thing) = thing else { return is_valued_for(segment, names) };
    if is_valued_for(segment, names) {
        return true;
    }
    let plain = segment[..thing].iter().all(is_before_thing);
    plain && (thing + 1..segment.len()).any(|at| is_value(&segment[at..]))
}

/// Words before a thing that leave it what it is: "lengthen the intro".
fn is_before_thing(token: &Token) -> bool {
    matches!(token.word.as_str(), "the" | "its" | "our" | "my" | "their" | "longer" | "shorter" | "bigger" | "smaller")
}

/// "5 seconds for Dinner", "red for the star".
fn is_valued_for(segment: &[Token], names: &Names) -> bool {
    let joint = segment.iter().take(4).position(|token| token.word == "for");
    joint.is_some_and(|joint| {
        joint > 0
            && is_value(segment)
            && (joint + 1..segment.len().min(joint + 3)).any(|at| is_thing(&segment[at..], names))
    })
}

/// Whether a scene or a part of one is named here.
fn is_thing(tokens: &[Token], names: &Names) -> bool {
    let Some(first) = tokens.first().filter(|token| token.kind == Kind::Word) else { return false };
    wish::noun_of(&first.word).is_some_and(|noun| noun != wish::Noun::Animation)
        || names.is_part(&first.word)
        || target::len(tokens, names).is_some()
}

/// Whether something is named here that a thing can have or become.
fn is_value(tokens: &[Token]) -> bool {
    let Some(first) = tokens.first() else { return false };
    match first.kind {
        Kind::Hex(_) | Kind::Quote => true,
        Kind::Number(_) => tokens
            .get(1)
            .is_some_and(|next| super::is_unit(next) || matches!(next.word.as_str(), "for" | "more" | "less")),
        Kind::Word => colors::named(&first.word).is_some() || VALUES.contains(&first.word.as_str()),
        Kind::Hash(_) | Kind::Comma | Kind::Semicolon | Kind::Stop | Kind::Newline | Kind::Colon | Kind::Dash => false,
    }
}

const VALUES: &[&str] = &[
    "bold",
    "bigger",
    "smaller",
    "faster",
    "slower",
    "longer",
    "shorter",
    "gradient",
    "fade",
    "bounce",
    "spin",
    "zoom",
    "pulse",
    "typewriter",
    "slides",
    "slide-in",
    "top",
    "bottom",
    "left",
    "right",
    "center",
    "middle",
    "corner",
    "delete",
    "huge",
    "tiny",
    "twice",
    "double",
    "half",
];

/// Whether a step describes a scene that is not there yet, whose parts are part of it.
fn describes_new(step: &[Token]) -> bool {
    let scene = |token: &Token| {
        let word = token.word.as_str();
        words::SCENE.contains(&word) || words::OPENING.contains(&word) || words::CLOSING.contains(&word)
    };
    let fresh =
        |token: &Token| matches!(token.word.as_str(), "a" | "an" | "new" | "another" | "more" | "add" | "first");
    let reach = &step[..step.len().min(MAX_REACH)];
    reach.iter().enumerate().any(|(at, token)| scene(token) && reach[at.saturating_sub(5)..at].iter().any(fresh))
        || reach.iter().any(|token| matches!(token.word.as_str(), "copy" | "new" | "another"))
}
