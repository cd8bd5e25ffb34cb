//! Steps: where one step of a request ends and the next begins.

use super::{
    colors, numbers,
    token::{Kind, Token},
    words,
};

/// The most steps that are read; a decision may hold no more calls anyway.
const MAX_STEPS: usize = 32;

/// Cuts a request into its steps. What stands in quotes is one token and is never cut.
pub(super) fn steps(tokens: &[Token]) -> Vec<&[Token]> {
    let mut steps = Vec::new();
    let mut start = 0;
    for at in 0..tokens.len() {
        if at >= start && is_border(tokens, start, at) {
            push(&mut steps, &tokens[start..at]);
            start = at + 1;
        }
    }
    push(&mut steps, &tokens[start..]);
    steps.truncate(MAX_STEPS);
    steps
}

fn push<'t>(steps: &mut Vec<&'t [Token]>, step: &'t [Token]) {
    let speaks =
        |token: &Token| !matches!(token.kind, Kind::Comma | Kind::Stop | Kind::Newline | Kind::Semicolon | Kind::Dash);
    if step.iter().any(speaks) {
        steps.push(step);
    }
}

fn is_border(tokens: &[Token], start: usize, at: usize) -> bool {
    let rest = &tokens[at + 1..];
    // "apart from Beach, delete everything": the exception belongs to what follows.
    let exception =
        tokens[start..at].iter().take(4).any(|token| matches!(token.word.as_str(), "except" | "all-except"));
    let orders = || tokens[start..at].iter().take(20).any(|token| words::COMMANDS.contains(&token.word.as_str()));
    if exception && tokens[at].kind != Kind::Newline && !orders() {
        return false;
    }
    match tokens[at].kind {
        Kind::Newline | Kind::Semicolon => starts_step(rest) || !has_content(&tokens[start..at]),
        Kind::Stop | Kind::Comma | Kind::Dash => {
            starts_step(rest)
                || adds_another(&tokens[start..at], rest)
                || takes_over(&tokens[start..at], rest)
                || lists_lengths(&tokens[start..at], rest)
        }
        Kind::Word => match tokens[at].word.as_str() {
            "then" | "afterwards" => starts_step(rest),
            // "copy the intro and put the copy at the end" is one step.
            "and" if is_copy_placed(&tokens[start..at], rest) => false,
            "and" | "also" | "plus" | "but" | "while" => {
                !is_title_list(tokens, at)
                    && (starts_step(rest)
                        || adds_another(&tokens[start..at], rest)
                        || takes_over(&tokens[start..at], rest)
                        || lists_lengths(&tokens[start..at], rest))
            }
            _ => false,
        },
        Kind::Number(_) | Kind::Hash(_) | Kind::Hex(_) | Kind::Quote | Kind::Colon => false,
    }
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

/// Whether tokens begin like a command, politeness and connectives aside.
fn starts_step(tokens: &[Token]) -> bool {
    let mut at = 0;
    while at < tokens.len().min(8) {
        let token = &tokens[at];
        let word = token.word.as_str();
        // "copy", "name", "title" and the like are nouns unless something follows them at once.
        let noun = matches!(
            word,
            "title"
                | "name"
                | "end"
                | "start"
                | "color"
                | "bold"
                | "bigger"
                | "smaller"
                | "do"
                | "zoom"
                | "fade"
                | "bounce"
                | "spin"
                | "longer"
                | "shorter"
                | "faster"
                | "slower"
                | "show"
                | "like"
                | "begin"
                | "finish"
        );
        let object = tokens.get(at + 1).is_some_and(|next| {
            matches!(
                next.word.as_str(),
                "the"
                    | "it"
                    | "this"
                    | "scene"
                    | "scenes"
                    | "all"
                    | "everything"
                    | "every"
                    | "with"
                    | "them"
                    | "that"
                    | "a"
                    | "an"
                    | "both"
                    | "each"
                    | "by"
            )
        });
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
    before.iter().any(|token| token.word == "copy")
        && rest.first().is_some_and(|token| matches!(token.word.as_str(), "put" | "place" | "add" | "move"))
        && object
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
    let called = first.word != "a" && matches!(second.word.as_str(), "called" | "says" | "about" | "for");
    let border = |token: &&Token| !matches!(token.word.as_str(), "in" | "of" | "to" | "with" | "and");
    let noun = rest.iter().take(5).take_while(border).any(scene);
    article && (called || noun) && before.iter().take(12).any(adds) && before.iter().take(40).any(scene)
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
fn takes_over(before: &[Token], rest: &[Token]) -> bool {
    let Some(target) = target_len(rest) else { return false };
    let after = &rest[target..];
    let next = after.iter().take(6).take_while(|token| token.kind != Kind::Stop && token.word != "and");
    is_valued(before) && next.clone().any(is_value)
}

fn is_valued(tokens: &[Token]) -> bool {
    let target = tokens.iter().position(|token| {
        words::SCENE.contains(&token.word.as_str()) || token.word == "one" || numbers::ordinal(&token.word).is_some()
    });
    target.is_some_and(|target| tokens[target + 1..].iter().skip(1).any(is_value))
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
        )
}

/// How many tokens name a scene at the start of these, if they do.
fn target_len(tokens: &[Token]) -> Option<usize> {
    let skip = tokens.iter().take_while(|token| matches!(token.word.as_str(), "the" | "then" | "also" | "and")).count();
    let first = tokens.get(skip)?;
    let second = tokens.get(skip + 1)?;
    let numbered =
        first.word == "scene" && (matches!(second.kind, Kind::Number(_) | Kind::Hash(_)) || second.word == "one");
    let counted = (numbers::ordinal(&first.word).is_some()
        || matches!(first.word.as_str(), "last" | "middle" | "other" | "penultimate"))
        && (words::SCENE.contains(&second.word.as_str()) || matches!(second.word.as_str(), "one" | "ones"));
    let bare =
        matches!(first.word.as_str(), "last" | "third" | "fourth" | "fifth" | "second" | "first") && is_value(second);
    let named = words::OPENING.contains(&first.word.as_str()) || words::CLOSING.contains(&first.word.as_str());
    if numbered || counted {
        Some(skip + 2)
    } else if bare || named {
        Some(skip + 1)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
