//! Targets as far as steps need them: how many tokens name a scene.

use super::{Names, is_value};
use crate::brain::local::{
    numbers,
    token::{Kind, Token},
    words,
};

/// How many tokens name a scene at the start of these, if they do.
pub(in crate::brain::local) fn len(tokens: &[Token], names: &Names) -> Option<usize> {
    let skip = tokens.iter().take_while(|token| matches!(token.word.as_str(), "the" | "then" | "also" | "and")).count();
    let first = tokens.get(skip)?;
    let second = tokens.get(skip + 1);
    let noun = |at: usize| {
        tokens.get(at).is_some_and(|token| words::SCENE.contains(&token.word.as_str()) || token.word == "one")
    };
    let numbered = first.word == "scene"
        && second.is_some_and(|second| matches!(second.kind, Kind::Number(_) | Kind::Hash(_)) || second.word == "one");
    let place = matches!(first.word.as_str(), "last" | "middle" | "other" | "penultimate" | "next" | "previous");
    let counted = (numbers::ordinal(&first.word).is_some() || place)
        && (noun(skip + 1) || second.is_some_and(|second| second.word == "ones"));
    let bare = matches!(first.word.as_str(), "last" | "third" | "fourth" | "fifth" | "second" | "first")
        && second.is_some_and(is_value);
    if matches!(first.word.as_str(), "others" | "rest" | "remaining") {
        return Some(skip + 1 + usize::from(noun(skip + 1)));
    }
    if first.word == "other" && second.is_some_and(|second| matches!(second.kind, Kind::Number(_))) {
        return Some(skip + 2);
    }
    let several = first.word == "scenes" && second.is_some_and(|second| matches!(second.kind, Kind::Number(_)));
    if several {
        return Some(skip + 2 + list_len(&tokens[skip + 2..]));
    }
    if numbered || counted {
        return Some(skip + 2);
    }
    let named = words::OPENING.contains(&first.word.as_str()) || words::CLOSING.contains(&first.word.as_str());
    let length = names.len_at(&tokens[skip..]).or(named.then_some(1)).map(|length| skip + length);
    length.map(|end| end + usize::from(noun(end))).or(bare.then_some(skip + 1))
}

/// How many tokens go on with a list of numbers: "1, 2 and 3".
fn list_len(tokens: &[Token]) -> usize {
    let listed = |token: &&Token| {
        matches!(token.kind, Kind::Number(_) | Kind::Comma | Kind::Dash) || matches!(token.word.as_str(), "and" | "to")
    };
    let number = |token: &Token| matches!(token.kind, Kind::Number(_));
    let length = tokens.iter().take_while(listed).count();
    tokens[..length].iter().rposition(number).map_or(0, |last| last + 1)
}

/// The first scene that is named from a place on: where, and in how many tokens.
pub(super) fn find(tokens: &[Token], from: usize, names: &Names) -> Option<(usize, usize)> {
    (from..tokens.len().min(from + 16)).find_map(|at| len(&tokens[at..], names).map(|length| (at, length)))
}
