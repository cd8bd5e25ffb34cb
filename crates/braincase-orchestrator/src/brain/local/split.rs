//! Steps: where one step of a request ends and the next begins.

mod ellipsis;
mod pair;
mod sentence;
mod statement;
pub(super) mod target;

use std::{borrow::Cow, rc::Rc};

use self::sentence::{is_clause_border, is_content_open, is_reason};
use self::statement::{desires, is_modal, is_purpose, states, states_more, suffices, tells_why};
use super::{
    board::Board,
    colors, role, target as lookup,
    token::{Kind, Token},
    wish, words,
};

/// The most steps that are read; a decision may hold no more calls anyway.
const MAX_STEPS: usize = 32;
/// How far back or ahead a border is looked at, in tokens; keeps long requests linear.
const MAX_REACH: usize = 40;

/// What the scenes are called, word by word, and what their elements are called.
#[derive(Debug, Default)]
pub(super) struct Names {
    titles: Vec<Rc<[String]>>,
    parts: Vec<String>,
}

impl Names {
    /// The titles of a board, except those that are made of words with another meaning.
    pub(super) fn of(board: &Board) -> Self {
        let telling = |title: &Rc<[String]>| title.iter().any(|word| !words::is_reserved(word));
        let titles = lookup::titles(board).into_iter().map(|(_, title)| title).filter(telling).collect();
        let elements = board.order.iter().flat_map(|place| &board.entries[*place].spec.elements);
        let parts = elements.flat_map(|element| element.id.as_str().split('-').map(str::to_owned));
        Self { titles, parts: parts.filter(|part| part.len() > 2 && !words::is_reserved(part)).collect() }
    }

    /// Whether an element of some scene is called so.
    fn is_part(&self, word: &str) -> bool {
        self.parts.iter().any(|part| part == word)
    }

    fn len_at(&self, tokens: &[Token]) -> Option<usize> {
        let stands = |title: &&Rc<[String]>| {
            title.len() <= tokens.len() && title.iter().zip(tokens).all(|(word, token)| *word == token.word)
        };
        self.titles.iter().filter(stands).map(|title| title.len()).max()
    }
}

/// Cuts a request into its steps and puts back what they leave out. What stands in quotes is one token, never cut.
pub(super) fn steps<'t>(tokens: &'t [Token], names: &Names) -> Vec<Cow<'t, [Token]>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 0..tokens.len() {
        if at > start && !is_content_open(&tokens[start..at]) && is_reason(&tokens[at..], names) {
            // The word stays, for it tells what the clause is there for.
            push(&mut pieces, &tokens[start..at]);
            start = at;
        } else if at >= start && is_border(tokens, start, at, names) {
            push(&mut pieces, &tokens[start..at]);
            start = at + 1;
        }
    }
    push(&mut pieces, &tokens[start..]);
    pieces.truncate(MAX_STEPS);
    let mut steps: Vec<Cow<'t, [Token]>> = Vec::new();
    for piece in pieces {
        let whole = ellipsis::complete(steps.last().map(AsRef::as_ref), piece, names);
        if let Some(before) = steps.last_mut() {
            ellipsis::lend_unit(before, &whole);
        }
        steps.extend(ellipsis::distribute(whole, names));
    }
    steps
}

fn push<'t>(steps: &mut Vec<&'t [Token]>, step: &'t [Token]) {
    let counts = |token: &Token| {
        matches!(
            token.word.as_str(),
            "first" | "second" | "third" | "fourth" | "firstly" | "secondly" | "thirdly" | "finally" | "lastly"
        )
    };
    let mark =
        |token: &Token| matches!(token.kind, Kind::Comma | Kind::Stop | Kind::Newline | Kind::Semicolon | Kind::Dash);
    let speaks = |token: &Token| !mark(token) && !counts(token);
    if step.iter().any(speaks) {
        steps.push(step);
    }
}

