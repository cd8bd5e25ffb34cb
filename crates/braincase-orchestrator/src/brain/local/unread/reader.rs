//! Reading backwards: which word of a step is accounted for by what the step did.

use braincase_core::scene::{Background, SceneSpec};

use super::{names::Vocabulary, vocabulary};
use crate::brain::local::{
    board::Board,
    clause::Clause,
    colors,
    effect::{self, Aspect, Effect},
    finite, numbers,
    split::Names,
    token::Kind,
    wish, words,
};

/// What an unread word is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// A word that no rule knows; in a purpose or a comparison it may stand for anything.
    Strange,
    /// A word for something that was not done, or a scene that was left out.
    Contrary,
}

/// What is held against each other: the words of a step, and what came of them.
pub(super) struct Reader<'a, 't> {
    pub(super) board: &'a Board,
    pub(super) effect: &'a Effect,
    pub(super) names: &'a Names,
    pub(super) clause: &'a Clause<'t>,
    /// The words of the touched scenes, and of all titles; collected once, so that the check stays linear.
    pub(super) vocabulary: Vocabulary,
}

impl Reader<'_, '_> {
    /// Whether what was done is such that hardly anybody can have meant it.
    pub(super) fn is_odd(&self, asides: &[bool]) -> bool {
        let twice_slow = self.effect.added == 0 && self.effect.has(Aspect::Length) && self.effect.has(Aspect::Tempo);
        let quotes = self.clause.tokens().iter().any(|token| token.kind == Kind::Quote);
        let runs_over = || !quotes && self.effect.texts.iter().any(|text| self.runs_over(text));
        twice_slow || self.effect.multiplies_images() || runs_over() || self.is_all_aside(asides)
    }

    /// Whether all scenes were touched, and only an aside speaks of all: "so that everybody can read everything".
    fn is_all_aside(&self, asides: &[bool]) -> bool {
        let all: Vec<usize> =
            (0..self.clause.len()).filter(|at| words::ALL.contains(&self.clause.any_word(*at))).collect();
        let touched = self.effect.touched.len();
        touched > 1 && touched >= self.board.before && !all.is_empty() && all.iter().all(|at| asides[*at])
    }

    /// What is unread about a token; strange words in an aside are let pass.
    pub(super) fn judge(&self, at: usize, aside: bool) -> Option<Unread> {
        let token = &self.clause.tokens()[at];
        let read = match token.kind {
            Kind::Word if self.is_piece(at) || self.is_elsewhere(at) => Some(false),
            Kind::Word if self.is_written(token) => Some(true),
            Kind::Word => self.accounts_for_name(at).or_else(|| self.accounts_for_word(at)),
            Kind::Number(value) if self.effect.added > 0 && self.clause.any_word(at + 1) == "seconds" => {
                Some(self.effect.lasts(value))
            }
            Kind::Number(value) | Kind::Hash(value) => {
                Some(self.counts(value) || self.names_touched(token) || self.is_listing(at))
            }
            Kind::Hex(_) => Some(self.effect.has(Aspect::Color)),
            Kind::Quote => Some(self.is_known_quote(at)),
            Kind::Comma | Kind::Semicolon | Kind::Stop | Kind::Newline | Kind::Colon | Kind::Dash => Some(true),
        };
        match read {
            Some(true) => None,
            Some(false) => Some(Unread::Contrary),
            None if aside || self.is_known(at) => None,
            None => Some(Unread::Strange),
        }
    }

    /// Whether what was done accounts for a name of something; nothing if the word is none.
    fn accounts_for_name(&self, at: usize) -> Option<bool> {
        let token = &self.clause.tokens()[at];
        if self.is_spared_part(at) {
            return Some(false);
        }
        if self.names_touched(token) {
            return Some(!self.is_narrow(token));
        }
        if self.effect.added > 0 && !self.names_scene(token) && self.is_lost_name(at) {
            return Some(false);
        }
        None
    }

    /// Whether what was done accounts for a word that orders something; nothing if the word does not.
    fn accounts_for_word(&self, at: usize) -> Option<bool> {
        let token = &self.clause.tokens()[at];
        let word = token.word.as_str();
        let deletes = !self.effect.deleted.is_empty();
        Some(match word {
            "replace" | "instead" | "instead-of" | "swap" => !self.effect.only_writes_more(),
            "video" if deletes => self.effect.deleted.len() >= self.board.before || !self.is_object(at),
            "everything" | "all" | "every" | "each" if deletes => self.effect.wide,
            _ => {
                if let Some(ordinal) = numbers::ordinal(word) {
                    !self.counts_nothing(at, ordinal)
                } else if let Some(aspects) = vocabulary::aspects_of(word) {
                    aspects.iter().any(|aspect| self.effect.has(*aspect))
                } else if let Some(noun) = wish::noun_of(word) {
                    self.effect.touches(noun)
                } else if colors::named(word).is_some() {
                    self.effect.has(Aspect::Color) || self.is_color_touched(at)
                } else if self.names_scene(token) {
                    self.may_spare()
                } else {
                    return None;
                }
            }
        })
    }

