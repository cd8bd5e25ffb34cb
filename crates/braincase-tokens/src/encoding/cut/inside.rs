//! Cuts inside a piece that is so long that it cannot be a word.
//!
//! It is cut between its tokens: the first tokens of a piece, or the last ones, are also what these words alone are
//! encoded to. Only that they stay one piece is not certain, so that such cuts are counted again before they are used.

use std::ops::Range;

use super::{Cuts, characters::Characters};
use crate::encoding::{Encoding, vocabulary::Vocabulary};

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
    for (index, at) in ends(encoding, text, &piece).into_iter().enumerate() {
        // The first character may be a space, which would join those before it.
        let may_end = at > piece.start + first && at < piece.end && characters.is_boundary(at);
        let tokens = before + index + 1;
        if tokens > cuts.limit || (may_end && !cuts.add(at, tokens, true)) {
            return;
        }
    }
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
    let ends = ends(encoding, text, &piece);
    let skipped = ends.len().saturating_sub(cuts.limit.saturating_sub(after).saturating_add(1));
    let places =
        ends.iter().enumerate().skip(skipped).filter(|(_, at)| **at < piece.end && characters.is_boundary(**at));
    let places: Vec<_> = places.map(|(index, at)| (*at, after + ends.len() - index - 1)).collect();
    for (at, tokens) in places.into_iter().rev() {
        if !cuts.add(at, tokens, true) {
            return;
        }
    }
}

/// Where each token of the piece ends.
fn ends(encoding: Encoding, text: &str, piece: &Range<usize>) -> Vec<usize> {
    let bpe = Vocabulary::of(encoding).bpe;
    let bytes = &text.as_bytes()[piece.clone()];
    // Going back and forth is the faster way for all but long rows of a few signs, of which there are long tokens.
    let signs = bytes.iter().take(64).all(|byte| byte.is_ascii_punctuation());
    let tokens = if signs { bpe.encode_via_bitfield(bytes) } else { bpe.encode_via_backtracking(bytes) };
    let end = |at: &mut usize, token: u32| {
        *at += bpe.token_len(token);
        Some(*at)
    };
    tokens.into_iter().scan(piece.start, end).collect()
}
