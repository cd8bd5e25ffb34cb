//! Puts the longest tokens in a row, and goes back where two neighbours do not agree.
//!
//! This is the quickest way for what people write. It is not for runs of few characters, where nearly everything is a token
//! and little agrees: after some steps it gives up.

use crate::encoding::vocabulary::{Token, Vocabulary};

/// Pieces of this length are not tried.
const LONG: usize = 256;
/// How often a token may be tried, for each byte of the piece.
const PATIENCE: usize = 4;

/// A token and where it ends.
#[derive(Clone, Copy, Default)]
struct Placed {
    token: Token,
    end: usize,
}

/// The tokens of a piece, or nothing if it is too long or takes too many steps.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8]) -> Option<usize> {
    // Most pieces are short, and clearing a long row takes longer than they do.
    match piece.len() {
        0..32 => place::<32>(vocabulary, piece),
        32..LONG => place::<LONG>(vocabulary, piece),
        _ => None,
    }
}

/// The tokens of a piece that is shorter than the row.
fn place<const ROW: usize>(vocabulary: &Vocabulary, piece: &[u8]) -> Option<usize> {
    let mut row = [Placed::default(); ROW];
    // The first place is before the piece; `len` is that of the last.
    let mut len = 0;
    let mut is_dead_end = [false; ROW];
    let mut next = vocabulary.longest_prefix(piece);
    for _ in 0..PATIENCE * piece.len() {
        let Placed { token: left, end: start } = row[len];
        let Some(token) = next else {
            // No token is left that starts here, so nothing may end here.
            is_dead_end[start] = true;
            next = vocabulary.shorter(left);
            len = len.checked_sub(1)?;
            continue;
        };
        let end = start + vocabulary.len(token);
        if is_dead_end[end] || len > 0 && !vocabulary.are_neighbours(left, token) {
            next = vocabulary.shorter(token);
            continue;
        }
        len += 1;
        row[len] = Placed { token, end };
        if end == piece.len() {
            return Some(len);
        }
        next = vocabulary.longest_prefix(&piece[end..]);
    }
    None
}
