//! Finds where the pieces of a text end that tokens never reach over.
//!
//! The vocabularies come with a regular expression that cuts a text into words, numbers, punctuation and spaces. What
//! follows is that expression by hand: alternatives are tried in its order, and each is as greedy as it says.

use super::classes::{Classes, HEAD, LETTER, NEWLINE, NUMBER, OTHER, SPACE, TAIL};

/// By which rules a text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// Words change where their case does (`camelCase` is two), and contractions stay with their word.
    O200k,
    /// Words are letters, and contractions are pieces of their own.
    Cl100k,
}

/// Where the piece ends that begins at `at`, which is within the text.
#[inline]
pub(super) fn end_of_piece(rules: Rules, classes: &Classes, text: &[u8], at: usize) -> usize {
    match rules {
        Rules::O200k => o200k(classes, text, at),
        Rules::Cl100k => cl100k(classes, text, at),
    }
}

#[inline]
fn o200k(classes: &Classes, text: &[u8], at: usize) -> usize {
    let Some((class, len)) = classes.at(text, at) else { return at };
    let next = at + len;
    if class & NUMBER != 0 {
        return number(classes, text, at);
    }
    // One character that is neither letter nor digit nor line end may lead a word, such as the space before it.
    let word = if class & LETTER != 0 {
        word(classes, text, at)
    } else if class & NEWLINE != 0 {
        None
    } else if class & HEAD != 0 {
        // A mark leads a word or is one, but capitals come only after both.
        mixed_case(classes, text, next).or_else(|_| mixed_case(classes, text, at)).ok()
    } else {
        word(classes, text, next)
    };
    match word {
        Some(end) => contraction(text, end).unwrap_or(end),
        None => punctuation(classes, text, at, b"\r\n/").unwrap_or_else(|| spaces(classes, text, at)),
    }
}

#[inline]
fn cl100k(classes: &Classes, text: &[u8], at: usize) -> usize {
    let Some((class, len)) = classes.at(text, at) else { return at };
    if class & LETTER != 0 {
        return classes.run(text, at, LETTER);
    }
    if class & NUMBER != 0 {
        return number(classes, text, at);
    }
    if let Some(end) = contraction(text, at) {
        return end;
    }
    if class & NEWLINE == 0 {
        let end = classes.run(text, at + len, LETTER);
        if end > at + len {
            return end;
        }
    }
    punctuation(classes, text, at, b"\r\n").unwrap_or_else(|| spaces(classes, text, at))
}

/// A word in mixed case, or else of capitals.
#[inline]
fn word(classes: &Classes, text: &[u8], at: usize) -> Option<usize> {
    let end = mixed_case(classes, text, at).unwrap_or_else(|capitals| capitals);
    (end > at).then_some(end)
}

/// `HEAD* TAIL+`, or where the heads end that no tail follows.
#[inline]
fn mixed_case(classes: &Classes, text: &[u8], at: usize) -> Result<usize, usize> {
    let (mut heads, mut last_tail) = (at, None);
    while let Some((class, len)) = classes.at(text, heads)
        && class & HEAD != 0
    {
        heads += len;
        if class & TAIL != 0 {
            last_tail = Some(heads);
        }
    }
    let tails = classes.run(text, heads, TAIL);
    if tails > heads { Ok(tails) } else { last_tail.ok_or(heads) }
}

/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`; the long s is an s, too.
#[inline]
fn contraction(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b'\'', b's' | b'S' | b't' | b'T' | b'm' | b'M' | b'd' | b'D', ..] => Some(at + 2),
        [b'\'', b'r' | b'R' | b'v' | b'V', b'e' | b'E', ..] | [b'\'', b'l' | b'L', b'l' | b'L', ..] => Some(at + 3),
        [b'\'', 0xc5, 0xbf, ..] => Some(at + 3),
        _ => None,
    }
}

/// `\p{N}{1,3}`.
#[inline]
fn number(classes: &Classes, text: &[u8], at: usize) -> usize {
    let mut end = at;
    for _ in 0..3 {
        match classes.at(text, end) {
            Some((class, len)) if class & NUMBER != 0 => end += len,
            Some(_) | None => break,
        }
    }
    end
}

/// ` ?[^\s\p{L}\p{N}]+`, and what may follow.
#[inline]
fn punctuation(classes: &Classes, text: &[u8], at: usize, followers: &[u8]) -> Option<usize> {
    let start = at + usize::from(text.get(at) == Some(&b' '));
    let mut end = classes.run(text, start, OTHER);
    if end == start {
        return None;
    }
    while text.get(end).is_some_and(|byte| followers.contains(byte)) {
        end += 1;
    }
    Some(end)
}

/// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end, or else all but the space that leads the next word.
#[inline]
fn spaces(classes: &Classes, text: &[u8], at: usize) -> usize {
    let (mut end, mut last, mut after_newline) = (at, at, None);
    while let Some((class, len)) = classes.at(text, end)
        && class & SPACE != 0
    {
        last = end;
        end += len;
        if class & NEWLINE != 0 {
            after_newline = Some(end);
        }
    }
    let all_but_last = if end == text.len() || last == at { end } else { last };
    after_newline.unwrap_or(all_but_last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(rules: Rules, text: &str) -> Vec<&str> {
        let (classes, mut at, mut pieces) = (Classes::get(), 0, Vec::new());
        while at < text.len() {
            let end = end_of_piece(rules, classes, text.as_bytes(), at);
            pieces.push(&text[at..end]);
            at = end;
        }
        pieces
    }

    #[test]
    fn words_are_cut_where_the_rules_say() {
        let text = "It's camelCase, HTTPServer'LL 12345 e\u{301}!\n\n  ok//\n";
        let o200k = ["It's", " camel", "Case", ",", " HTTPServer'LL", " ", "123", "45", " e\u{301}", "!\n\n", " "];
        assert_eq!(split(Rules::O200k, text), [&o200k[..], &[" ok", "//\n"]].concat());
        let cl100k = ["It", "'s", " camelCase", ",", " HTTPServer", "'LL", " ", "123", "45", " e", "\u{301}!\n\n", " "];
        assert_eq!(split(Rules::Cl100k, text), [&cl100k[..], &[" ok", "//\n"]].concat());
    }

    #[test]
    fn a_mark_before_capitals_stands_alone_and_leads_small_letters() {
        assert_eq!(split(Rules::O200k, "\u{301}ABC"), ["\u{301}", "ABC"]);
        assert_eq!(split(Rules::O200k, "\u{301}Abc"), ["\u{301}Abc"]);
    }

    #[test]
    fn the_last_space_goes_with_the_next_word() {
        assert_eq!(split(Rules::O200k, "a   b\t\tc \n d  "), ["a", "  ", " b", "\t", "\tc", " \n", " d", "  "]);
    }
}
