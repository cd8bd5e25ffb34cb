//! Finite clauses: a subject with its verb, by which a clause of its own begins: "they want it in white".
//!
//! Subjects and auxiliary verbs are closed classes, which can be listed; that is what makes this work without a grammar
//! of everything that people may say in between.

use super::{
    split::{Names, target},
    token::{Kind, Token},
    words,
};

/// The longest subject that is looked at, in tokens; keeps every rule bounded.
const MAX_SUBJECT: usize = 8;

/// What a clause is about, and where its verb stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finite {
    /// Who or what it is that does or is.
    pub(super) subject: Subject,
    /// The token of the verb; of "it's", the pronoun.
    pub(super) verb: usize,
}

/// Who or what a clause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// Somebody: "we", "my boss".
    Person,
    /// "it", "that", "there".
    Pronoun,
    /// A thing or a scene: "the star", "scene 2".
    Thing,
}

const PERSONS: &[&str] =
    &["i", "we", "you", "he", "she", "they", "everyone", "everybody", "nobody", "people", "someone", "somebody", "who"];
const PRONOUNS: &[&str] = &["it", "this", "that", "these", "those", "there", "both", "here", "which"];
/// Pronouns that have their verb in themselves, without their apostrophe.
const CONTRACTED: &[&str] = &[
    "im", "ive", "ill", "id", "weve", "wed", "youre", "youve", "hes", "shes", "theyre", "theyve", "theyd", "hed",
    "shed", "thats", "theres", "heres", "itll", "thatll",
];
const DETERMINERS: &[&str] = &[
    "the", "our", "my", "your", "his", "her", "their", "its", "a", "an", "every", "some", "no", "both", "most", "all",
];
/// Verbs that nobody takes for a noun or an order.
const VERBS: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "am",
    "has",
    "had",
    "does",
    "did",
    "doesnt",
    "didnt",
    "isnt",
    "arent",
    "wasnt",
    "werent",
    "hasnt",
    "havent",
    "should",
    "must",
    "can",
    "could",
    "would",
    "will",
    "wont",
    "wouldnt",
    "cant",
    "couldnt",
    "may",
    "might",
    "needs",
    "wants",
    "looks",
    "feels",
    "seems",
    "goes",
    "comes",
    "stays",
    "belongs",
    "says",
    "thinks",
    "hates",
    "likes",
    "loves",
    "prefers",
    "gets",
    "takes",
    "keeps",
    "makes",
    "went",
    "came",
    "said",
    "asked",
    "told",
    "got",
    "found",
    "saw",
    "last-for",
    "unwanted",
    "sounds",
    "distracts",
    "shows",
    "ought",
    "deserves",
    "starts",
    "ends",
    "disappears",
    "matters",
    "work",
    "works",
];

/// The finite clause that begins here, connectives aside.
pub(super) fn read(tokens: &[Token], names: &Names) -> Option<Finite> {
    let skip = tokens.iter().take(4).take_while(|token| is_connective(token)).count();
    let rest = &tokens[skip..];
    let found = pronoun(rest).or_else(|| noun_phrase(rest, names))?;
    Some(Finite { verb: found.verb + skip, ..found })
}

fn is_connective(token: &Token) -> bool {
    !is_we_will(token)
        && matches!(
            token.word.as_str(),
            "only"
                | "just"
                | "now"
                | "please"
                | "maybe"
                | "and"
                | "but"
                | "so"
                | "then"
                | "also"
                | "well"
                | "oh"
                | "ok"
                | "okay"
                | "because"
        )
        || token.kind == Kind::Comma
}

/// "we'll" is read as "well"; that it was longer tells the two apart.
fn is_we_will(token: &Token) -> bool {
    token.word == "well" && token.end - token.start > token.word.len()
}

fn pronoun(tokens: &[Token]) -> Option<Finite> {
    let first = tokens.first()?;
    let word = first.word.as_str();
    // "it's" is read as "it"; that it was longer tells that its verb is in it.
    let contracted = first.end - first.start > first.word.len() && first.kind == Kind::Word;
    if CONTRACTED.contains(&word) || word == "were" && contracted || is_we_will(first) {
        let person = !matches!(word, "thats" | "theres" | "heres" | "itll" | "thatll");
        return Some(Finite { subject: if person { Subject::Person } else { Subject::Pronoun }, verb: 0 });
    }
    let subject = match word {
        _ if PERSONS.contains(&word) => Subject::Person,
        _ if PRONOUNS.contains(&word) => Subject::Pronoun,
        _ => return None,
    };
    if contracted {
        return Some(Finite { subject, verb: 0 });
    }
    let adverb = |token: &&Token| is_adverb(&token.word);
    let verb = 1 + tokens[1..].iter().take(2).take_while(adverb).count();
    let next = tokens.get(verb).filter(|next| next.kind == Kind::Word)?;
    // After "we" anything is a verb; "this scene" and "that blue one" are no clauses.
    let acts = subject == Subject::Person && !is_connective(next) && !matches!(next.word.as_str(), "please" | "to");
    (acts || is_verb(next)).then_some(Finite { subject, verb })
}

