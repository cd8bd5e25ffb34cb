//! Merges by the book, for pieces so short that a queue would be more work than looking at all of them.
//!
//! A word that is not in the vocabulary is mostly made of frequent merges, which are near; its longest tokens are not.

use crate::encoding::vocabulary::{Token, Vocabulary};

/// Pieces of this length are too long.
const SHORT: usize = 32;

const NOTHING: Token = Token::MAX;

/// Whether this is the quickest way. It is not where a character is a word, as in Chinese, Japanese and Korean: there, long
/// tokens are found in a few steps.
pub(super) fn is_for(piece: &[u8]) -> bool {
    // The lead bytes of their characters; a space may stand before.
    piece.len() < SHORT && !piece.iter().take(2).any(|byte| matches!(byte, 0xe3..=0xed))
}

/// The tokens of a short piece.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8]) -> usize {
    let mut tokens = [0; SHORT];
    for (token, byte) in tokens.iter_mut().zip(piece) {
        *token = vocabulary.byte(*byte);
    }
    // What each makes with the next; the last has none.
    let mut merged = [NOTHING; SHORT];
    let mut len = piece.len();
    for (merged, pair) in merged.iter_mut().zip(piece.array_windows()) {
        let [left, right] = *pair;
        *merged = vocabulary.merged_bytes(left, right).unwrap_or(NOTHING);
    }
    loop {
        let lowest = merged[..len].iter().copied().min().unwrap_or(NOTHING);
        let Some(at) = merged[..len].iter().position(|token| *token == lowest && lowest != NOTHING) else { return len };
        tokens[at] = lowest;
        tokens.copy_within(at + 2..len, at + 1);
        merged.copy_within(at + 1..len, at);
        len -= 1;
        merged[at] = if at + 1 < len { look(vocabulary, &tokens, at) } else { NOTHING };
        if at > 0 {
            merged[at - 1] = look(vocabulary, &tokens, at - 1);
        }
    }
}

#[inline]
fn look(vocabulary: &Vocabulary, tokens: &[Token; SHORT], left: usize) -> Token {
    vocabulary.merged(tokens[left], tokens[left + 1]).unwrap_or(NOTHING)
}
