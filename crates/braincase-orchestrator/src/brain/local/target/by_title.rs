//! Targets by the words of their titles: "the intro", "the pricing scene".

use std::rc::Rc;

use crate::brain::local::{
    board::Board,
    clause::Clause,
    question::Question,
    spelling,
    token::{self, Kind},
    words,
};

/// The words of each title, by place.
type Titles = Vec<(usize, Rc<[String]>)>;

type Places = Result<Option<Vec<usize>>, Question>;

/// The scene whose title a clause mentions.
pub(super) fn find(board: &Board, clause: &mut Clause<'_>) -> Places {
    find_from(board, clause, 0)
}

/// The scene whose title a clause mentions from a token on.
pub(in crate::brain::local) fn find_from(board: &Board, clause: &mut Clause<'_>, from: usize) -> Places {
    let titles: Titles = titles(board);
    if let Some((found, kin)) = whole_title(&titles, clause, from) {
        return if kin == Kin::Listed { Ok(Some(found)) } else { one_of(board, found) };
    }
    if let Some(found) = described(&titles, clause, from) {
        return one_of(board, found);
    }
    if let Some(found) = by_kind(board, &titles, clause, from) {
        return one_of(board, found);
    }
    let found = single_word(&titles, clause, from, |title, word| title == word).or_else(|| {
        single_word(&titles, clause, from, |title, word| word.len() > 4 && spelling::is_typo_of(word, title))
    });
    found.map_or(Ok(None), |found| one_of(board, found))
}

/// The scene with a title that was quoted.
pub(in crate::brain::local) fn quoted(board: &Board, title: &str) -> Option<usize> {
    let wanted = plain(title);
    let titles = titles(board);
    let exact = titles.iter().find(|(_, words)| **words == *wanted);
    exact
        .or_else(|| titles.iter().find(|(_, words)| !wanted.is_empty() && contains(words, &wanted)))
        .map(|(place, _)| *place)
}

/// The places of the scenes that will be left, and the telling words of their titles.
pub(in crate::brain::local) fn titles(board: &Board) -> Titles {
    let live = board.entries.iter().enumerate().filter(|(_, entry)| !entry.deleted);
    live.map(|(place, entry)| (place, board.words_of(entry.spec.title.as_str(), plain))).collect()
}

fn plain(title: &str) -> Vec<String> {
    let tokens = token::tokenize(title).into_iter().filter(|token| token.kind == Kind::Word);
    let words = tokens
        .map(|token| token.word)
        .filter(|word| !matches!(word.as_str(), "the" | "a" | "an" | "scene" | "our" | "and"));
    words.collect()
}

fn contains(words: &[String], part: &[String]) -> bool {
    part.len() <= words.len() && words.windows(part.len()).any(|window| window == part)
}

fn one_of(board: &Board, mut places: Vec<usize>) -> Places {
    places.dedup();
    match places.len() {
        0 => Ok(None),
        1 => Ok(Some(places)),
        _ => Err(Question::which_scene(board, &places)),
    }
}

/// All the words of a title, one after the other; of several titles the longest, or all if they stand side by side.
fn whole_title(titles: &[(usize, Rc<[String]>)], clause: &mut Clause<'_>, from: usize) -> Option<(Vec<usize>, Kin)> {
    let named = titles.iter().filter(|(_, title)| !title.is_empty());
    let hits: Vec<(usize, usize, usize)> = named
        .filter_map(|(place, title)| {
            let at = (from..clause.len()).find(|at| title_at(clause, *at, title))?;
            Some((at, title.len(), *place))
        })
        .collect();
    let longest = hits.iter().map(|(_, length, _)| *length).max()?;
    let listed = |(at, ..): &(usize, usize, usize)| {
        hits.iter().any(|(other, length, _)| {
            let end = other + length;
            *at > end
                && *at <= end + 3
                && (end..*at).any(|joint| clause.word(joint) == "and" || clause.kind(joint) == Some(Kind::Comma))
        })
    };
    let apart = hits.len() > 1 && hits.iter().filter(|hit| !listed(hit)).count() == 1;
    let chosen: Vec<_> = hits.iter().copied().filter(|(_, length, _)| apart || *length == longest).collect();
    for (at, length, _) in &chosen {
        let noun = words::SCENE.contains(&clause.word(at + length)) || clause.word(at + length) == "one";
        clause.claim(*at, at + length + usize::from(noun));
        if *at > 0 && words::SCENE.contains(&clause.word(at - 1)) {
            clause.claim(at - 1, *at);
        }
    }
    Some((chosen.into_iter().map(|(.., place)| place).collect(), if apart { Kin::Listed } else { Kin::Alike }))
}

