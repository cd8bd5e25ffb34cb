//! Cuts inside a piece that is so long that it cannot be a word.
//!
//! It is cut between its tokens: the first tokens of a piece, or the last ones, are also what these words alone are
//! encoded to. Only that they stay one piece is not certain, so that such cuts are counted again before they are used.

use std::{
    collections::VecDeque,
    ops::{ControlFlow, Range},
};

use super::{Cuts, characters::Characters};
use crate::encoding::{Encoding, merge, vocabulary::Vocabulary};

/// Adds prefixes that end inside the piece, where `before` tokens stand before it.
pub(super) fn heads(
    encoding: Encoding,
    text: &str,
    piece: Range<usize>,
    before: usize,
    characters: &mut Characters<'_>,
    cuts: &mut Cuts,
) {
    let first = text[piece.clone()].chars().next().map_or(0, char::len_utf8);
    let (mut at, mut tokens) = (piece.start, before);
    merge::lengths(Vocabulary::of(encoding), &text.as_bytes()[piece.clone()], |len| {
        at += len;
        tokens += 1;
        // The first character may be a space, which would join those before it.
        let may_end = at > piece.start + first && at < piece.end && characters.is_boundary(at);
        if tokens > cuts.limit || (may_end && !cuts.add(at, tokens, true)) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
}

/// Adds suffixes that begin inside the piece, where `after` tokens stand after it.
pub(super) fn tails(
    encoding: Encoding,
    text: &str,
    piece: Range<usize>,
    after: usize,
    characters: &mut Characters<'_>,
    cuts: &mut Cuts,
) {
    let most = cuts.limit.saturating_sub(after).saturating_add(1);
    let starts = last_starts(encoding, text, &piece, most);
    // Characters are asked from the left, as they answer; suffixes are added from the right.
    let may_begin: Vec<_> = starts.iter().map(|at| *at > piece.start && characters.is_boundary(*at)).collect();
    for ((at, may_begin), tokens) in starts.into_iter().zip(may_begin).rev().zip(after + 1..) {
        if may_begin && !cuts.add(at, tokens, true) {
            return;
        }
    }
}

/// Where the last tokens of the piece begin, no more than `most` of them.
fn last_starts(encoding: Encoding, text: &str, piece: &Range<usize>, most: usize) -> VecDeque<usize> {
    let (mut at, mut starts) = (piece.start, VecDeque::new());
    merge::lengths(Vocabulary::of(encoding), &text.as_bytes()[piece.clone()], |len| {
        if starts.len() == most {
            starts.pop_front();
        }
        starts.push_back(at);
        at += len;
        ControlFlow::Continue(())
    });
    starts
}
