//! Cuts a text into the pieces that tokens never reach over, and counts each.
//!
//! This is what all counting and cutting is made of: the tokens of a text are the sum over its pieces. That holds for every
//! suffix that begins between two pieces, and for every prefix that ends there but one kind: where a run of spaces is cut
//! before its last space, which leads the next word only as long as there is one (`cut` knows).

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
