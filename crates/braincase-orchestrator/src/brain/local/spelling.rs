//! Plain forms: lower case, synonyms joined, small typos of the words that matter corrected.

use super::{
    numbers,
    token::{Kind, Token},
    words,
};

/// After this many corrections attempted in one request, words are taken as they are, so that the work stays bounded.
const MAX_CORRECTIONS: usize = 400;
/// Longer words are no commands.
const MAX_WORD: usize = 24;

/// Brings words into their plain form.
#[derive(Debug, Default)]
pub(super) struct Speller {
    attempts: usize,
}

impl Speller {
    /// The plain form of a word as it was typed.
    pub(super) fn plain(&mut self, raw: &str) -> String {
        let lower = raw.to_lowercase().replace('’', "'");
        let stem = lower.strip_suffix("'s").unwrap_or(&lower);
        let word: String = stem.chars().filter(|c| *c != '\'').collect();
        if let Some(same) = words::synonyms::plain(&word) {
            return same.to_owned();
        }
        if self.attempts >= MAX_CORRECTIONS || !(4..=MAX_WORD).contains(&word.len()) || words::is_known(&word) {
            return word;
        }
        if let Some(known) = stem_of(&word) {
            return known.to_owned();
        }
        self.attempts += 1;
        match words::typos::correctable().find(|known| is_typo_of(&word, known)) {
            Some(known) => words::synonyms::plain(known).unwrap_or(known).to_owned(),
            None => word,
        }
    }
}

/// "extending" is "extend", "swapped" is "swap": the order that an inflected verb is a form of, in its plain form.
fn stem_of(word: &str) -> Option<&'static str> {
    let stem =
        ["ing", "ed", "es", "s"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| stem.len() >= 3)?;
    // "swapp" of "swapping" is "swap".
    let single =
        stem.get(..stem.len() - 1).filter(|short| short.len() > 2 && short.chars().last() == stem.chars().last());
    let forms = [Some(stem.to_owned()), Some(format!("{stem}e")), single.map(str::to_owned)];
    let order = |form: &str| {
        let plain = words::synonyms::plain(form);
        words::COMMANDS
            .iter()
            .copied()
            .find(|command| *command == plain.unwrap_or(form))
            .filter(|command| is_inflected(command))
    };
    forms.iter().flatten().find_map(|form| order(form))
}

/// Whether the forms of a verb mean what it means; "titles" and "does" do not.
fn is_inflected(verb: &str) -> bool {
    !matches!(
        verb,
        "attach"
            | "title"
            | "name"
            | "do"
            | "have"
            | "same"
            | "color"
            | "end"
            | "start"
            | "begin"
            | "use"
            | "call"
            | "show"
            | "like"
            | "need"
            | "take"
            | "put"
            | "make"
            | "keep"
            | "leave"
            | "tell"
            | "cut"
            | "give"
            | "place"
    )
}

/// Replaces phrases by the one word that they mean, and number words by numbers.
pub(super) fn join_phrases(tokens: &[Token]) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        // "way too slow" is no more than "too slow".
        let emphatic = matches!(tokens[at].word.as_str(), "way" | "far" | "much" | "so" | "really")
            && tokens.get(at + 1).is_some_and(|next| next.word == "too");
        if emphatic {
            at += 1;
            continue;
        }
        let matched = words::phrases::at_start_of(|n| tokens.get(at + n).map(|token| token.word.as_str()));
        if let Some((length, meaning)) = matched {
            let (start, end) = (tokens[at].start, tokens[at + length - 1].end);
            joined.push(Token { kind: Kind::Word, word: meaning.to_owned(), start, end });
            at += length;
            continue;
        }
        joined.push(number_word(&tokens[at]));
        if joined.len() >= 2 && is_tens_and_units(&joined) {
            merge_last_two(&mut joined);
        }
        at += 1;
    }
    particles(&mut joined);
    slides(&mut joined);
    counted_scenes(&mut joined);
    joined
}

