//! Targets: which scenes a step is about, by number, place, title, content, or all of them.

mod by_content;
mod by_title;
mod range;

pub(super) use by_title::{quoted, titles};

use self::range::is_all;
use super::{board::Board, clause::Clause, numbers, question::Question, token::Kind, words};

/// The scenes that a step names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Their places on the board.
    pub(super) places: Vec<usize>,
    /// How they were named.
    pub(super) how: How,
}

/// How scenes were named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// One by one.
    Each,
    /// As all of them.
    All,
    /// As all before, after or between others.
    Range,
    /// As one video: what is said of its length is said of the sum.
    Whole,
}

/// What a reader of targets knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'b> {
    /// The storyboard.
    pub(super) board: &'b Board,
    /// What "previous" and "next" count from.
    pub(super) base: Option<usize>,
    /// What "the others" are the others of.
    pub(super) last: &'b [usize],
}

type Answer = Result<Option<Named>, Question>;

impl Lookup<'_> {
    /// The scenes that a clause names, if it names any; their tokens are claimed.
    pub(super) fn read(&self, clause: &mut Clause<'_>) -> Answer {
        let but = || {
            let all = |at: &usize| (0..*at).any(|before| words::ALL.contains(&clause.word(before)));
            (1..clause.len()).find(|at| clause.word(*at) == "but" && all(at))
        };
        if is_uncertain(clause) {
            return Err(Question::which_scene(self.board, &self.board.all()));
        }
        if let Some(except) = clause.find(&["except", "all-except"]).or_else(but) {
            return self.all_but(clause, except);
        }
        if let Some(named) = self.beside(clause)? {
            return Ok(Some(named));
        }
        if let Some(named) = self.range(clause)? {
            return Ok(Some(named));
        }
        if let Some(named) = self.by_place(clause, 0, clause.len())? {
            return Ok(Some(named));
        }
        if let Some(places) = by_content::find(self.board, clause)? {
            return Ok(Some(Named { places, how: How::Each }));
        }
        if let Some(places) = by_title::find(self.board, clause)? {
            return Ok(Some(Named { places, how: How::Each }));
        }
        Ok(self.others(clause).or_else(|| self.all(clause)).or_else(|| self.bare_number(clause)))
    }

    /// The one scene that an anchor such as "after the intro" names.
    pub(super) fn anchor(&self, clause: &mut Clause<'_>, start: usize) -> Result<Option<usize>, Question> {
        if let Some(named) = self.by_place(clause, start, (start + 6).min(clause.len()))? {
            return Ok(named.places.first().copied());
        }
        if let Some(places) = by_title::find_from(self.board, clause, start)? {
            return Ok(places.first().copied());
        }
        let first = clause.word(start);
        let pronoun = matches!(first, "it" | "this" | "that")
            || (first == "this" || first == "that") && clause.word(start + 1) == "scene";
        if pronoun {
            clause.claim(start, start + 2);
            return Ok(self.base);
        }
        Ok(None)
    }

    /// "the scene after Beach", "the one before Goodbye".
    fn beside(&self, clause: &mut Clause<'_>) -> Answer {
        let definite = |at: &usize| {
            clause.any_word(at.wrapping_sub(1)) == "the"
                && matches!(clause.word(*at), "scene" | "one")
                && matches!(clause.word(at + 1), "before" | "after")
        };
        let Some(at) = (1..clause.len()).find(definite) else { return Ok(None) };
        let before = clause.word(at + 1) == "before";
        let Some(anchor) = self.anchor(clause, at + 2)? else { return Ok(None) };
        clause.claim(at, at + 2);
        let place = if before { anchor.checked_sub(1) } else { Some(anchor + 1) };
        match place.filter(|place| *place < self.board.before) {
            Some(place) => Ok(Some(Named { places: vec![place], how: How::Each })),
            None => Err(Question::which_scene(self.board, &self.board.all())),
        }
    }

    fn all_but(&self, clause: &mut Clause<'_>, except: usize) -> Answer {
        let mut rest = clause.clone();
        rest.claim(0, except + 1);
        let end = (except + 8).min(clause.len());
        let kept = match self.by_place(&mut rest, except + 1, end)? {
            Some(named) => named.places,
            None => match by_title::find(self.board, &mut rest)? {
                Some(places) => places,
                None => return Err(Question::which_scene(self.board, &self.board.all())),
            },
        };
        let spoken: Vec<usize> = (except + 1..clause.len()).filter(|at| rest.kind(*at).is_none()).collect();
        for at in spoken {
            clause.claim(at, at + 1);
        }
        clause.claim(except, except + 1);
        for at in 0..except {
            if words::ALL.contains(&clause.word(at)) || words::SCENE.contains(&clause.word(at)) {
                clause.claim(at, at + 1);
            }
        }
        let places = self.board.all().into_iter().filter(|place| !kept.contains(place)).collect();
        Ok(Some(Named { places, how: How::All }))
    }

    fn by_place(&self, clause: &mut Clause<'_>, start: usize, end: usize) -> Answer {
        let mut places: Vec<usize> = Vec::new();
        let mut at = start;
        while at < end {
            let Some((found, next)) = self.numbered(clause, at)?.or(self.counted(clause, at)?) else {
                at += 1;
                continue;
            };
            clause.claim(at, next);
            places.extend(found.into_iter().filter(|place| !places.contains(place)).collect::<Vec<_>>());
            at = next;
        }
        Ok((!places.is_empty()).then_some(Named { places, how: How::Each }))
    }

    /// "scene 2", "scenes 2, 3 and 5", "scenes 1-3", "number two", "#2".
    fn numbered(&self, clause: &Clause<'_>, at: usize) -> Result<Option<(Vec<usize>, usize)>, Question> {
        let word = clause.word(at);
        let hash = matches!(clause.kind(at), Some(Kind::Hash(_)));
        if !hash && !words::SCENE.contains(&word) && !matches!(word, "number" | "no" | "nr") {
            return Ok(None);
        }
        let mut next = if hash { at } else { at + 1 };
        if matches!(clause.word(next), "number" | "no" | "nr") {
            next += 1;
        }
        let Some(mut last) = scene_number(clause, next) else { return Ok(None) };
        next += 1;
        let mut places = vec![self.place(last)?];
        while let Some((joint, number, after)) = list_goes_on(clause, next, word == "scenes") {
            let from = if joint == Joint::Range { last + 1.0 } else { number };
            let mut value = from;
            while value <= number && places.len() <= self.board.before {
                places.push(self.place(value)?);
                value += 1.0;
            }
            if joint == Joint::Choice {
                return Err(Question::which_scene(self.board, &places));
            }
            last = number;
            next = after;
        }
        Ok(Some((places, next)))
    }

    fn place(&self, number: f64) -> Result<usize, Question> {
        let whole = (1.0..=100_000.0).contains(&number) && number.fract() == 0.0;
        let place =
            whole.then(|| self.board.all().into_iter().find(|place| self.board.numbered_as(*place, number))).flatten();
        place.ok_or_else(|| Question::no_such_scene(self.board, number))
    }

    /// "the second scene", "the last one", "the first two scenes", "the middle one", "the next scene".
    fn counted(&self, clause: &Clause<'_>, at: usize) -> Result<Option<(Vec<usize>, usize)>, Question> {
        let word = clause.word(at);
        let count = self.board.before;
        let Some(place) = self.place_of(word) else { return Ok(None) };
        if let Some(found) = self.middle_ones(clause, at) {
            return Ok(Some(found));
        }
        if let (Some(several), "first" | "last") = (clause.number(at + 1), word) {
            let noun = words::SCENE.contains(&clause.word(at + 2)) || at + 2 >= clause.len();
            return Ok(noun.then(|| (self.several(word, several), at + 3)));
        }
        if !names_a_scene(clause, at) {
            return Ok(None);
        }
        let noun = words::SCENE.contains(&clause.word(at + 1)) || matches!(clause.word(at + 1), "one" | "ones");
        let next = at + 1 + usize::from(noun);
        match place {
            Some(place) if place < count => Ok(Some((vec![place], next))),
            Some(place) => Err(Question::no_such_scene(self.board, f64::from(u32::try_from(place + 1).unwrap_or(0)))),
            None => Err(Question::which_scene(self.board, &self.board.all())),
        }
    }

    /// "the middle two", "the two scenes in the middle".
    fn middle_ones(&self, clause: &Clause<'_>, at: usize) -> Option<(Vec<usize>, usize)> {
        let behind = || {
            at.checked_sub(4)
                .filter(|from| clause.seq(from + 1, &["scenes", "in", "the"]))
                .and_then(|from| clause.number(from))
        };
        let several = clause.number(at + 1).or_else(behind).filter(|_| clause.word(at) == "middle")?;
        let count = usize::try_from(super::step::whole(several)).ok()?;
        let start = self.board.before.checked_sub(count)? / 2;
        Some(((start..start + count).collect(), at + 2))
    }

    /// Where a counting word points; the inner none means that there is nothing to count from.
    fn place_of(&self, word: &str) -> Option<Option<usize>> {
        let count = self.board.before;
        match word {
            "last" | "final" => Some(Some(count.saturating_sub(1))),
            "selected" | "current" => Some(self.board.selected),
            "penultimate" => Some(count.checked_sub(2)),
            "middle" => Some(Some(count.saturating_sub(1) / 2)),
            "previous" => Some(self.base.and_then(|base| base.checked_sub(1))),
            "next" => Some(self.base.map(|base| base + 1)),
            _ => numbers::ordinal(word).map(|number| Some(number.saturating_sub(1))),
        }
    }

    fn several(&self, word: &str, several: f64) -> Vec<usize> {
        let all = self.board.all();
        let wanted = all.iter().copied().filter(|place| {
            let from_edge = if word == "first" { *place } else { all.len() - 1 - place };
            u32::try_from(from_edge).is_ok_and(|from_edge| f64::from(from_edge) < several)
        });
        wanted.collect()
    }

    fn others(&self, clause: &mut Clause<'_>) -> Option<Named> {
        let at = clause.find(&["others", "rest", "other", "remaining"])?;
        let gone = |place: usize| self.board.entries[place].deleted;
        if self.last.is_empty() && self.base.is_none() && !self.board.all().into_iter().any(gone) {
            return None;
        }
        let counted = at + 1 + usize::from(clause.number(at + 1).is_some());
        clause.claim(at, counted + usize::from(words::SCENE.contains(&clause.word(counted))));
        let kept = |place: &usize| {
            gone(*place) || self.last.contains(place) || (self.last.is_empty() && self.base == Some(*place))
        };
        let places = self.board.all().into_iter().filter(|place| !kept(place)).collect();
        Some(Named { places, how: How::All })
    }

    /// "delete 3", "2 should be red": a number that can be nothing but a scene's.
    fn bare_number(&self, clause: &mut Clause<'_>) -> Option<Named> {
        let at = (0..clause.len()).find(|at| {
            let before = at.checked_sub(1).map_or("", |before| clause.any_word(before));
            let next = clause.word(at + 1);
            let ends =
                matches!(next, "" | "please" | "to" | "should" | "is" | "and") || super::colors::named(next).is_some();
            let states = *at == 0 && matches!(next, "should" | "is" | "needs" | "to");
            let acts = matches!(before, "delete" | "of" | "in" | "make" | "color" | "rename" | "copy");
            clause.number(*at).is_some() && (states || acts && ends)
        })?;
        let number = clause.number(at)?;
        let mut places = vec![self.place(number).ok()?];
        let mut next = at + 1;
        while let Some((Joint::List, number, after)) = list_goes_on(clause, next, true) {
            places.push(self.place(number).ok()?);
            next = after;
        }
        clause.claim(at, next);
        Some(Named { places, how: How::Each })
    }

    fn all(&self, clause: &mut Clause<'_>) -> Option<Named> {
        let at = (0..clause.len()).find(|at| is_all(clause, *at))?;
        // "the last two are too long, make each of them 1 second"
        let of = usize::from(clause.word(at + 1) == "of");
        if clause.word(at + 1 + of) == "them" && self.last.len() > 1 {
            clause.claim(at, at + 2 + of);
            return Some(Named { places: self.last.to_vec(), how: How::Each });
        }
        let whole =
            clause.has(&["video", "whole", "entire", "total", "overall"]) && !clause.has(&["scenes", "every", "each"]);
        clause.claim(at, at + 1);
        for at in 0..clause.len() {
            if words::SCENE.contains(&clause.word(at))
                || matches!(clause.word(at), "video" | "them" | "whole" | "entire")
            {
                clause.claim(at, at + 1);
            }
        }
        // With no scene there is nothing to do; the caller asks.
        (self.board.before > 0)
            .then(|| Named { places: self.board.all(), how: if whole { How::Whole } else { How::All } })
    }
}

