//! Names in a step: of the scenes and parts that were touched, of those that were not, and of what should have been written.

use std::collections::HashSet;

use braincase_core::scene::SceneSpec;

use super::reader::Reader;
use crate::brain::local::{
    board::{self, Board},
    clause::Clause,
    effect::{self, Aspect, Effect},
    numbers, spelling,
    token::{Kind, Token},
    words,
};

/// Words that allow a step to name a scene that it leaves alone: an exception, a model, a place.
const SPARING: &[&str] = &[
    "except",
    "all-except",
    "but",
    "only",
    "just",
    "keep",
    "stay",
    "stays",
    "rest",
    "others",
    "else",
    "as",
    "same",
    "like",
    "before",
    "after",
    "than",
    "match",
    "matching",
    "between",
    "instead-of",
    "not",
    "dont",
];
/// Words by which a part of a scene tells where another is, or which scene is meant.
const DESCRIBING: &[&str] =
    &["behind", "with", "where", "that", "above", "below", "under", "underneath", "next", "over"];
/// Words that no text begins with that was not quoted: "write down the address" writes nothing.
const PARTICLES: &[&str] = &["down", "under", "below", "into", "onto", "off"];

/// The words by which scenes and their parts are known.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Whatever stands in the touched scenes: titles, texts, names of elements.
    touched: HashSet<String>,
    /// The words of their titles.
    touched_titles: Vec<String>,
    /// The words of all titles.
    titles: HashSet<String>,
    /// Whether the step may name scenes that it leaves alone.
    spares: bool,
}

impl Vocabulary {
    /// Collects the words once for a step.
    pub(super) fn of(board: &Board, effect: &Effect, clause: &Clause<'_>) -> Self {
        let specs = || effect.touched.iter().map(|(_, spec)| spec);
        let titles = |spec: &SceneSpec| effect::words(spec.title.as_str()).collect::<Vec<_>>();
        let touched_titles: Vec<String> = specs().flat_map(titles).collect();
        let mut touched: HashSet<String> = touched_titles.iter().cloned().collect();
        for spec in specs() {
            touched.extend(spec.elements.iter().flat_map(|element| effect::words(element.id.as_str())));
            touched.extend(board::texts(spec).flat_map(|(_, text)| effect::words(text.text.as_str())));
        }
        Self {
            touched,
            touched_titles,
            titles: board.entries.iter().flat_map(|entry| titles(&entry.spec)).collect(),
            spares: effect.added > 0 || clause.mentions(SPARING),
        }
    }
}

impl Reader<'_, '_> {
    /// Whether a word is one that was put somewhere.
    pub(super) fn is_written(&self, token: &Token) -> bool {
        let typed = &self.clause.source()[token.start..token.end];
        effect::words(typed).any(|word| self.effect.writes(&word))
    }

    /// Whether quoted words were put somewhere, or are there.
    pub(super) fn is_known_quote(&self, at: usize) -> bool {
        let quote = self.clause.quoted(at).trim().to_lowercase();
        let there = |text: &str| text.to_lowercase().contains(&quote);
        let shows = |spec: &SceneSpec| {
            there(spec.title.as_str()) || board::texts(spec).any(|(_, text)| there(text.text.as_str()))
        };
        self.effect.texts.iter().any(|text| there(text))
            || self.effect.touched.iter().any(|(_, spec)| shows(spec))
            || self.board.entries.iter().any(|entry| there(entry.spec.title.as_str()))
    }

    /// Whether a word tells which scene or which part of it was touched.
    pub(super) fn names_touched(&self, token: &Token) -> bool {
        let typed = &self.clause.source()[token.start..token.end];
        let mistyped = |title: &String| title.len() > 4 && spelling::is_typo_of(&token.word, title);
        self.vocabulary.touched.contains(&token.word)
            || self.vocabulary.touched.contains(&typed.to_lowercase())
            || token.word.len() > 3 && self.vocabulary.touched_titles.iter().any(mistyped)
    }

