//! Cuts inside a piece that is so long that it cannot be a word.

use std::ops::Range;

use bpe_openai::{appendable_encoder::AppendableEncoder, prependable_encoder::PrependableEncoder};

use super::{Cuts, characters::Characters};
use crate::encoding::{Encoding, LONGEST_TOKEN, vocabulary::Vocabulary};

/// Adds prefixes that end inside the piece, where `before` tokens stand before it.
pub(super) fn heads(
    encoding: Encoding,
    text: &str,
    piece: Range<usize>,
    before: usize,
    characters: &mut Characters<'_>,
    cuts: &mut Cuts,
) {
    let mut encoder = AppendableEncoder::new(Vocabulary::of(encoding).bpe);
    let first = text[piece.clone()].chars().next().map_or(0, char::len_utf8);
    let mut done = piece.start;
    for (offset, _) in text[piece.clone()].char_indices().skip(1) {
        let at = piece.start + offset;
        encoder.extend(text.as_bytes()[done..at].iter().copied());
        done = at;
        // The first may be a space, which would join those before it.
        let may_end = offset > first && characters.is_boundary(at);
        if may_end && !cuts.add(at, before + encoder.token_count(), true) {
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
    let mut encoder = PrependableEncoder::new(Vocabulary::of(encoding).bpe);
    // What begins earlier has too many tokens.
    let reach = cuts.limit.saturating_sub(after).saturating_add(1).saturating_mul(LONGEST_TOKEN);
    let earliest = text.ceil_char_boundary(piece.start.max(piece.end.saturating_sub(reach)));
    let places = text[earliest..piece.end].char_indices().map(|(offset, _)| earliest + offset);
    let places: Vec<_> = places.filter(|place| *place > piece.start && characters.is_boundary(*place)).collect();
    let mut done = piece.end;
    for at in places.into_iter().rev() {
        encoder.extend(text.as_bytes()[at..done].iter().rev().copied());
        done = at;
        if !cuts.add(at, after + encoder.token_count(), true) {
            return;
        }
    }
}