fn is_border(tokens: &[Token], start: usize, at: usize, names: &Names) -> bool {
    let rest = &tokens[at + 1..];
    let told = || role::tells(&tokens[start..at], names);
    if (tokens[at].kind == Kind::Colon || tokens[at].kind == Kind::Comma && told())
        && is_clause_border(&tokens[start..at], tokens, at, names)
    {
        return true;
    }
    // "apart from Beach, delete everything": the exception belongs to what follows.
    let exception =
        tokens[start..at].iter().take(4).any(|token| matches!(token.word.as_str(), "except" | "all-except"));
    let orders = || tokens[start..at].iter().take(20).any(|token| words::COMMANDS.contains(&token.word.as_str()));
    if exception && tokens[at].kind != Kind::Newline && !orders() {
        return false;
    }
    if is_clause_border(&tokens[start..at], tokens, at, names) {
        return true;
    }
    match tokens[at].kind {
        Kind::Newline | Kind::Semicolon => {
            starts_step(rest) || !has_content(&tokens[start..at]) || pair::ends_before(&tokens[start..at], rest, names)
        }
        Kind::Stop | Kind::Comma | Kind::Dash => {
            starts_step(rest)
                || goes_on(&tokens[start..at], rest, names)
                || rest.first().is_some_and(|token| token.word == "then") && is_scene_described(&rest[1..])
                || tokens[at].kind == Kind::Stop && states(rest, names)
                || tells_why(rest)
                || desires(rest, names)
                || suffices(rest)
        }
        Kind::Word => match tokens[at].word.as_str() {
            "then" | "afterwards" => {
                starts_step(rest) || goes_on(&tokens[start..at], rest, names) || is_scene_described(rest)
            }
            "so" if is_purpose(rest) => true,
            "because" | "cause" | "cuz" | "otherwise" => !has_content(&tokens[start..at]),
            "so" => at > start && (starts_step(rest) || states(rest, names) || desires(rest, names)),
            // "copy the intro and put the copy at the end" is one step.
            "and" if is_copy_placed(&tokens[start..at], rest) => false,
            "and" | "also" | "plus" | "but" | "while" => {
                !is_title_list(tokens, at) && (starts_step(rest) || goes_on(&tokens[start..at], rest, names))
            }
            _ => false,
        },
        Kind::Number(_) | Kind::Hash(_) | Kind::Hex(_) | Kind::Quote | Kind::Colon => false,
    }
}

/// Whether a step without a verb goes on with what the step before it does.
fn goes_on(before: &[Token], rest: &[Token], names: &Names) -> bool {
    adds_another(before, rest)
        || takes_over(before, rest, names)
        || lists_lengths(before, rest)
        || states_more(before, rest, names)
        || (is_part_valued(before) && is_part_valued(rest))
        || ellipsis::is_other_object(before, rest, names)
        || ellipsis::is_other_part(before, rest)
        || ellipsis::is_gapped(before, rest)
        || pair::ends_before(before, rest, names)
        || ellipsis::is_other_value(before, rest, names)
}

/// "but" of "all but the last" was joined before; here only a leading connective is left alone.
fn is_title_list(tokens: &[Token], at: usize) -> bool {
    at == 0 || tokens[at - 1].kind == Kind::Colon
}

/// Whether a step without quotes ends in free words, in which punctuation may be content.
fn has_content(step: &[Token]) -> bool {
    step.last().is_some_and(|token| {
        token.kind == Kind::Colon || matches!(token.word.as_str(), "says" | "called" | "with" | "to")
    })
}

/// Orders that are nouns, or say how something is, unless something follows them at once.
const NOUNS: &[&str] = &[
    "title", "name", "end", "start", "color", "bold", "bigger", "smaller", "do", "zoom", "fade", "bounce", "spin",
    "longer", "shorter", "faster", "slower", "show", "like", "begin", "finish",
];
/// What follows such a word if it is an order.
const OBJECTS: &[&str] = &[
    "the",
    "it",
    "this",
    "scene",
    "scenes",
    "all",
    "everything",
    "every",
    "with",
    "them",
    "that",
    "a",
    "an",
    "both",
    "each",
    "by",
    "fresh",
    "anew",
];

