//! Counts the pieces of one text: those that are words, those that were seen before, and then the others.

use super::{
    Encoding,
    cache::LONGEST,
    classes::Classes,
    layout::{KEY, key},
    merge,
    pool::Lease,
    scan::end_of_piece,
    vocabulary::Vocabulary,
};

/// Counts one text, piece after piece.
pub(super) struct Counter<'t> {
    vocabulary: &'static Vocabulary,
    classes: &'static Classes,
    encoding: Encoding,
    /// Whether it was asked for, and whether there was one.
    cache: Option<Option<Lease>>,
    text: &'t [u8],
    at: usize,
}

impl<'t> Counter<'t> {
    pub(super) fn new(encoding: Encoding, text: &'t str) -> Self {
        Self {
            vocabulary: Vocabulary::of(encoding),
            classes: Classes::get(),
            encoding,
            cache: None,
            text: text.as_bytes(),
            at: 0,
        }
    }

    /// How many bytes are left.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    /// The length and the tokens of the next piece. If these are more than `limit`, only so many are promised.
    #[inline]
    pub(super) fn next(&mut self, limit: usize) -> Option<(usize, usize)> {
        if self.at == self.text.len() {
            return None;
        }
        let start = self.at;
        self.at = end_of_piece(self.vocabulary.rules, self.classes, self.text, start);
        let len = self.at - start;
        let is_word = len == 1 || len <= KEY && self.vocabulary.is_word(key(self.text, start, len));
        Some((len, if is_word { 1 } else { self.count_unusual(start, len, limit) }))
    }

    /// A piece that is no word. A cache is taken when it is first needed, which for most short texts is never.
    #[inline(never)]
    fn count_unusual(&mut self, start: usize, len: usize, limit: usize) -> usize {
        let (vocabulary, text) = (self.vocabulary, self.text);
        let compute = || merge::count(vocabulary, &text[start..start + len], limit);
        if len > LONGEST {
            return compute();
        }
        let cache = self.cache.get_or_insert_with(|| Lease::take(self.encoding));
        match cache.as_mut().and_then(Lease::cache) {
            Some(cache) => cache.get_or_compute(text, start, len, compute),
            None => compute(),
        }
    }
}
