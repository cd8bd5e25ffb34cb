//! Roles: what a clause of a request is there for, so that only those that order something are carried out.

use super::{
    clause::Clause,
    finite::{self, Finite, Subject},
    split::{Names, target},
    token::{Kind, Token},
    wish, words,
};

/// What a clause is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It says what to do, or how something should be.
    Order,
    /// It tells what somebody does or thinks: "the client signed off on everything".
    Tale,
    /// It tells how things are: "the dinner is too short".
    State,
    /// It tells why or on which condition: "unless it's longer".
    Reason,
    /// It asks something: "do we still need the star?"
    Question,
    /// It is no whole clause; whatever it names belongs to what is around it.
    Fragment,
}

/// How deep opinions about opinions are followed.
const MAX_DEPTH: usize = 3;
/// What people say to be polite or to begin, before what they mean.
const OPENERS: &[&str] = &[
    "hi", "hey", "hello", "so", "oh", "and", "but", "hmm", "ok", "okay", "well", "please", "now", "also", "then",
    "yes", "no", "sorry", "thanks", "maybe", "perhaps", "actually", "honestly", "just", "plus", "great", "cool",
    "first",
];
/// Words that begin a reason, a purpose or a condition if a clause follows.
const SUBORDINATORS: &[&str] = &[
    "because",
    "since",
    "as",
    "unless",
    "although",
    "though",
    "until",
    "when",
    "whenever",
    "if",
    "otherwise",
    "cause",
    "cuz",
    "while",
    "whereas",
];
/// Words that begin a question.
const QUESTIONS: &[&str] =
    &["what", "whats", "how", "do", "does", "did", "is", "are", "was", "why", "who", "when", "where", "which"];
/// Verbs of somebody who wants something.
const DESIRES: &[&str] = &[
    "want", "wants", "need", "needs", "like", "love", "prefer", "prefers", "suggest", "unwanted", "would", "should",
    "must", "can", "could", "wish", "rather", "lets", "vote",
];
/// Verbs that say how a thing should be.
const DEONTIC: &[&str] = &[
    "should", "must", "needs", "has", "can", "could", "may", "goes", "comes", "stays", "belongs", "last-for", "says",
    "would", "will", "unwanted", "ought", "deserves", "starts", "ends",
];
/// Verbs that say, after "want to", what is to be there.
const SHOWN: &[&str] =
    &["see", "have", "get", "be", "open", "close", "finish", "thank", "say", "says", "add", "let", "extend", "remind"];
/// Verbs after which somebody's opinion follows.
const OPINIONS: &[&str] =
    &["think", "thinks", "guess", "believe", "feel", "say", "says", "said", "thought", "told", "mean", "hope", "feels"];

/// Whether a reason or a condition begins here: "since we only sell online".
pub(super) fn subordinates(tokens: &[Token], names: &Names) -> bool {
    let Some(first) = tokens.first() else { return false };
    SUBORDINATORS.contains(&first.word.as_str()) && finite::read(&tokens[1..], names).is_some()
}

/// What a clause is there for.
pub(super) fn of(clause: &Clause<'_>, names: &Names) -> Role {
    role(clause.tokens(), names, 0)
}

/// What a part of a clause is there for.
pub(super) fn of_part(tokens: &[Token], names: &Names) -> Role {
    role(tokens, names, 0)
}

/// Whether tokens only tell something, so that what follows cannot belong to it.
pub(super) fn tells(tokens: &[Token], names: &Names) -> bool {
    matches!(role(tokens, names, 0), Role::Tale | Role::State)
}

fn role(tokens: &[Token], names: &Names, depth: usize) -> Role {
    let skip = tokens.iter().take(6).take_while(|token| opens(token)).count();
    let rest = &tokens[skip..];
    let Some(first) = rest.first() else { return Role::Fragment };
    let word = first.word.as_str();
    if subordinates(rest, names) || matches!(word, "because" | "otherwise" | "cuz") {
        return Role::Reason;
    }
    let checks = |token: &Token| matches!(token.word.as_str(), "check" | "verify" | "confirm");
    if rest.iter().take(4).any(checks) {
        return Role::Question;
    }
    if matches!(word, "suggest" | "can" | "could" | "would" | "will" | "may" | "shall" | "should") {
        return Role::Order;
    }
    let asks = QUESTIONS.contains(&word);
    if asks && (word != "do" || finite::asks(rest, names)) {
        return Role::Question;
    }
    match finite::read(rest, names) {
        Some(found) => told(rest, found, names, depth),
        None if words::COMMANDS.contains(&word) || lets(rest) => Role::Order,
        None => Role::Fragment,
    }
}

/// "let it bounce", "let the logo fade in".
pub(super) fn lets(tokens: &[Token]) -> bool {
    let [first, second, ..] = tokens else { return false };
    first.word == "let"
        && matches!(
            second.word.as_str(),
            "it" | "the" | "this" | "that" | "them" | "our" | "my" | "both" | "all" | "every"
        )
}

