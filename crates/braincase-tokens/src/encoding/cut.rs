//! Cuts a text where it is known exactly what is left.
//!
//! Tokens never reach over the border of a piece, so that what is left costs what its pieces cost. A suffix is cut into
//! the same pieces as it is in the whole text, since pieces never depend on what stands before them. A prefix is, too, but
//! for one case: of white space before other text, the last one is a piece of its own if that text does not take it, and
//! at the end of a text it is not. No prefix ends there.

mod characters;
mod inside;
mod start;
#[cfg(test)]
mod tests;

use characters::Characters;

use super::{Encoding, LONGEST_TOKEN, Piece, count_till_limit, pieces};

/// Longer pieces, in bytes, are cut inside. People write no such words.
const HUGE: usize = 256;

/// A place where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// In bytes from the start of the text.
    pub(crate) at: usize,
    /// What is left costs this much: exactly if it is cut between two pieces, otherwise about as much, and of two cuts,
    /// the one that leaves more has more.
    pub(crate) tokens: usize,
    /// Whether a piece is cut.
    pub(crate) inside: bool,
}

/// The longest prefix with at most `limit` tokens. It ends where no character, as people see them, is cut, and between two
/// words, but for words that no person wrote.
///
/// Reads only as much as it keeps.
///
/// ```
/// # use braincase_tokens::{Encoding, truncate};
/// assert_eq!(truncate(Encoding::O200kBase, "Hello, world! Hello, moon!", 4), "Hello, world!");
/// ```
#[must_use]
pub fn truncate(encoding: Encoding, text: &str, limit: usize) -> &str {
    // A token has at least one byte.
    if text.len() <= limit {
        return text;
    }
    // And at most so many: what is beyond is not even looked at, which matters where a piece has no end.
    let reach = limit.saturating_add(4).saturating_mul(LONGEST_TOKEN).min(text.len());
    let cuts = heads(encoding, &text[..text.floor_char_boundary(reach)], limit);
    let fits = |cut: &Cut| !cut.inside || count_till_limit(encoding, &text[..cut.at], limit).is_some();
    let longest = cuts.into_iter().rev().find(fits);
    longest.map_or("", |cut| &text[..cut.at])
}

/// Where a prefix may end, shortest first, as long as it has at most `limit` tokens. More limit only adds cuts at the end.
pub(crate) fn heads(encoding: Encoding, text: &str, limit: usize) -> Vec<Cut> {
    let mut characters = Characters::of(text, 0);
    let mut cuts = Cuts::up_to(limit);
    let (mut at, mut tokens) = (0, 0);
    for piece in pieces(encoding, text) {
        if piece.len > HUGE {
            inside::heads(encoding, text, at..at + piece.len, tokens, &mut characters, &mut cuts);
        }
        at += piece.len;
        tokens += piece.tokens;
        if tokens > limit {
            break;
        }
        if !is_lone_space(text, at, piece.len) && characters.is_boundary(at) {
            cuts.add(at, tokens, false);
        }
    }
    cuts.list
}

/// Where a suffix may begin, shortest first, as long as it has at most `limit` tokens. More limit only adds cuts at the
/// end.
pub(crate) fn tails(encoding: Encoding, text: &str, limit: usize) -> Vec<Cut> {
    // Mostly enough in the first round; otherwise, doubling reads at most four times what is needed.
    let mut window = limit.saturating_mul(6).saturating_add(HUGE);
    loop {
        let start = start::sure_start(text, text.len().saturating_sub(window));
        let pieces: Vec<_> = pieces(encoding, &text[start..]).collect();
        if start == 0 || pieces.iter().map(|piece| piece.tokens).sum::<usize>() > limit {
            return tails_of(encoding, text, start, &pieces, limit);
        }
        window = window.saturating_mul(2);
    }
}

fn tails_of(encoding: Encoding, text: &str, start: usize, pieces: &[Piece], limit: usize) -> Vec<Cut> {
    let boundaries = boundaries(text, start, pieces);
    let mut cuts = Cuts::up_to(limit);
    let (mut at, mut tokens) = (text.len(), 0);
    for (piece, boundary) in pieces.iter().zip(boundaries).rev() {
        let begin = at - piece.len;
        if piece.len > HUGE {
            let mut characters = Characters::of(text, boundary);
            inside::tails(encoding, text, begin..at, tokens, &mut characters, &mut cuts);
        }
        at = begin;
        tokens += piece.tokens;
        if tokens > limit {
            break;
        }
        if boundary == begin {
            cuts.add(begin, tokens, false);
        }
    }
    cuts.list
}

/// For each piece, the first place from its beginning on that is between two characters. Found in one pass from the left,
/// since the end of a character does not tell where it begins.
fn boundaries(text: &str, start: usize, pieces: &[Piece]) -> Vec<usize> {
    let mut characters = Characters::of(text, start);
    let mut at = start;
    let boundary = |piece: &Piece| {
        let boundary = characters.boundary_from(at);
        at += piece.len;
        boundary
    };
    pieces.iter().map(boundary).collect()
}

/// Whether a piece that ends at `end` is a single white space after another one; see the [module](self).
fn is_lone_space(text: &str, end: usize, len: usize) -> bool {
    let begin = end - len;
    let mut last = text[begin..end].chars();
    last.next().is_some_and(char::is_whitespace)
        && last.next().is_none()
        && text[..begin].ends_with(char::is_whitespace)
        && end < text.len()
}

/// Cuts that leave more and more.
struct Cuts {
    list: Vec<Cut>,
    limit: usize,
    most: usize,
}

impl Cuts {
    const fn up_to(limit: usize) -> Self {
        Self { list: Vec::new(), limit, most: 0 }
    }

    /// Adds a cut that leaves more than those before; false if that is over the limit. A longer rest may have fewer tokens.
    /// It is charged with the most that a shorter one has, so that a level is never reached by going over it.
    fn add(&mut self, at: usize, tokens: usize, inside: bool) -> bool {
        self.most = self.most.max(tokens);
        if self.most > self.limit {
            return false;
        }
        // Of those that cost the same, the one that leaves the most is enough.
        self.list.pop_if(|last| last.tokens == self.most);
        self.list.push(Cut { at, tokens: self.most, inside });
        true
    }
}
