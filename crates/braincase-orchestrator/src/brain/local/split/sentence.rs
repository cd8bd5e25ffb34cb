//! Borders between whole clauses: where one ends because the next has a subject and a verb of its own.

use super::{MAX_REACH, Names};
use crate::brain::local::{
    finite::{self, Finite, Subject},
    numbers, role,
    token::{Kind, Token},
    words,
};

/// Whether a clause ends here because the next one has a subject and a verb of its own.
pub(super) fn is_clause_border(before: &[Token], tokens: &[Token], at: usize, names: &Names) -> bool {
    let rest = &tokens[at + 1..];
    let mark = &tokens[at];
    if is_labelled(before) && is_labelled(rest) {
        return matches!(mark.kind, Kind::Comma | Kind::Stop | Kind::Semicolon) || mark.word == "and";
    }
    let joint = matches!(mark.word.as_str(), "and" | "but" | "so" | "plus");
    let punctuated =
        matches!(mark.kind, Kind::Stop | Kind::Comma | Kind::Dash | Kind::Semicolon | Kind::Newline | Kind::Colon);
    // "before the guests see Sunrise, they should see a scene": where the new one goes.
    let head =
        before.iter().take(MAX_REACH).find(|token| says_something(token)).map_or("", |token| token.word.as_str());
    let orders = |token: &Token| words::COMMANDS.contains(&token.word.as_str());
    if matches!(head, "before" | "after") && !before.iter().take(MAX_REACH).any(orders) {
        return false;
    }
    if !(joint || punctuated)
        || (joint && !is_whole(before, names))
        || !before.iter().rev().take(MAX_REACH).any(says_something)
    {
        return false;
    }
    let shows = |token: &Token| matches!(token.word.as_str(), "here" | "heres" | "attached");
    let complete = mark.kind == Kind::Stop || mark.kind == Kind::Comma && before.iter().take(3).any(shows);
    if complete && !is_content_open(before) && role::tells(before, names) {
        return true;
    }
    // "our colours are green and white: make the intro green"
    if mark.kind == Kind::Colon && role::tells(before, names) && super::starts_step(rest) && !is_content_open(before) {
        return true;
    }
    // "these two photos: the first one is for the intro"
    let images = before.len() <= 4 && before.iter().any(|token| words::IMAGE.contains(&token.word.as_str()));
    if mark.kind == Kind::Colon && images && !is_whole(before, names) && !is_content_open(before) {
        return rest.iter().take(2).any(|token| numbers::ordinal(&token.word).is_some());
    }
    let Some(next) = finite::read(rest, names) else {
        let begins = role::subordinates(rest, names) || finite::asks(rest, names);
        return punctuated && mark.kind != Kind::Colon && !is_content_open(before) && begins;
    };
    match mark.kind {
        // "everything but the intro: they want it in white"
        Kind::Colon => {
            finite::read(before, names).is_some() && !is_content_open(before) && next.subject == Subject::Person
        }
        _ if is_placed(rest, next) || is_title(before, rest) => false,
        _ if is_content_open(before) => next.subject == Subject::Pronoun && punctuated,
        _ => true,
    }
}

/// "two scenes. The first is called A and the second is called B": the titles of what the step before adds.
fn is_title(before: &[Token], rest: &[Token]) -> bool {
    let several = |token: &Token| token.word == "scenes";
    let counts = |token: &Token| matches!(token.word.as_str(), "first" | "second" | "third" | "last" | "one" | "other");
    before.iter().take(MAX_REACH).any(several)
        && rest.iter().take(3).any(counts)
        && rest.iter().take(6).any(|token| token.word == "called")
}

/// "for the logo: slide in, and for the text: fade in": what is spoken of is said before a colon.
fn is_labelled(tokens: &[Token]) -> bool {
    let skip = tokens.iter().take(2).take_while(|token| !says_something(token)).count();
    let joined = tokens.get(skip).is_some_and(|token| matches!(token.word.as_str(), "for" | "in" | "on"));
    joined && tokens.iter().skip(skip + 2).take(4).any(|token| token.kind == Kind::Colon)
}

/// Whether a clause has its verb: of "Sunrise and Beach can go" the first two words have none.
fn is_whole(clause: &[Token], names: &Names) -> bool {
    let acts = |token: &Token| words::COMMANDS.contains(&token.word.as_str());
    finite::read(clause, names).is_some() || clause.iter().take(MAX_REACH).any(acts)
}

/// Whether a reason or a condition begins here in the middle of a clause: "… unless it's longer".
pub(super) fn is_reason(tokens: &[Token], names: &Names) -> bool {
    tokens[0].kind == Kind::Word
        && !matches!(tokens[0].word.as_str(), "as" | "when" | "while")
        && role::subordinates(tokens, names)
}

fn says_something(token: &Token) -> bool {
    !matches!(token.kind, Kind::Comma | Kind::Stop | Kind::Newline | Kind::Dash)
        && !matches!(
            token.word.as_str(),
            "oh" | "ok" | "and" | "so" | "but" | "then" | "hey" | "hi" | "please" | "also"
        )
}

/// "it goes before Dinner", "it should take 2 seconds", "it's \"Only 8 euros\"": the rest of what the step before orders.
fn is_placed(rest: &[Token], next: Finite) -> bool {
    let verb = |at: usize| rest.get(at).map_or("", |token| token.word.as_str());
    let value = rest.get(next.verb + 1).is_some_and(|token| token.kind == Kind::Quote || token.word == "not");
    let takes = matches!(verb(next.verb), "goes" | "comes" | "belongs" | "takes") || verb(next.verb + 1) == "take";
    next.subject == Subject::Pronoun && (takes || value && verb(next.verb) == "it")
}

/// Whether a step is in the middle of words without quotes, in which clauses may be content: "saying we are closed, …".
pub(super) fn is_content_open(step: &[Token]) -> bool {
    let announces = |token: &Token| matches!(token.word.as_str(), "says" | "called" | "write" | "rename");
    step.iter().rev().take(MAX_REACH).take_while(|token| token.kind != Kind::Quote).any(announces)
}
