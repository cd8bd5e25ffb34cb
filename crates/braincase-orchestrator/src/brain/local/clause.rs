//! A clause: one step of the request, and which of its tokens are spoken for.

use super::token::{Kind, Token};

/// After this many tokens a clause is content, not command; keeps every rule bounded.
const MAX_TOKENS: usize = 400;

/// One step of the request. Tokens that a rule has understood are claimed, so that no other rule reads them again.
#[derive(Debug, Clone)]
pub(super) struct Clause<'t> {
    source: &'t str,
    tokens: &'t [Token],
    claimed: Vec<bool>,
    border: Option<usize>,
}

impl<'t> Clause<'t> {
    /// A clause of these tokens of the source.
    pub(super) fn new(source: &'t str, tokens: &'t [Token]) -> Self {
        let tokens = &tokens[..tokens.len().min(MAX_TOKENS)];
        Self { source, tokens, claimed: vec![false; tokens.len()], border: None }
    }

    /// Content that is not in quotes ends here at the latest.
    pub(super) const fn set_border(&mut self, at: usize) {
        self.border = Some(at);
    }

    /// Where content that is not in quotes ends at the latest.
    pub(super) const fn border(&self) -> Option<usize> {
        self.border
    }

    /// The tokens, claimed or not.
    pub(super) const fn tokens(&self) -> &'t [Token] {
        self.tokens
    }

    /// How many tokens there are.
    pub(super) const fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at a place; empty if it is no word or claimed.
    pub(super) fn word(&self, at: usize) -> &'t str {
        match self.kind(at) {
            Some(Kind::Word) => self.tokens[at].word.as_str(),
            _ => "",
        }
    }

    /// The word at a place even if it is claimed.
    pub(super) fn any_word(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    /// What stands at a place, unless it is claimed.
    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).filter(|_| !self.claimed[at]).map(|token| token.kind)
    }

    /// Whether quoted words stand at a place, claimed or not.
    pub(super) fn is_quote(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Quote)
    }

    /// The number at a place, with or without a hash.
    pub(super) fn number(&self, at: usize) -> Option<f64> {
        match self.kind(at)? {
            Kind::Number(value) | Kind::Hash(value) => Some(value),
            _ => None,
        }
    }

    /// Whether these words stand at a place, one after the other.
    pub(super) fn seq(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.word(at + n) == *word)
    }

    /// The first place of any of these words.
    pub(super) fn find(&self, words: &[&str]) -> Option<usize> {
        (0..self.len()).find(|at| words.contains(&self.word(*at)))
    }

    /// Whether any of these words is there and unclaimed.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.find(words).is_some()
    }

    /// Whether any of these words is there, claimed or not.
    pub(super) fn mentions(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| words.contains(&token.word.as_str()))
    }

    /// Marks tokens as understood.
    pub(super) fn claim(&mut self, start: usize, end: usize) {
        for claimed in self.claimed.iter_mut().take(end).skip(start) {
            *claimed = true;
        }
    }

    /// The text that the tokens were cut from.
    pub(super) const fn source(&self) -> &'t str {
        self.source
    }

    /// The tokens, some of them replaced by those of another clause, which then stand in the same place of the source.
    pub(super) fn with_tokens(&self, old: (usize, usize), other: &Clause<'_>, new: (usize, usize)) -> Vec<Token> {
        let mut tokens = self.tokens.to_vec();
        let Some(place) = tokens.get(old.0).map(|token| (token.start, token.end)) else { return tokens };
        let moved =
            other.tokens[new.0..new.1].iter().map(|token| Token { start: place.0, end: place.1, ..token.clone() });
        tokens.splice(old.0..old.1, moved);
        tokens
    }

    /// The source between two tokens as it was typed.
    pub(super) fn raw(&self, start: usize, end: usize) -> &'t str {
        match (self.tokens.get(start), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.start <= last.end => self.source[first.start..last.end].trim(),
            _ => "",
        }
    }

    /// The source from a token to where the clause ends, for content without quotes.
    pub(super) fn quoted(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.source[token.start..token.end])
    }

    /// The unclaimed places.
    pub(super) fn open(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|at| !self.claimed[*at])
    }
}
