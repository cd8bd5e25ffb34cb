//! Counts the tokens of a piece that is no word: merges neighbours, lowest numbers first, as the encoding says.
//!
//! Tokens are those of the whole piece exactly when every two neighbours are what the two alone would be merged into. That
//! allows short cuts: `guess` puts long tokens in a row until all neighbours agree, and [`windows`] counts a piece of any
//! length in a few kilobytes.

mod guess;
mod queue;
mod short;
mod windows;

use super::vocabulary::Vocabulary;

/// The tokens of a piece. If they are more than `limit`, only so many are promised.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8], limit: usize) -> usize {
    if piece.len() < short::SHORT {
        return short::count(vocabulary, piece);
    }
    guess::count(vocabulary, piece).unwrap_or_else(|| windows::count(vocabulary, piece, limit))
}