/// "one of the scenes", "some of my scenes", "every other scene": no one can tell which.
fn is_uncertain(clause: &Clause<'_>) -> bool {
    (0..clause.len()).any(|at| {
        let some =
            matches!(clause.word(at), "one" | "some" | "any" | "most" | "few" | "half") || clause.number(at).is_some();
        let others = matches!(clause.word(at + 1), "other" | "second" | "third");
        some && clause.word(at + 1) == "of" && (at + 2..at + 4).any(|noun| clause.word(noun) == "scenes")
            || clause.word(at) == "every" && others && words::SCENE.contains(&clause.word(at + 2))
    })
}

fn scene_number(clause: &Clause<'_>, at: usize) -> Option<f64> {
    clause.number(at).or_else(|| (clause.word(at) == "one").then_some(1.0))
}

#[derive(PartialEq)]
enum Joint {
    List,
    Choice,
    Range,
}

fn list_goes_on(clause: &Clause<'_>, at: usize, plural: bool) -> Option<(Joint, f64, usize)> {
    let joint = match (clause.kind(at)?, clause.word(at)) {
        (Kind::Comma, _) | (_, "and") => Joint::List,
        (_, "or") => Joint::Choice,
        (Kind::Dash, _) | (_, "through" | "until" | "thru") => Joint::Range,
        (_, "to") if plural => Joint::Range,
        _ => return None,
    };
    let mut next = at + 1;
    while matches!(clause.word(next), "and" | "number" | "scene") {
        next += 1;
    }
    // "scene 2 and 3 stars" counts stars, not scenes.
    let counted = words::IMAGE.contains(&clause.word(next + 1))
        || matches!(clause.word(next + 1), "star" | "circle" | "arrow" | "more" | "times" | "x");
    scene_number(clause, next)
        .filter(|_| !counted && clause.number(next).is_some())
        .map(|number| (joint, number, next + 1))
}

/// Whether a counting word stands for a scene, not for a text, a line or a step of the request.
fn names_a_scene(clause: &Clause<'_>, at: usize) -> bool {
    let next = clause.word(at + 1);
    if words::SCENE.contains(&next) || matches!(next, "one" | "ones") {
        return true;
    }
    let word = clause.word(at);
    let before = at.checked_sub(1).map_or("", |before| clause.any_word(before));
    let determined = matches!(before, "the" | "and" | "or" | "very");
    if !determined || word == "middle" || word == "next" {
        return false;
    }
    let ends = clause.kind(at + 1).is_none_or(|kind| !matches!(kind, Kind::Word | Kind::Number(_)));
    ends || matches!(
        next,
        "and"
            | "or"
            | "to"
            | "is"
            | "should"
            | "please"
            | "for"
            | "by"
            | "with"
            | "from"
            | "seconds"
            | "faster"
            | "slower"
            | "longer"
            | "shorter"
            | "again"
            | "needs"
            | "now"
            | "gradient"
    ) || super::colors::named(next).is_some()
}
