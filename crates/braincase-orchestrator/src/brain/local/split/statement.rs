//! Statements: sentences that say how something should be, what somebody wants, or why.

use super::{Names, starts_step, target};
use crate::brain::local::{
    token::{Kind, Token},
    words,
};

/// Whether a sentence says how something should be: "It should stay for 5 seconds".
pub(super) fn states(rest: &[Token], names: &Names) -> bool {
    let pronoun =
        rest.first().is_some_and(|token| matches!(token.word.as_str(), "it" | "that" | "this" | "they" | "both"));
    let named = || target::len(rest, names).is_some();
    let labelled =
        || target::len(rest, names).and_then(|length| rest.get(length)).is_some_and(|next| next.kind == Kind::Colon);
    let determined = || {
        rest.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "its" | "our"))
            && rest.iter().take(6).skip(2).any(is_modal)
    };
    (pronoun || named()) && rest.iter().take(6).any(is_modal) || labelled() || determined()
}

/// "so it is not in front of the price": what a step is good for.
pub(super) fn is_purpose(rest: &[Token]) -> bool {
    let [first, second, ..] = rest else { return false };
    matches!(
        first.word.as_str(),
        "it" | "that" | "they" | "we" | "people" | "everyone" | "everybody" | "you" | "i" | "nobody"
    ) && !starts_step(rest)
        && !matches!(second.word.as_str(), "should" | "must" | "needs" | "has")
}

/// "nobody can see it on black": why a step is asked for.
pub(super) fn tells_why(rest: &[Token]) -> bool {
    rest.first().is_some_and(|token| {
        matches!(token.word.as_str(), "nobody" | "people" | "everyone" | "everybody" | "otherwise" | "because")
    })
}

/// "they want it in green"
pub(super) fn desires(rest: &[Token], names: &Names) -> bool {
    let word = |at: usize| rest.get(at).map_or("", |token| token.word.as_str());
    let skip = usize::from(matches!(word(0), "and" | "but" | "so"));
    matches!(word(skip), "i" | "we" | "they" | "he" | "she" | "shed" | "hed" | "theyd" | "wed")
        && matches!(word(skip + 1), "want" | "wants" | "need" | "needs" | "prefer" | "prefers" | "love" | "like")
        && (matches!(word(skip + 2), "it" | "that" | "this" | "them" | "the" | "a" | "an" | "some")
            || rest.get(skip + 2..).is_some_and(|object| target::len(object, names).is_some()))
}

/// "4 seconds is plenty"
pub(super) fn suffices(rest: &[Token]) -> bool {
    let unit =
        rest.iter().take(3).position(|token| matches!(token.word.as_str(), "seconds" | "second" | "ms" | "minute"));
    let judged = |token: &Token| {
        matches!(
            token.word.as_str(),
            "plenty" | "enough" | "fine" | "perfect" | "ideal" | "better" | "do" | "ok" | "good" | "max"
        )
    };
    unit.is_some_and(|unit| rest[unit + 1..].iter().take(4).any(judged))
}

/// "the star should be green and the price should be bold": a second statement of the same kind.
pub(super) fn states_more(before: &[Token], rest: &[Token], names: &Names) -> bool {
    let object = rest.iter().take(6).position(is_modal).filter(|modal| (1..=5).contains(modal));
    let determined = rest.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "its" | "our" | "my"))
        || target::len(rest, names).is_some();
    let whole = |token: &Token| {
        is_modal(token)
            || matches!(token.word.as_str(), "new" | "want" | "wants" | "need" | "needs" | "love" | "like" | "prefer")
            || words::COMMANDS.contains(&token.word.as_str())
    };
    let stated = before.iter().take(12).position(whole).is_some_and(|verb| verb + 1 < before.len());
    object.is_some() && determined && stated
}

pub(super) fn is_modal(token: &Token) -> bool {
    matches!(token.word.as_str(), "should" | "must" | "needs" | "has" | "shall" | "can" | "could")
}