/// The request without the reasons that follow an order: "make it bigger because nobody can read it, please".
///
/// What comes after such a reason belongs to the order again.
pub(super) fn without_reasons(tokens: &[Token], names: &Names) -> Vec<Token> {
    let ends = |token: &Token| !matches!(token.kind, Kind::Word | Kind::Number(_) | Kind::Hash(_) | Kind::Quote);
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let (mut ordered, mut at) = (false, 0);
    while at < tokens.len() {
        let token = &tokens[at];
        if let Some((target, length)) = exception(&tokens[at..], names) {
            kept.push(Token { kind: Kind::Word, word: "except".to_owned(), ..token.clone() });
            kept.extend_from_slice(target);
            at += length;
            continue;
        }
        let begins = matches!(token.word.as_str(), "until" | "unless" | "because" | "whenever");
        if ordered && begins && finite::read(&tokens[at + 1..], names).is_some() {
            // "because we were not there and dinner because …": another target is no part of the reason.
            let goes_on = |from: usize| {
                tokens[from].word == "and"
                    && target::len(&tokens[from + 1..], names).is_some()
                    && finite::read(&tokens[from + 1..], names).is_none()
            };
            at += (at..tokens.len()).find(|at| ends(&tokens[*at]) || goes_on(*at)).unwrap_or(tokens.len()) - at;
            continue;
        }
        ordered = match token.kind {
            Kind::Stop | Kind::Newline | Kind::Semicolon => false,
            Kind::Word => ordered || words::COMMANDS.contains(&token.word.as_str()),
            Kind::Number(_) | Kind::Hash(_) | Kind::Hex(_) | Kind::Quote | Kind::Comma | Kind::Colon | Kind::Dash => {
                ordered
            }
        };
        kept.push(token.clone());
        at += 1;
    }
    kept
}

/// ", only Goodbye stays as it is": the target that is left out, and how many tokens say so.
fn exception<'t>(tokens: &'t [Token], names: &Names) -> Option<(&'t [Token], usize)> {
    let [comma, only, rest @ ..] = tokens else { return None };
    if comma.kind != Kind::Comma || !matches!(only.word.as_str(), "only" | "just" | "but") {
        return None;
    }
    let target = target::len(rest, names)?;
    let stays = |token: &Token| matches!(token.word.as_str(), "stay" | "stays" | "remains" | "keeps");
    let verb = (target..target + 2).find(|at| rest.get(*at).is_some_and(stays))?;
    let ends = |token: &Token| matches!(token.kind, Kind::Stop | Kind::Comma | Kind::Newline | Kind::Semicolon);
    let length = rest[verb..].iter().position(ends).unwrap_or(rest.len() - verb);
    Some((&rest[..target], 2 + verb + length))
}

fn opens(token: &Token) -> bool {
    OPENERS.contains(&token.word.as_str()) || token.kind == Kind::Comma
}

/// The role of a clause with a subject.
fn told(tokens: &[Token], found: Finite, names: &Names, depth: usize) -> Role {
    match found.subject {
        Subject::Person => told_of_person(tokens, found, names, depth),
        Subject::Pronoun | Subject::Thing => told_of_thing(tokens, found),
    }
}

fn told_of_person(tokens: &[Token], found: Finite, names: &Names, depth: usize) -> Role {
    let verb = word(tokens, found.verb);
    let after = word(tokens, found.verb + 1);
    if OPINIONS.contains(&verb) && depth < MAX_DEPTH {
        // "my boss thinks the intro is boring", "I'd say it should be red": the opinion has a role of its own.
        let that = found.verb + 1 + usize::from(after == "that");
        return match role(&tokens[that..], names, depth + 1) {
            Role::Fragment => Role::Tale,
            role => role,
        };
    }
    // "my son is 5 and wants a star"
    let wants = |pair: &[Token]| pair[0].word == "and" && DESIRES.contains(&pair[1].word.as_str());
    if tokens.windows(2).take(20).any(wants) {
        return Role::Order;
    }
    // "my colleagues want to try other colours" is their affair.
    let third = word(tokens, found.verb + 2);
    let own = after == "to" && !third.is_empty() && !words::COMMANDS.contains(&third) && !SHOWN.contains(&third);
    let affair = own && matches!(verb, "want" | "wants" | "need" | "needs");
    let anybody = matches!(word(tokens, 0), "nobody" | "people" | "everyone" | "everybody" | "you" | "who");
    if affair || anybody {
        return Role::Tale;
    }
    let wishes = DESIRES.contains(&verb)
        || matches!(verb, "ask" | "asks" | "asked") && after == "for"
        || verb == "have" && after == "to"
        || matches!(verb, "id" | "wed" | "theyd" | "hed" | "shed")
        || matches!(verb, "i" | "we" | "they" | "he" | "she") && matches!(after, "like" | "love" | "prefer" | "rather");
    if wishes { Role::Order } else { Role::Tale }
}

fn told_of_thing(tokens: &[Token], found: Finite) -> Role {
    let verb = word(tokens, found.verb);
    let after = word(tokens, found.verb + 1);
    let subject = &tokens[..found.verb];
    // "the scene still says 9 euros": so it is, not so it should be.
    let present = |token: &Token| matches!(token.word.as_str(), "still" | "already" | "currently");
    // "every talk needs an end": so it is in general.
    let general = matches!(word(tokens, 0), "every" | "any" | "most");
    let ours = |token: &Token| wish::noun_of(&token.word).is_some() || words::SCENE.contains(&token.word.as_str());
    if subject.iter().any(present) || general && !subject.iter().any(ours) {
        return Role::State;
    }
    // "the headline is now 'Hello'"
    let quote = tokens[found.verb..].iter().take(4).any(|token| token.kind == Kind::Quote);
    // "it has to be blue" orders, "it has changed" tells.
    let orders = matches!(verb, "is" | "are") && quote
        || DEONTIC.contains(&verb) && (verb != "has" || matches!(after, "to" | "last-for"))
        || after == "unwanted"
        || verb == "gets" && matches!(after, "a" | "an" | "the" | "another" | "some");
    if orders { Role::Order } else { Role::State }
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.word.as_str())
}

#[cfg(test)]
mod tests;
