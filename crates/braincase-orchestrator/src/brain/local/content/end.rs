//! Where content without quotes ends: at a property of it, such as "in scene 2" or "for 3 seconds".

use super::Use;
use crate::brain::local::{clause::Clause, colors, numbers, token::Kind, wish, words};

/// The token after the last of the content that starts at a token.
pub(super) fn find(clause: &Clause<'_>, start: usize, usage: Use) -> usize {
    (start + 1..clause.len()).find(|at| property_starts(clause, *at, usage)).unwrap_or(clause.len())
}

/// Whether a property of the content begins here: "in scene 2", "for 3 seconds", "with a blue background".
fn property_starts(clause: &Clause<'_>, at: usize, usage: Use) -> bool {
    let word = clause.word(at);
    let mark = matches!(clause.kind(at), Some(Kind::Comma | Kind::Stop));
    let labelled = mark && clause.kind(at + 2) == Some(Kind::Colon);
    if clause.border() == Some(at) || labelled {
        return true;
    }
    let told = clause.kind(at) == Some(Kind::Comma)
        && clause.word(at + 1) == "it"
        && matches!(clause.word(at + 2), "goes" | "comes" | "should" | "has" | "needs" | "is" | "belongs" | "last-for");
    if told {
        return true;
    }
    if matches!(word, "says" | "called" | "last-for" | "which" | "instead-of")
        || (word == "that" && matches!(clause.word(at + 1), "says" | "last-for" | "is" | "has" | "fade" | "bounce"))
    {
        return true;
    }
    if word == "please" && at + 1 >= clause.len() {
        return true;
    }
    let joint = matches!(
        word,
        "in" | "on" | "for" | "at" | "with" | "of" | "as" | "to" | "and" | "after" | "before" | "over" | "between"
    ) || mark;
    let other = |at: usize| clause.raw(at, at + 1).starts_with(char::is_uppercase);
    let numbered = usage == Use::NewScene
        && word == "as"
        && matches!(clause.word(at + 1), "number" | "nr" | "no" | "scene" | "the");
    if word == "at-start" || numbered {
        return true;
    }
    let beside = usage == Use::NewScene
        && (word == "between" && (at..clause.len()).any(|next| clause.word(next) == "and")
            || matches!(word, "after" | "before") && other(at + 1)
            || clause.kind(at) == Some(Kind::Comma)
                && matches!(
                    clause.word(at + 1),
                    "after" | "before" | "between" | "goes" | "comes" | "belongs" | "placed" | "right"
                )
            || word == "from" && (at + 1..at + 4).any(|next| words::IMAGE.contains(&clause.word(next))));
    if beside {
        return true;
    }
    let numbered = matches!(word, "between" | "after" | "before") && clause.number(at + 1).is_some();
    numbered || joint && is_property(clause, at, usage)
}

fn is_property(clause: &Clause<'_>, at: usize, usage: Use) -> bool {
    let mut next = at + 1;
    while matches!(
        clause.word(next),
        "a" | "an"
            | "the"
            | "and"
            | "in"
            | "on"
            | "with"
            | "at"
            | "very"
            | "big"
            | "large"
            | "small"
            | "nice"
            | "for"
            | "title"
            | "it"
            | "text"
            | "our"
            | "my"
    ) {
        next += 1;
    }
    let word = clause.word(next);
    let after = clause.word(next + 1);
    let determined = next > at + 1;
    let scene = words::SCENE.contains(&word) || (words::SCENE.contains(&after) || after == "one") && !word.is_empty();
    let kind = determined && (words::OPENING.contains(&word) || words::CLOSING.contains(&word));
    let figure = |at: usize| wish::shape(clause.word(at)).is_some();
    let color = figure(next) && determined
        || colors::color_at(clause, next).is_some_and(|found| {
            found.end >= clause.len()
                || figure(found.end)
                || matches!(
                    clause.word(found.end),
                    "background" | "text" | "and" | "color" | "to" | "gradient" | "in" | "at"
                )
        });
    let place = matches!(
        word,
        "top" | "bottom" | "left" | "right" | "beginning" | "start" | "middle" | "front" | "center" | "end"
    ) && !matches!(clause.word(at), "and" | "of" | "to" if usage != Use::NewScene && word == "end");
    let style = matches!(
        word,
        "bold" | "background" | "color" | "gradient" | "fade" | "bounce" | "typewriter" | "animation" | "duration"
    );
    let time = numbers::spans(clause).iter().any(|span| span.start == next || span.start == at + 1);
    let quoted = matches!(clause.word(at), "with" | "and") && next < clause.len() && clause.kind(next).is_none();
    let image = quoted || matches!(clause.word(at), "with") && words::IMAGE.contains(&word);
    let pronoun = next == clause.len()
        && matches!(clause.word(next - 1), "it")
        && next == at + 2
        && matches!(clause.word(at), "in" | "on" | "with" | "from" | "of");
    // "in big letters"
    let letters = determined && clause.word(at) == "in" && clause.any_word(next - 1) == "text";
    letters || scene || kind || color || place || style || time || image || pronoun
}
