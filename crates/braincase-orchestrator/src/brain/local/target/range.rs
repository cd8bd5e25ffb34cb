//! Targets by where they begin and end: "everything after scene 2", "all scenes from Beach to Goodbye".

use super::{Answer, How, Lookup, Named};
use crate::brain::local::{clause::Clause, question::Question, words};

/// How many tokens may name the scene at one end.
const MAX_ANCHOR: usize = 5;
/// Words after which it is said which of all are meant.
const RESTRICTIONS: &[&str] = &[
    "that",
    "which",
    "where",
    "who",
    "whose",
    "with",
    "without",
    "about",
    "containing",
    "showing",
    "having",
    "we",
    "i",
    "you",
    "they",
    "he",
    "she",
    "nobody",
];

impl Lookup<'_> {
    /// The scenes of a range, if a clause names one.
    ///
    /// "everything about money" names some scenes of which nobody knows which: that is a question.
    pub(super) fn range(&self, clause: &mut Clause<'_>) -> Answer {
        let Some(at) = (0..clause.len()).find(|at| is_all(clause, *at)) else { return Ok(None) };
        let next = after_noun(clause, at);
        if clause.word(at) != "video" && RESTRICTIONS.contains(&clause.word(next)) {
            return Err(Question::which_scenes(self.board, clause.raw(at, (next + MAX_ANCHOR).min(clause.len()))));
        }
        // "the scenes before and after Beach"
        let both = matches!(clause.word(next + 1), "and" | "or") && matches!(clause.word(next + 2), "before" | "after");
        if both && matches!(clause.word(next), "before" | "after") {
            return Err(Question::which_scene(self.board, &self.board.all()));
        }
        let scenes = 0..self.board.before;
        let found = match clause.word(next) {
            "after" => self.end(clause, next + 1)?.map(|end| (end + 1)..scenes.end),
            "before" => self.end(clause, next + 1)?.map(|end| 0..end),
            "from" => self.ends(clause, next + 1, &["to", "through", "until"])?.map(|(from, to)| from..to + 1),
            "between" => self.ends(clause, next + 1, &["and"])?.map(|(from, to)| from + 1..to),
            _ => None,
        };
        let Some(range) = found else { return Ok(None) };
        if range.is_empty() {
            return Err(Question::which_scene(self.board, &self.board.all()));
        }
        clause.claim(at, next + 1);
        Ok(Some(Named { places: range.collect(), how: How::Range }))
    }

    /// The scene at one end of a range; its tokens are claimed.
    fn end(&self, clause: &mut Clause<'_>, start: usize) -> Result<Option<usize>, Question> {
        let mut reading = clause.clone();
        reading.claim(0, start);
        reading.claim(start + MAX_ANCHOR, clause.len());
        let place = self.anchor(&mut reading, start)?.filter(|place| *place < self.board.before);
        if place.is_some() {
            let read = (start..clause.len().min(start + MAX_ANCHOR)).rev().find(|at| reading.kind(*at).is_none());
            clause.claim(start, read.map_or(start, |last| last + 1));
        }
        Ok(place)
    }

    fn ends(&self, clause: &mut Clause<'_>, start: usize, joints: &[&str]) -> Result<Option<(usize, usize)>, Question> {
        let Some(joint) = (start..start + MAX_ANCHOR).find(|at| joints.contains(&clause.word(*at))) else {
            return Ok(None);
        };
        let mut first = clause.clone();
        first.claim(joint, clause.len());
        let Some(from) = self.end(&mut first, start)? else { return Ok(None) };
        let Some(to) = self.end(clause, joint + 1)? else { return Ok(None) };
        clause.claim(start, joint + 1);
        Ok(Some((from, to)))
    }
}

/// The token after "all", "all of the scenes", "every single scene".
fn after_noun(clause: &Clause<'_>, all: usize) -> usize {
    let part = |at: usize| {
        let word = clause.word(at);
        words::SCENE.contains(&word) || matches!(word, "of" | "the" | "my" | "our" | "them" | "single" | "one" | "ones")
    };
    (all + 1..all + 6).find(|at| !part(*at)).unwrap_or(all + 6)
}

/// Whether all scenes are spoken of at a token.
pub(super) fn is_all(clause: &Clause<'_>, at: usize) -> bool {
    let next = clause.word(at + 1);
    match clause.word(at) {
        "everything" | "everywhere" | "video" => true,
        "all" => {
            matches!(next, "scenes" | "the" | "of" | "them" | "") || words::SCENE.contains(&next) || next == "scenes"
        }
        "every" | "each" => matches!(next, "scene" | "one" | "of" | "single" | ""),
        "both" => matches!(next, "scenes" | "of" | "" | "the"),
        "whole" | "entire" => true,
        "total" | "overall" => next == "duration",
        "scenes" => true,
        _ => false,
    }
}
