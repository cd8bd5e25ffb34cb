//! Cuts a piece that is no word into tokens: merges neighbours, lowest numbers first, as the encoding says.
//!
//! Tokens are those of the whole piece exactly when every two neighbours are what the two alone would be merged into. That
//! allows short cuts: `guess` puts long tokens in a row until all neighbours agree, and [`windows`] walks through a piece of
//! any length in a few kilobytes.

mod guess;
mod queue;
mod short;
mod windows;

use std::ops::ControlFlow;

use super::vocabulary::Vocabulary;

/// The tokens of a piece. If they are more than `limit`, only so many are promised.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8], limit: usize) -> usize {
    if short::is_for(piece) {
        return short::count(vocabulary, piece);
    }
    guess::count(vocabulary, piece).unwrap_or_else(|| windows::count(vocabulary, piece, limit))
}

/// Shows the length of each token of a piece, in order, until it is told to stop.
pub(super) fn lengths(vocabulary: &Vocabulary, piece: &[u8], mut show: impl FnMut(usize) -> ControlFlow<()>) {
    windows::walk(vocabulary, piece, |tokens| tokens.iter().try_for_each(|(_, len)| show(*len)));
}