/// Whether tokens begin like a command, politeness and connectives aside.
fn starts_step(tokens: &[Token]) -> bool {
    let mut at = 0;
    while at < tokens.len().min(8) {
        if role::lets(&tokens[at..]) {
            return true;
        }
        let token = &tokens[at];
        let word = token.word.as_str();
        let noun = NOUNS.contains(&word);
        let object = tokens.get(at + 1).is_some_and(|next| OBJECTS.contains(&next.word.as_str()));
        if noun && object || !noun && words::COMMANDS.contains(&word) {
            return true;
        }
        let filler = words::FILLERS.contains(&word) || matches!(token.kind, Kind::Comma);
        if !filler {
            return false;
        }
        at += 1;
    }
    false
}

fn is_copy_placed(before: &[Token], rest: &[Token]) -> bool {
    let object = rest.iter().take(3).any(|token| matches!(token.word.as_str(), "copy" | "it"));
    let somewhere = rest
        .iter()
        .take(4)
        .any(|token| matches!(token.word.as_str(), "first" | "last" | "at" | "before" | "after" | "between" | "right"));
    let made = |token: &Token| {
        token.word == "copy" || somewhere && matches!(token.word.as_str(), "add" | "make" | "new" | "turn")
    };
    let scene = before.iter().any(|token| words::SCENE.contains(&token.word.as_str()) || token.word == "copy");
    scene
        && before.iter().any(made)
        && rest.first().is_some_and(|token| matches!(token.word.as_str(), "put" | "place" | "add" | "move"))
        && object
}

/// "then a scene called Tour"
fn is_scene_described(rest: &[Token]) -> bool {
    let scene = |token: &Token| {
        let word = token.word.as_str();
        words::SCENE.contains(&word) || words::OPENING.contains(&word) || words::CLOSING.contains(&word)
    };
    rest.first().is_some_and(|token| matches!(token.word.as_str(), "a" | "an" | "another"))
        && rest.iter().take(5).any(scene)
}

/// Whether one more scene is added: "add a scene called A and one called B".
fn adds_another(before: &[Token], rest: &[Token]) -> bool {
    let adds = |token: &Token| {
        matches!(
            token.word.as_str(),
            "add" | "make" | "need" | "want" | "like" | "love" | "suggest" | "have" | "put" | "a" | "another" | "one"
        )
    };
    let scene = |token: &Token| {
        let word = token.word.as_str();
        words::SCENE.contains(&word) || words::OPENING.contains(&word) || words::CLOSING.contains(&word)
    };
    let skip = rest.iter().take_while(|token| matches!(token.word.as_str(), "and" | "then" | "also")).count();
    let rest = &rest[skip..];
    let [first, second, ..] = rest else { return false };
    if first.word == "one" && second.word == "called" && counts_scenes(before) {
        return false;
    }
    let article = matches!(first.word.as_str(), "a" | "an" | "another" | "one");
    let called =
        first.word != "a" && matches!(second.word.as_str(), "called" | "says" | "about" | "for" | "that" | "where");
    let border = |token: &&Token| !matches!(token.word.as_str(), "in" | "of" | "to" | "with" | "and");
    let noun = rest.iter().take(5).take_while(border).any(scene) || is_one_described(rest);
    let connects = |token: &&Token| !matches!(token.word.as_str(), "and" | "then" | "also");
    let continues = before.iter().find(connects).is_some_and(|token| matches!(token.word.as_str(), "one" | "another"));
    let scenes = continues || before.iter().take(40).any(scene);
    article && (called || noun) && before.iter().take(12).any(adds) && scenes
}

/// "a white one that says Go"
fn is_one_described(rest: &[Token]) -> bool {
    let one = rest.iter().take(4).skip(1).position(|token| token.word == "one");
    let next = one.and_then(|one| rest.get(one + 2));
    next.is_some_and(|next| matches!(next.word.as_str(), "that" | "with" | "called" | "says" | "about" | "for"))
}

