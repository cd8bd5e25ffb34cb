//! Finds the tokens of a very long piece, such as a megabyte of dashes, in windows: in linear time and little memory.
//!
//! A window may begin at the end of any token of the window before, if it begins with the token that followed there. It
//! nearly always does some tokens before the end of a window; where it does not, the window is made longer.

use std::ops::ControlFlow;

use super::queue;
use crate::encoding::vocabulary::{Token, Vocabulary};

const WINDOW: usize = 2_048;
/// How much of the end of a window is looked at again by the next.
const OVERLAP: usize = 256;

/// Where a window begins, and the token that is known to follow there.
#[derive(Clone, Copy)]
struct Seam {
    at: usize,
    next_token: Option<Token>,
}

/// The tokens of a piece; if they are more than `limit`, those that were found until then.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8], limit: usize) -> usize {
    let mut count = 0;
    walk(vocabulary, piece, |tokens| {
        count += tokens.len();
        if count > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    count
}

/// Shows the tokens of a piece, each with its length, as many at once as are found, until it is told to stop.
pub(super) fn walk(vocabulary: &Vocabulary, piece: &[u8], mut show: impl FnMut(&[(Token, usize)]) -> ControlFlow<()>) {
    let (mut width, mut last) = (WINDOW, &piece[..0]);
    let mut tokens = Vec::new();
    // Those before the seam, which stand when the next window agrees.
    let mut unsure: Vec<(Token, usize)> = Vec::new();
    let mut seam = Seam { at: 0, next_token: None };
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
            unsure.clear();
            continue;
        }
        if show(&unsure).is_break() {
            return;
        }
        if seam.at + window.len() == piece.len() {
            let _the_end = show(&tokens);
            return;
        }
        let (index, end) = last_before_overlap(&tokens, window.len());
        unsure.clear();
        unsure.extend_from_slice(&tokens[..index]);
        sure = seam;
        seam = Seam { at: seam.at + end, next_token: tokens.get(index).map(|(token, _)| *token) };
    }
}

/// Between the last two tokens that end before the overlap: the number of those before, and their length.
fn last_before_overlap(tokens: &[(Token, usize)], len: usize) -> (usize, usize) {
    let (mut end, mut index) = (len, tokens.len());
    while end > len - OVERLAP && index > 1 {
        index -= 1;
        end -= tokens[index].1;
    }
    (index, end)
}
