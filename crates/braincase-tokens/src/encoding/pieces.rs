//! Cuts a text into the pieces that tokens never reach over, and counts each.
//!
//! This is what all counting and cutting is made of: the tokens of a text are the sum over its pieces, and that holds for
//! every prefix that ends, and every suffix that begins, between two pieces.

use super::{Encoding, counter::Counter};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its length in bytes.
    pub(crate) len: usize,
    /// Its tokens.
    pub(crate) tokens: usize,
}

/// The pieces of a text, in order.
pub(crate) fn pieces(encoding: Encoding, text: &str) -> impl Iterator<Item = Piece> {
    let mut counter = Counter::new(encoding, text);
    std::iter::from_fn(move || counter.next(usize::MAX).map(|(len, tokens)| Piece { len, tokens }))
}
