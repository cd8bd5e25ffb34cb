//! Roles: what a clause of a request is there for, so that only those that order something are carried out.

use super::{
    clause::Clause,
    finite::{self, Finite, Subject},
    split::Names,
    token::{Kind, Token},
    words,
};

/// What a clause is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It says what to do, or how something should be.
    Order,
    /// It tells how things are, or what somebody thinks: "the client signed off on everything".
    Tale,
    /// It tells why or on which condition: "unless it's longer".
    Reason,
    /// It asks something: "do we still need the star?"
    Question,
    /// It is no whole clause; whatever it names belongs to what is around it.
    Fragment,
}

impl Role {
    /// Whether something is to be done.
    pub(super) const fn is_order(self) -> bool {
        matches!(self, Self::Order)
    }
}

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
/// Verbs of somebody who wants something.
const DESIRES: &[&str] = &[
    "want", "wants", "need", "needs", "like", "love", "prefer", "prefers", "suggest", "unwanted", "would", "should",
    "must", "can", "could", "wish", "rather", "have", "lets", "vote",
];
/// Verbs that say how a thing should be.
const DEONTIC: &[&str] = &[
    "should", "must", "needs", "has", "can", "could", "may", "goes", "comes", "stays", "belongs", "last-for", "says",
    "would", "will", "unwanted", "ought", "deserves", "starts", "ends",
];
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

/// Whether tokens only tell something, so that what follows cannot belong to it.
pub(super) fn tells(tokens: &[Token], names: &Names) -> bool {
    role(tokens, names, 0) == Role::Tale
}

fn role(tokens: &[Token], names: &Names, depth: usize) -> Role {
    let skip = tokens.iter().take(6).take_while(|token| opens(token)).count();
    let rest = &tokens[skip..];
    let Some(first) = rest.first() else { return Role::Fragment };
    let word = first.word.as_str();
    if subordinates(rest, names) || matches!(word, "because" | "otherwise" | "cuz") {
        return Role::Reason;
    }
    if matches!(word, "can" | "could" | "would" | "will" | "may" | "shall" | "should") {
        return Role::Order;
    }
    let asks =
        matches!(word, "do" | "does" | "did" | "is" | "are" | "was" | "why" | "who" | "when" | "where" | "which");
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
        let begins = matches!(token.word.as_str(), "until" | "unless" | "because" | "whenever");
        if ordered && begins && finite::read(&tokens[at + 1..], names).is_some() {
            at += tokens[at..].iter().position(ends).unwrap_or(tokens.len() - at);
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

fn opens(token: &Token) -> bool {
    OPENERS.contains(&token.word.as_str()) || token.kind == Kind::Comma
}

/// The role of a clause with a subject.
fn told(tokens: &[Token], found: Finite, names: &Names, depth: usize) -> Role {
    let verb = tokens.get(found.verb).map_or("", |token| token.word.as_str());
    let after = tokens.get(found.verb + 1).map_or("", |token| token.word.as_str());
    if found.subject == Subject::Person && OPINIONS.contains(&verb) && depth < 3 {
        // "my boss thinks the intro is boring", "I'd say it should be red": the opinion has a role of its own.
        let that = found.verb + 1 + usize::from(after == "that");
        return match role(&tokens[that..], names, depth + 1) {
            Role::Fragment => Role::Tale,
            role => role,
        };
    }
    // "the scene still says 9 euros": so it is, not so it should be.
    if found.subject != Subject::Person
        && tokens[..found.verb].iter().any(|token| matches!(token.word.as_str(), "still" | "already" | "currently"))
    {
        return Role::Tale;
    }
    let orders = match found.subject {
        Subject::Person
            if matches!(tokens[0].word.as_str(), "nobody" | "people" | "everyone" | "everybody" | "you" | "who") =>
        {
            false
        }
        Subject::Person => {
            DESIRES.contains(&verb)
                || matches!(verb, "id" | "wed" | "theyd" | "hed" | "shed")
                || matches!(verb, "i" | "we" | "they" | "he" | "she")
                    && matches!(after, "like" | "love" | "prefer" | "rather")
        }
        // "it has to be blue" orders, "it has changed" tells.
        Subject::Pronoun | Subject::Thing => DEONTIC.contains(&verb) && (verb != "has" || after == "to"),
    };
    if orders { Role::Order } else { Role::Tale }
}
