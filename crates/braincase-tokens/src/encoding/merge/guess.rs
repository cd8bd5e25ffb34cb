//! Puts the longest tokens in a row, and goes back where two neighbours do not agree.
//!
//! This is the quickest way for what people write. It is not for runs of few characters, where nearly everything is a token
//! and little agrees: after some steps it gives up.

use crate::encoding::vocabulary::{Token, Vocabulary};

/// Longer pieces are not tried.
const LONGEST: usize = 256;
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
    if piece.len() > LONGEST {
        return None;
    }
    let mut row = [Placed::default(); LONGEST + 1];
    // The first place is before the piece; `len` is that of the last.
    let mut len = 0;
    let mut is_dead_end = [false; LONGEST + 1];
    let mut longest = piece.len();
    for _ in 0..PATIENCE * piece.len() {
        let Placed { token: left, end: start } = row[len];
        if start == piece.len() {
            return Some(len);
        }
        // No token is left that starts here: nothing ends here.
        let Some((token, size)) = vocabulary.longest_prefix(&piece[start..longest]) else {
            is_dead_end[start] = true;
            longest = start.checked_sub(1)?;
            len -= 1;
            continue;
        };
        let end = start + size;
        if !is_dead_end[end] && (len == 0 || vocabulary.are_neighbours(left, token)) {
            len += 1;
            row[len] = Placed { token, end };
            longest = piece.len();
        } else {
            longest = end - 1;
        }
    }
    None
}
