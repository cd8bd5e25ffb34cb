//! Merges by the book: of all neighbours, always those that make the token with the lowest number.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::encoding::vocabulary::{Token, Vocabulary};

/// The tokens of a piece, each with its length.
pub(super) fn tokens(vocabulary: &Vocabulary, piece: &[u8]) -> Vec<(Token, usize)> {
    let mut row = Row::of(vocabulary, piece);
    let pairs = (0..piece.len() as u32).filter_map(|left| Some(Reverse((row.merged_with_next(left)?, left))));
    let mut queue: BinaryHeap<_> = pairs.collect();
    while let Some(Reverse((token, left))) = queue.pop() {
        // What was merged since then is no longer there, or has another neighbour.
        if row.merged_with_next(left) != Some(token) {
            continue;
        }
        row.merge(left, token);
        queue.extend(row.merged_with_next(left).map(|token| Reverse((token, left))));
        if let Some(before) = row.before(left) {
            queue.extend(row.merged_with_next(before).map(|token| Reverse((token, before))));
        }
    }
    row.into_tokens()
}

/// A token that starts at a byte, or nothing if the byte is inside one.
#[derive(Clone, Copy)]
struct Place {
    token: Token,
    /// What it makes with the next token, or [`NOTHING`].
    merged: Token,
    before: u32,
    next: u32,
}

const NOTHING: u32 = u32::MAX;

struct Row<'v> {
    vocabulary: &'v Vocabulary,
    places: Vec<Place>,
}

impl<'v> Row<'v> {
    /// Every byte is a token.
    fn of(vocabulary: &'v Vocabulary, piece: &[u8]) -> Self {
        let place = |(byte, at): (&u8, u32)| Place {
            token: vocabulary.byte(*byte),
            merged: NOTHING,
            before: at.wrapping_sub(1),
            next: at + 1,
        };
        let mut row = Self { vocabulary, places: piece.iter().zip(0..).map(place).collect() };
        (0..piece.len() as u32).for_each(|at| row.look(at));
        row
    }

    /// Looks up what a token makes with the next.
    fn look(&mut self, at: u32) {
        let Place { token, next, .. } = self.places[at as usize];
        let next = self.places.get(next as usize);
        let merged = next.and_then(|next| self.vocabulary.merged(token, next.token));
        self.places[at as usize].merged = merged.unwrap_or(NOTHING);
    }

    fn merged_with_next(&self, at: u32) -> Option<Token> {
        let merged = self.places[at as usize].merged;
        (merged != NOTHING).then_some(merged)
    }

    fn before(&self, at: u32) -> Option<u32> {
        let before = self.places[at as usize].before;
        (before != NOTHING).then_some(before)
    }

    /// The token at `at` and the next become one.
    fn merge(&mut self, at: u32, token: Token) {
        let gone = self.places[at as usize].next;
        let next = self.places[gone as usize].next;
        self.places[gone as usize].merged = NOTHING;
        let place = &mut self.places[at as usize];
        (place.token, place.next) = (token, next);
        if let Some(next) = self.places.get_mut(next as usize) {
            next.before = at;
        }
        self.look(at);
        if let Some(before) = self.before(at) {
            self.look(before);
        }
    }

    fn into_tokens(self) -> Vec<(Token, usize)> {
        let (mut at, mut tokens) = (0, Vec::new());
        while let Some(place) = self.places.get(at) {
            let next = place.next as usize;
            tokens.push((place.token, next - at));
            at = next;
        }
        tokens
    }
}
