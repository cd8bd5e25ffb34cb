//! Numbers as people write them: cardinals, ordinals and lengths of time.

use super::{clause::Clause, token::Kind};

const CARDINALS: &[(&str, f64)] = &[
    ("zero", 0.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
];
const ORDINALS: &[&str] = &[
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

/// The value of a number word. "one" is left out: it mostly stands for a noun.
pub(super) fn cardinal(word: &str) -> Option<f64> {
    CARDINALS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The value of "third" or "3rd".
pub(super) fn ordinal(word: &str) -> Option<usize> {
    if let Some(place) = ORDINALS.iter().position(|name| *name == word) {
        return Some(place + 1);
    }
    let digits = word.trim_end_matches(char::is_alphabetic);
    (digits.len() + 2 == word.len()).then(|| digits.parse().ok()).flatten()
}

/// A length of time found in a clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// How long, in milliseconds.
    pub(super) millis: f64,
    /// Its first token.
    pub(super) start: usize,
    /// The token after its last.
    pub(super) end: usize,
}

/// Finds the lengths of time in a clause.
pub(super) fn spans(clause: &Clause<'_>) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut at = 0;
    while at < clause.len() {
        match span_at(clause, at) {
            Some(span) => {
                at = span.end;
                join_or_push(clause, &mut found, span);
            }
            None => at += 1,
        }
    }
    found
}

/// "1 minute 30 seconds" is one length of time.
fn join_or_push(clause: &Clause<'_>, found: &mut Vec<Span>, span: Span) {
    if let Some(last) = found.last_mut() {
        let gap = span.start - last.end;
        let touching = gap == 0 || (gap == 1 && clause.word(last.end) == "and");
        if touching && last.millis >= 60_000.0 && span.millis < 60_000.0 {
            last.millis += span.millis;
            last.end = span.end;
            return;
        }
    }
    found.push(span);
}

fn span_at(clause: &Clause<'_>, at: usize) -> Option<Span> {
    let (count, unit_at) = count_at(clause, at)?;
    let unit = unit(clause.word(unit_at))?;
    let plain_number = clause.number(at).is_some();
    // "a second scene" counts scenes, not seconds.
    if !plain_number && super::words::SCENE.contains(&clause.any_word(unit_at + 1)) {
        return None;
    }
    let mut span = Span { millis: count * unit, start: at, end: unit_at + 1 };
    if clause.seq(span.end, &["and", "a", "half"]) {
        span.millis += unit / 2.0;
        span.end += 3;
    }
    Some(span)
}

/// How many, and the token where the unit is expected.
fn count_at(clause: &Clause<'_>, at: usize) -> Option<(f64, usize)> {
    if let Some(value) = clause.number(at) {
        let half = clause.seq(at + 1, &["and", "a", "half"]);
        let more = usize::from(matches!(clause.word(at + 1), "more" | "extra" | "full" | "whole"));
        return Some(if half { (value + 0.5, at + 4) } else { (value, at + 1 + more) });
    }
    let forms: &[(&[&str], f64)] = &[
        (&["another", "one", "and", "a", "half"], 1.5),
        (&["one", "and", "a", "half"], 1.5),
        (&["a", "couple", "of"], 2.0),
        (&["a", "couple"], 2.0),
        (&["a", "few"], 3.0),
        (&["a", "quarter", "of", "a"], 0.25),
        (&["quarter", "of", "a"], 0.25),
        (&["quarter"], 0.25),
        (&["half", "a"], 0.5),
        (&["a", "half"], 0.5),
        (&["half"], 0.5),
        (&["one", "more"], 1.0),
        (&["one"], 1.0),
        (&["an", "extra"], 1.0),
        (&["another"], 1.0),
        (&["a", "full"], 1.0),
        (&["a"], 1.0),
    ];
    forms.iter().find(|(words, _)| clause.seq(at, words)).map(|(words, value)| (*value, at + words.len()))
}

fn unit(word: &str) -> Option<f64> {
    match word {
        "seconds" | "second" => Some(1_000.0),
        "ms" => Some(1.0),
        "minute" => Some(60_000.0),
        "hour" | "hours" | "h" => Some(3_600_000.0),
        "day" | "days" => Some(86_400_000.0),
        _ => None,
    }
}

/// A multiple: "twice", "3 times", "2x", "150 percent of".
pub(super) fn multiple(clause: &Clause<'_>) -> Option<f64> {
    if clause.has(&["twice", "double", "doubled"]) {
        return Some(2.0);
    }
    if clause.has(&["triple", "thrice"]) {
        return Some(3.0);
    }
    if clause.has(&["half", "halve", "halved"]) {
        return Some(0.5);
    }
    (0..clause.len()).find_map(|at| {
        let value = clause.number(at)?;
        matches!(clause.word(at + 1), "times" | "x" | "fold").then_some(value)
    })
}

/// A share in percent, as a fraction.
pub(super) fn percent(clause: &Clause<'_>) -> Option<f64> {
    (0..clause.len()).find_map(|at| {
        let value = clause.number(at)?;
        (clause.word(at + 1) == "percent").then_some(value / 100.0)
    })
}

/// The first number left in a clause that is no scene's.
pub(super) fn bare(clause: &Clause<'_>) -> Option<f64> {
    (0..clause.len()).find_map(|at| match clause.kind(at) {
        Some(Kind::Number(value)) => Some(value),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