/// How several titles that were found belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kin {
    /// They stand side by side: all are meant.
    Listed,
    /// They are called the same: one is meant.
    Alike,
}

fn title_at(clause: &Clause<'_>, at: usize, title: &[String]) -> bool {
    if !title.iter().enumerate().all(|(n, word)| clause.word(at + n) == word) {
        return false;
    }
    let noun = words::SCENE.contains(&clause.word(at + title.len())) || clause.word(at + title.len()) == "one";
    let named = at > 0 && words::SCENE.contains(&clause.word(at - 1));
    let telling = title.iter().any(|word| !words::is_reserved(word) || is_kind(word));
    noun || named || telling
}

fn is_kind(word: &str) -> bool {
    matches!(word, "intro" | "outro" | "opening" | "closing" | "credits")
}

/// "the X scene", where X are words of its title.
fn described(titles: &[(usize, Rc<[String]>)], clause: &mut Clause<'_>, from: usize) -> Option<Vec<usize>> {
    let noun =
        (from + 1..clause.len()).find(|at| words::SCENE.contains(&clause.word(*at)) || clause.word(*at) == "one")?;
    let the = (from..noun).rev().take(4).find(|at| matches!(clause.word(*at), "the" | "our" | "my" | "that"))?;
    let adjectives: Vec<String> = (the + 1..noun).map(|at| clause.word(at).to_owned()).collect();
    if adjectives.is_empty() || adjectives.iter().any(String::is_empty) {
        return None;
    }
    let places: Vec<usize> =
        titles.iter().filter(|(_, title)| contains(title, &adjectives)).map(|(place, _)| *place).collect();
    if places.is_empty() {
        return None;
    }
    clause.claim(the, noun + 1);
    Some(places)
}

/// "the intro" is the first scene, "the closing one" the last, even if they are called otherwise.
fn by_kind(
    board: &Board,
    titles: &[(usize, Rc<[String]>)],
    clause: &mut Clause<'_>,
    from: usize,
) -> Option<Vec<usize>> {
    let at = (from..clause.len()).find(|at| {
        let word = clause.word(*at);
        let kind = words::OPENING.contains(&word) || words::CLOSING.contains(&word);
        let noun = words::SCENE.contains(&clause.word(at + 1)) || clause.word(at + 1) == "one";
        let alone = !matches!(word, "end" | "final" | "opener" | "cover")
            && at
                .checked_sub(1)
                .is_some_and(|before| matches!(clause.any_word(before), "the" | "our" | "my" | "delete" | "and"));
        kind && (noun || alone)
    })?;
    let table = if words::OPENING.contains(&clause.word(at)) { words::OPENING } else { words::CLOSING };
    let noun = words::SCENE.contains(&clause.word(at + 1)) || clause.word(at + 1) == "one";
    clause.claim(at, at + 1 + usize::from(noun));
    let named = titles.iter().filter(|(_, title)| {
        title.iter().any(|word| table.contains(&word.as_str()) || table == words::OPENING && word == "welcome")
    });
    let named: Vec<usize> = named.map(|(place, _)| *place).collect();
    if !named.is_empty() {
        return Some(named);
    }
    let edge = if table == words::OPENING { board.order.first() } else { board.order.last() };
    edge.map(|place| vec![*place])
}

/// A word that only titles have.
fn single_word(
    titles: &[(usize, Rc<[String]>)],
    clause: &mut Clause<'_>,
    from: usize,
    alike: impl Fn(&str, &str) -> bool,
) -> Option<Vec<usize>> {
    for at in from..clause.len() {
        let word = clause.word(at);
        if word.chars().count() < 4 || words::is_reserved(word) {
            continue;
        }
        let same = |title: &String| {
            alike(title, word)
                || title.strip_suffix('s') == Some(word)
                || word.strip_suffix('s') == Some(title.as_str())
        };
        let places: Vec<usize> =
            titles.iter().filter(|(_, title)| title.iter().any(same)).map(|(place, _)| *place).collect();
        if !places.is_empty() {
            let noun = words::SCENE.contains(&clause.word(at + 1)) || clause.word(at + 1) == "one";
            clause.claim(at, at + 1 + usize::from(noun));
            return Some(places);
        }
    }
    None
}