/// "throw Dinner out": the verb and its particle are one word, whatever stands between them.
fn particles(tokens: &mut Vec<Token>) {
    let mut at = 0;
    while at < tokens.len() {
        let verb =
            matches!(tokens[at].word.as_str(), "throw" | "kick" | "take" | "cut" | "pull" | "strip" | "leave" | "get");
        let object = |token: &&Token| token.kind == Kind::Word || matches!(token.kind, Kind::Hash(_) | Kind::Quote);
        let numbered = |token: &&Token| matches!(token.kind, Kind::Number(_));
        let rest = &tokens[at + 1..];
        let reach = rest.iter().take(7).take_while(|token| object(token) || numbered(token));
        let particle = reach.clone().position(|token| matches!(token.word.as_str(), "out" | "away" | "off"));
        let timed = reach
            .clone()
            .any(|token| matches!(token.word.as_str(), "seconds" | "second" | "ms" | "percent" | "fade" | "zoom"));
        if let Some(particle) = particle.filter(|particle| verb && *particle > 0 && !timed) {
            "delete".clone_into(&mut tokens[at].word);
            match tokens[at + 1 + particle].word.as_str() {
                // "take the star off scene 2"
                "off" => "from".clone_into(&mut tokens[at + 1 + particle].word),
                _ => drop(tokens.remove(at + 1 + particle)),
            }
        }
        at += 1;
    }
}

fn number_word(token: &Token) -> Token {
    let mut token = token.clone();
    if let Some(value) = numbers::cardinal(&token.word) {
        token.kind = Kind::Number(value);
    }
    token
}

fn is_tens_and_units(tokens: &[Token]) -> bool {
    let [.., tens, units] = tokens else { return false };
    match (tens.kind, units.kind) {
        (Kind::Number(t), Kind::Number(u)) => {
            !tens.word.is_empty() && !units.word.is_empty() && t >= 20.0 && t % 10.0 == 0.0 && u < 10.0
        }
        _ => false,
    }
}

fn merge_last_two(tokens: &mut Vec<Token>) {
    if let (Some(units), Some(tens)) = (tokens.pop(), tokens.last_mut())
        && let (Kind::Number(t), Kind::Number(u)) = (tens.kind, units.kind)
    {
        tens.kind = Kind::Number(t + u);
        tens.end = units.end;
    }
}

/// "a quick 3 scene video" has three scenes.
fn counted_scenes(tokens: &mut [Token]) {
    for at in 1..tokens.len().saturating_sub(1) {
        let many = matches!(tokens[at - 1].kind, Kind::Number(count) if count > 1.0);
        if many && tokens[at].word == "scene" && tokens[at + 1].word == "video" {
            tokens[at].word = "scenes".to_owned();
        }
    }
}

/// A slide is a scene, but to slide is a motion: only the noun is renamed.
fn slides(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        if !matches!(tokens[at].word.as_str(), "slide" | "slides") {
            continue;
        }
        let next = tokens.get(at + 1);
        let moves = next.is_some_and(|next| words::AFTER_SLIDE_MOTION.contains(&next.word.as_str()));
        let numbered = next.is_some_and(|next| matches!(next.kind, Kind::Number(_) | Kind::Hash(_)));
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let noun = before.is_some_and(|before| {
            words::BEFORE_SCENE.contains(&before.word.as_str())
                || numbers::ordinal(&before.word).is_some()
                || matches!(before.kind, Kind::Number(_))
        });
        if numbered || (noun && !moves) {
            let plural = tokens[at].word == "slides";
            tokens[at].word = if plural { "scenes" } else { "scene" }.to_owned();
        }
    }
}

/// Whether one letter was lost, added, changed, or swapped with its neighbour; two in long words.
pub(super) fn is_typo_of(word: &str, known: &str) -> bool {
    // People rarely miss the first letter, and most words that differ there are other words.
    if word.chars().next() != known.chars().next() {
        return false;
    }
    let allowed = if known.len() >= 8 { 2 } else { 1 };
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    a.len().abs_diff(b.len()) <= allowed && (distance(&a, &b) <= allowed || is_jumbled(&a, &b))
}

/// Whether two words of some length have the same letters, with the same one at the end.
fn is_jumbled(a: &[char], b: &[char]) -> bool {
    let sorted = |word: &[char]| {
        let mut letters = word.to_vec();
        letters.sort_unstable();
        letters
    };
    a.len() >= 5 && a.last() == b.last() && sorted(a) == sorted(b)
}

/// The number of single-letter edits, a swap of neighbours counted as one.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}