/// "star: green", "headline bold": a part of a scene, and at once what it should be.
fn is_part_valued(tokens: &[Token]) -> bool {
    let skip = usize::from(tokens.first().is_some_and(|token| token.word == "the"));
    let [part, value, ..] = tokens.get(skip..).unwrap_or_default() else { return false };
    let labelled = part.kind == Kind::Word && value.kind == Kind::Colon;
    let noun = wish::noun_of(&part.word).is_some_and(|noun| noun != wish::Noun::Background);
    let next = tokens.get(skip + 1 + usize::from(value.kind == Kind::Colon));
    (labelled || noun)
        && next.is_some_and(|next| is_value(next) && next.kind != Kind::Quote && next.kind != Kind::Colon)
}

/// "two new scenes, one called A and one called B" adds two, not four.
fn counts_scenes(tokens: &[Token]) -> bool {
    let several = tokens.iter().take(40).position(|token| token.word == "scenes");
    several.is_some_and(|at| {
        tokens[at.saturating_sub(3)..at].iter().any(|token| matches!(token.kind, Kind::Number(count) if count > 1.0))
    })
}

/// "intro 2 seconds, pricing 4 seconds": each part names a scene and its length.
fn lists_lengths(before: &[Token], rest: &[Token]) -> bool {
    let unit = |token: &Token| matches!(token.word.as_str(), "seconds" | "second" | "ms" | "minute");
    let part = |tokens: &[Token]| {
        (3..=6).contains(&tokens.len())
            && tokens.last().is_some_and(unit)
            && tokens[0].kind == Kind::Word
            && matches!(tokens[tokens.len() - 2].kind, Kind::Number(_))
            && !tokens.iter().any(|token| {
                matches!(token.word.as_str(), "for" | "over" | "after" | "fade" | "add" | "long" | "from" | "to")
            })
    };
    let end = rest
        .iter()
        .take(8)
        .position(|token| token.kind != Kind::Word && !matches!(token.kind, Kind::Number(_)) || token.word == "and")
        .unwrap_or_else(|| rest.len().min(8));
    part(before) && part(&rest[..end])
}

/// Whether a new target takes over the verb before it: "make scene 1 blue and scene 2 red".
fn takes_over(before: &[Token], rest: &[Token], names: &Names) -> bool {
    let joined = usize::from(rest.first().is_some_and(|token| matches!(token.word.as_str(), "in" | "of" | "for")));
    let Some(target) = target::len(&rest[joined..], names) else { return false };
    let after = &rest[joined + target..];
    let mut next = after.iter().take(6).take_while(|token| token.kind != Kind::Stop && token.word != "and");
    let names_it = before.iter().take(12).any(|token| matches!(token.word.as_str(), "call" | "name"));
    if names_it && after.first().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quote) && !is_modal(token))
    {
        return true;
    }
    let numbered =
        matches!(after, [only] if matches!(only.kind, Kind::Number(_))) && before.last().is_some_and(is_unit);
    is_valued(before, names) && (numbered || next.any(is_value))
}

fn is_unit(token: &Token) -> bool {
    matches!(token.word.as_str(), "seconds" | "second" | "ms" | "minute")
}

fn is_valued(tokens: &[Token], names: &Names) -> bool {
    target::find(tokens, 0, names)
        .is_some_and(|(start, length)| tokens[start + length..].iter().take(MAX_REACH).any(is_value))
}

fn is_value(token: &Token) -> bool {
    let word = token.word.as_str();
    colors::named(word).is_some()
        || matches!(token.kind, Kind::Hex(_) | Kind::Quote | Kind::Colon)
        || matches!(
            word,
            "to" | "should"
                | "faster"
                | "slower"
                | "longer"
                | "shorter"
                | "seconds"
                | "second"
                | "ms"
                | "minute"
                | "gradient"
                | "says"
                | "last-for"
                | "bigger"
                | "smaller"
                | "bold"
                | "needs"
                | "twice"
                | "half"
                | "double"
                | "times"
        )
}

#[cfg(test)]
mod tests;