fn noun_phrase(tokens: &[Token], names: &Names) -> Option<Finite> {
    if let Some(length) = target::len(tokens, names) {
        let verb = length + usize::from(tokens.get(length).is_some_and(|token| is_adverb(&token.word)));
        // "scene 3 black is too dark": one word more may say what of it.
        if let Some(verb) = (verb..=verb + 1).find(|at| tokens.get(*at).is_some_and(is_verb)) {
            return Some(Finite { subject: Subject::Thing, verb });
        }
    }
    let first = tokens.first()?;
    let determined = DETERMINERS.contains(&first.word.as_str());
    let nominal = |token: &&Token| {
        (token.kind == Kind::Word && !is_verb(token) && !is_joint(&token.word) && !is_adverb(&token.word))
            || matches!(token.kind, Kind::Number(_) | Kind::Quote)
    };
    if let Some(verb) = persons_verb(tokens).filter(|_| determined) {
        return Some(Finite { subject: Subject::Person, verb });
    }
    let length = tokens.iter().take(if determined { MAX_SUBJECT } else { 2 }).take_while(nominal).count();
    let adverbs = tokens[length..].iter().take(2).take_while(|token| is_adverb(&token.word)).count();
    let verb = length + adverbs;
    let named = length > usize::from(determined) && !words::COMMANDS.contains(&first.word.as_str());
    let acts = tokens.get(verb).is_some_and(is_verb);
    let person = tokens[..length].iter().any(|token| is_person(&token.word));
    let subject = if person { Subject::Person } else { Subject::Thing };
    (named && acts).then_some(Finite { subject, verb })
}

/// "the client signed off": after somebody, a word with the ending of a verb is one.
fn persons_verb(tokens: &[Token]) -> Option<usize> {
    let person = (1..tokens.len().min(MAX_SUBJECT)).find(|at| is_person(&tokens[*at].word))?;
    let verb = person + 1 + tokens[person + 1..].iter().take(2).take_while(|token| is_adverb(&token.word)).count();
    let word = tokens.get(verb).filter(|token| token.kind == Kind::Word)?.word.as_str();
    let past = word.len() > 3 && word.ends_with("ed")
        || matches!(
            word,
            "want"
                | "think"
                | "love"
                | "hate"
                | "like"
                | "gave"
                | "sent"
                | "wrote"
                | "made"
                | "took"
                | "dont"
                | "need"
                | "prefer"
        );
    past.then_some(verb)
}

/// Whether a question or a request begins here: "can it stay for 5 seconds", "is that possible".
pub(super) fn asks(tokens: &[Token], names: &Names) -> bool {
    let skip = tokens.iter().take(4).take_while(|token| is_connective(token)).count();
    let [verb, subject, ..] = &tokens[skip..] else { return false };
    let inverts = matches!(
        verb.word.as_str(),
        "can" | "could" | "would" | "will" | "should" | "shall" | "is" | "are" | "was" | "do" | "does" | "did" | "may"
    );
    let word = subject.word.as_str();
    inverts
        && (PERSONS.contains(&word)
            || PRONOUNS.contains(&word)
            // "do the same" is an order.
            || verb.word != "do" && DETERMINERS.contains(&word)
            || target::len(&tokens[skip + 1..], names).is_some())
}

/// Whether a word can be nothing but a verb with a subject.
pub(super) fn is_verb(token: &Token) -> bool {
    let typed = token.end - token.start;
    let changed = token.word == "change" && typed == 7;
    // "saying" and "lasting" describe what stands before them: "white text saying Hi".
    let participle = matches!(token.word.as_str(), "says" | "last-for") && matches!(typed, 6 | 7);
    token.kind == Kind::Word && !participle && (changed || VERBS.contains(&token.word.as_str()))
}

fn is_adverb(word: &str) -> bool {
    matches!(
        word,
        "really"
            | "still"
            | "just"
            | "also"
            | "only"
            | "now"
            | "always"
            | "never"
            | "all"
            | "maybe"
            | "definitely"
            | "honestly"
            | "probably"
            | "already"
            | "even"
            | "actually"
            | "currently"
            | "simply"
            | "both"
            | "not"
    )
}

fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "to" | "into" | "with" | "as" | "by" | "and" | "or" | "but" | "so" | "because" | "if" | "please" | "then"
    )
}

/// Whether a word names somebody rather than something.
pub(super) fn is_person(word: &str) -> bool {
    matches!(
        word,
        "boss"
            | "client"
            | "clients"
            | "customer"
            | "customers"
            | "wife"
            | "husband"
            | "mother"
            | "father"
            | "mom"
            | "mum"
            | "dad"
            | "sister"
            | "brother"
            | "son"
            | "daughter"
            | "kids"
            | "children"
            | "students"
            | "pupils"
            | "teacher"
            | "guests"
            | "bride"
            | "groom"
            | "couple"
            | "friend"
            | "friends"
            | "colleague"
            | "colleagues"
            | "team"
            | "manager"
            | "director"
            | "designer"
            | "partner"
            | "grandma"
            | "grandpa"
            | "visitors"
            | "professor"
            | "everybody"
            | "chef"
            | "lawyer"
            | "parents"
            | "users"
            | "audience"
            | "viewers"
            | "law"
    )
}
