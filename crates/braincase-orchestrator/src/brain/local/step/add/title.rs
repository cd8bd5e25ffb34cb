//! What a new scene is called if no title is given.

use crate::brain::local::{clause::Clause, token::Kind};

/// "two scenes: A and B": the titles, if there are as many as scenes, or it is not said how many.
pub(super) fn listed(clause: &mut Clause<'_>, noun: usize, count: Option<u32>) -> Vec<String> {
    let announces = |at: &usize| clause.kind(*at) == Some(Kind::Colon) || clause.word(*at) == "called";
    let Some(marker) = (noun + 1..clause.len().min(noun + 10)).find(announces) else { return Vec::new() };
    let first = marker + 1 + usize::from(clause.kind(marker + 1) == Some(Kind::Colon));
    let mut start = first;
    let mut titles = Vec::new();
    let mut end = clause.len();
    for at in first..=clause.len() {
        // "…, each 3 seconds long"
        let ends = at == clause.len() || matches!(clause.word(at), "each" | "all" | "every");
        let joint = clause.kind(at) == Some(Kind::Comma) || clause.word(at) == "and" || ends;
        // "one called A and the other called B"
        while joint
            && start < at
            && matches!(
                clause.word(start),
                "one" | "another" | "the" | "other" | "called" | "is" | "first" | "second" | "third" | "last"
            )
        {
            start += 1;
        }
        if joint && at > start {
            let quote = at == start + 1 && clause.kind(start) == Some(Kind::Quote);
            let title = if quote { clause.quoted(start) } else { clause.raw(start, at) };
            titles.push(title.trim_matches(|c: char| c.is_whitespace() || ".!".contains(c)).to_owned());
        }
        if joint {
            start = at + 1;
        }
        if ends {
            end = at;
            break;
        }
    }
    if titles.len() < 2 || count.is_some_and(|count| u32::try_from(titles.len()) != Ok(count)) {
        return Vec::new();
    }
    clause.claim(marker, end);
    titles
}

pub(super) fn of_kind(clause: &Clause<'_>, noun: usize) -> Option<String> {
    let of = |word: &str| {
        Some(match word {
            "intro" => "Intro",
            "outro" => "Outro",
            "opening" => "Opening",
            "closing" | "end" | "final" => "Closing",
            "credits" => "Credits",
            "title-scene" | "cover" => "Title",
            "transition" => "Transition",
            "thank-you" => "Thank you",
            _ => return None,
        })
    };
    let before = noun.checked_sub(1).map_or("", |before| clause.word(before));
    of(clause.word(noun)).or_else(|| of(before)).map(str::to_owned)
}

/// "a pricing scene" is called "Pricing".
pub(super) fn described(clause: &Clause<'_>, noun: usize) -> Option<String> {
    let from = (noun.saturating_sub(4)..noun)
        .rev()
        .find(|at| matches!(clause.word(*at), "a" | "an" | "another" | "new" | "the" | "our" | "add"))?;
    let telling = |at: &usize| {
        let word = clause.word(*at);
        !word.is_empty() && !is_plain_adjective(word) && clause.number(*at).is_none()
    };
    let start = (from + 1..noun).find(telling)?;
    let words = clause.raw(start, noun);
    ((start..noun).all(|at| telling(&at)) && !words.is_empty()).then(|| capitalized(words))
}

fn is_plain_adjective(word: &str) -> bool {
    crate::brain::local::colors::named(word).is_some()
        || matches!(
            word,
            "new"
                | "short"
                | "long"
                | "quick"
                | "blank"
                | "empty"
                | "more"
                | "simple"
                | "nice"
                | "extra"
                | "additional"
                | "first"
                | "last"
                | "second"
                | "third"
                | "seconds"
                | "minute"
                | "plain"
                | "big"
                | "small"
                | "dark"
                | "light"
                | "little"
                | "cool"
                | "another"
                | "single"
                | "different"
                | "fast"
                | "slow"
                | "very"
                | "of"
                | "my"
                | "our"
                | "gradient"
                | "final"
                | "more-or-less"
                | "half"
                | "white"
                | "bold"
                | "brief"
                | "fresh"
                | "bright"
                | "image"
                | "images"
                | "ms"
        )
}

pub(super) fn is_none(topic: &str) -> bool {
    matches!(
        topic.to_lowercase().as_str(),
        "that"
            | "it"
            | "me"
            | "us"
            | "this"
            | "now"
            | "the video"
            | "the project"
            | "the end"
            | "the beginning"
            | "the start"
    )
}

/// "our new prices" becomes "New prices".
pub(super) fn capitalized(words: &str) -> String {
    let words = words.trim();
    let bare = ["our ", "the ", "my ", "your ", "a ", "an "]
        .iter()
        .find_map(|article| {
            words
                .get(..article.len())
                .filter(|head| head.eq_ignore_ascii_case(article))
                .map(|_| &words[article.len()..])
        })
        .unwrap_or(words);
    let mut chars = bare.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