    /// Whether a word is the title of a scene.
    pub(super) fn names_scene(&self, token: &Token) -> bool {
        self.vocabulary.titles.contains(&token.word)
    }

    /// Whether a step may name scenes that it leaves alone.
    pub(super) const fn may_spare(&self) -> bool {
        self.vocabulary.spares
    }

    /// Whether a word names one scene where all were touched.
    pub(super) fn is_narrow(&self, token: &Token) -> bool {
        let touched = &self.effect.touched;
        touched.len() > 1
            && touched.len() >= self.board.before
            && self.clause.mentions(words::ALL)
            && !self.may_spare()
            && touched.iter().filter(|(_, spec)| is_titled(spec, &token.word)).count() == 1
    }

    /// Whether a part of a scene is named, and something else there was painted: "the price in blue".
    pub(super) fn is_spared_part(&self, at: usize) -> bool {
        let word = self.clause.any_word(at);
        let describes = words::SCENE.contains(&self.clause.any_word(at + 1)) || self.clause.mentions(DESCRIBING);
        let says = |spec: &SceneSpec| {
            word.len() > 3
                && board::texts(spec).any(|(_, text)| effect::words(text.text.as_str()).any(|own| own == word))
        };
        let there = |spec: &SceneSpec| {
            let named = spec.elements.iter().any(|element| element.id.as_str() == word);
            (named || says(spec)) && !is_titled(spec, word)
        };
        self.effect.has(Aspect::Background)
            && self.effect.deleted.is_empty()
            && !self.effect.images
            && !describes
            && !self.effect.changes_element(word)
            && self.effect.touched.iter().any(|(_, spec)| there(spec))
    }

    /// "before the intro" where the intro itself was changed, "the last scene" where another was.
    pub(super) fn is_elsewhere(&self, at: usize) -> bool {
        let word = self.clause.any_word(at);
        let touched = &self.effect.touched;
        if self.effect.added > 0 || self.effect.images || touched.len() != 1 {
            return false;
        }
        let beside =
            (at.saturating_sub(2)..at).any(|before| matches!(self.clause.any_word(before), "before" | "after"));
        if touched.iter().any(|(_, spec)| is_titled(spec, word)) {
            return beside;
        }
        let is_at = |wanted: usize| touched.iter().any(|(place, _)| *place == wanted);
        let scene = words::SCENE.contains(&self.clause.any_word(at + 1));
        match numbers::ordinal(word) {
            Some(ordinal) => scene && !beside && !is_at(ordinal.saturating_sub(1)),
            None => {
                scene
                    && !beside
                    && matches!(word, "last" | "final" | "closing")
                    && !is_at(self.board.before.saturating_sub(1))
            }
        }
    }

    /// Whether a name, typed with a capital letter within a clause, is one that nothing was made of.
    pub(super) fn is_lost_name(&self, at: usize) -> bool {
        let typed = self.typed(at);
        let begins = at == 0 || !matches!(self.clause.tokens()[at - 1].kind, Kind::Word | Kind::Number(_));
        let shouts = !typed.chars().any(char::is_lowercase);
        let plain = typed.to_lowercase() == self.clause.any_word(at);
        plain && !begins && !shouts && typed.starts_with(char::is_uppercase)
    }

    /// Whether words that were put somewhere are rather a part of the order: "down the address", "Team before contact".
    pub(super) fn runs_over(&self, text: &str) -> bool {
        let words: Vec<String> = effect::words(text).collect();
        let title =
            |word: &str| self.board.entries.iter().any(|entry| entry.spec.title.as_str().eq_ignore_ascii_case(word));
        let placed = words.windows(2).any(|pair| matches!(pair[0].as_str(), "before" | "after") && title(&pair[1]));
        placed || words.len() > 1 && PARTICLES.contains(&words[0].as_str())
    }
}

fn is_titled(spec: &SceneSpec, word: &str) -> bool {
    effect::words(spec.title.as_str()).any(|title| title == word)
}