    /// Whether a word orders nothing that we should know: it is in the tables, or stands where anything may stand.
    fn is_known(&self, at: usize) -> bool {
        self.is_shade(at)
            || self.is_shown(at)
            || self.is_heading(at)
            || !self.is_lost_name(at) && (self.is_in_tables(at) || self.names_person(at))
    }

    /// Whether a word is one that the rules know, or one that only holds others together.
    fn is_in_tables(&self, at: usize) -> bool {
        let word = self.clause.any_word(at);
        [words::FILLERS, words::SCENE, words::COMMANDS, words::ALL].iter().any(|table| table.contains(&word))
            || vocabulary::is_harmless(word)
            // What was brought to another form is in the tables of the rules.
            || !self.typed(at).to_lowercase().starts_with(word)
            || colors::color_at(self.clause, at).is_some()
            || vocabulary::is_form_of_harmless(word)
    }

    /// "delete the video" where "out of the video" would be a place.
    fn is_object(&self, at: usize) -> bool {
        !(at.saturating_sub(3)..at).any(|before| matches!(self.clause.any_word(before), "of" | "from" | "in"))
    }

    /// "a calm blue": a word of taste about a colour.
    fn is_shade(&self, at: usize) -> bool {
        let next_to = |next: usize| colors::color_at(self.clause, next).is_some();
        let word_follows = self.clause.tokens().get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Word));
        self.effect.deleted.is_empty() && (word_follows && (at + 1..at + 3).any(next_to))
    }

    /// "the cat picture", "the photo of our shop": what an image shows.
    fn is_shown(&self, at: usize) -> bool {
        let image = |at: usize| words::IMAGE.contains(&self.clause.any_word(at));
        let of = |before: usize| image(before) && self.clause.any_word(before + 1) == "of";
        self.effect.images && ((at + 1..at + 3).any(image) || (at.saturating_sub(4)..at).any(of))
    }

    /// Whether a word is somebody, or what somebody does: "the client asks for".
    fn names_person(&self, at: usize) -> bool {
        finite::is_person(self.clause.any_word(at)) || at > 0 && finite::is_person(self.clause.any_word(at - 1))
    }

    /// "the first letter of the headline": a piece of something that is only changed as a whole.
    fn is_piece(&self, at: usize) -> bool {
        let typed = self.typed(at).to_lowercase();
        typed.split(' ').next_back().is_some_and(vocabulary::is_piece) && self.clause.any_word(at + 1) == "of"
    }

    /// Whether a number is one of a scene that was touched, counts what was done, or is a value of it.
    fn counts(&self, value: f64) -> bool {
        let many = |count: usize| u32::try_from(count).is_ok_and(|count| (f64::from(count) - value).abs() < 0.5);
        let valued = [Aspect::Length, Aspect::Tempo, Aspect::Size, Aspect::Motion, Aspect::Title, Aspect::Writing];
        many(self.effect.touched.len())
            || self.effect.added > 0
            || self.effect.images
            || self.may_spare()
            || self.effect.touched.iter().any(|(place, _)| self.board.numbered_as(*place, value))
            || valued.iter().any(|aspect| self.effect.has(*aspect))
    }

    /// "3 things: 1) …": a number that counts what is said.
    fn is_listing(&self, at: usize) -> bool {
        let edge = at == 0 || at + 1 == self.clause.len();
        self.effect.deleted.is_empty() && edge || matches!(self.clause.any_word(at + 1), "things" | "changes")
    }

    /// "the second star" where there is but one.
    fn counts_nothing(&self, at: usize, ordinal: usize) -> bool {
        let Some(noun) = wish::noun_of(self.clause.any_word(at + 1)).filter(|noun| *noun != wish::Noun::Text) else {
            return false;
        };
        let of_kind = |spec: &SceneSpec| {
            spec.elements.iter().filter(|element| effect::noun_of(element) == noun).count() >= ordinal
        };
        !self.effect.images
            && !self.effect.touched.is_empty()
            && !self.effect.touched.iter().any(|(_, spec)| of_kind(spec))
    }

    /// Whether a colour is one that what was touched has: "delete the red star".
    fn is_color_touched(&self, at: usize) -> bool {
        let Some(named) = colors::named(self.clause.any_word(at)) else { return false };
        let next = self.clause.any_word(at + 1);
        let describes = words::SCENE.contains(&next) || matches!(next, "one" | "ones") || wish::noun_of(next).is_some();
        if !describes && self.effect.has(Aspect::Removal) {
            return false;
        }
        self.effect.touched.iter().any(|(_, spec)| {
            let own = match &spec.background {
                Background::Color(color) => Some(*color),
                Background::Gradient(gradient) => Some(gradient.from),
                Background::Image(_) => None,
            };
            let parts = spec.elements.iter().filter_map(|element| element.color);
            own.into_iter().chain(parts).any(|color| colors::looks(color, named))
        })
    }

    pub(super) fn typed(&self, at: usize) -> &str {
        self.clause.raw(at, at + 1)
    }
}
