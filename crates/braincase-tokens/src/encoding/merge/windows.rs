//! Counts the tokens of a very long piece, such as a megabyte of dashes, in windows: in linear time and little memory.
//!
//! A window may begin at the end of any token of the window before, if it begins with the token that followed there. It
//! nearly always does some tokens before the end of a window; where it does not, the window is made longer.

use super::queue;
use crate::encoding::vocabulary::{Token, Vocabulary};

const WINDOW: usize = 2_048;
/// How much of the end of a window is looked at again by the next.
const OVERLAP: usize = 256;

/// Where a window begins, and what is known there.
#[derive(Clone, Copy)]
struct Seam {
    at: usize,
    tokens_before: usize,
    next_token: Option<Token>,
}

/// The tokens of a piece; if they are more than `limit`, those that were found until then.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8], limit: usize) -> usize {
    let (mut width, mut last) = (WINDOW, &piece[..0]);
    let mut tokens = Vec::new();
    let mut seam = Seam { at: 0, tokens_before: 0, next_token: None };
    let mut sure = seam;
    loop {
        let window = &piece[seam.at..piece.len().min(seam.at + width)];
        // A run of one character looks the same everywhere.
        if window != last {
            tokens = queue::tokens(vocabulary, window);
            last = window;
        }
        let first = tokens.first().map(|(token, _)| *token);
        if seam.next_token.is_some_and(|token| first != Some(token)) {
            seam = sure;
            width *= 2;
            continue;
        }
        if seam.tokens_before > limit {
            return seam.tokens_before;
        }
        if seam.at + window.len() == piece.len() {
            return seam.tokens_before + tokens.len();
        }
        sure = seam;
        seam = next_seam(&tokens, window.len(), seam);
    }
}

/// Between the last two tokens that end before the overlap.
fn next_seam(tokens: &[(Token, usize)], len: usize, seam: Seam) -> Seam {
    let (mut end, mut index) = (len, tokens.len());
    while end > len - OVERLAP && index > 1 {
        index -= 1;
        end -= tokens[index].1;
    }
    let next_token = tokens.get(index).map(|(token, _)| *token);
    Seam { at: seam.at + end, tokens_before: seam.tokens_before + index, next_token }
}
