//! Tells where a cut goes through what people see as one character.

use unicode_segmentation::UnicodeSegmentation;

/// Answers for places that only grow, so that all answers together take one pass over the text. Asked in any other order,
/// the rules for flags and families would be read from the start for each answer.
pub(super) struct Characters<'a> {
    text: &'a str,
    /// Between two characters.
    at: usize,
}

impl<'a> Characters<'a> {
    /// From a place that is between two characters.
    pub(super) const fn of(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// Whether a place is between two characters.
    pub(super) fn is_boundary(&mut self, place: usize) -> bool {
        self.boundary_from(place) == place
    }

    /// The first place from this one on that is between two characters.
    pub(super) fn boundary_from(&mut self, place: usize) -> usize {
        if self.is_plain(place) {
            self.at = place;
        }
        while self.at < place {
            self.at += self.text[self.at..].graphemes(true).next().map_or(1, str::len);
        }
        self.at
    }

    /// Between two characters of ASCII, there is a boundary whatever is around them.
    fn is_plain(&self, place: usize) -> bool {
        match self.text.as_bytes()[..] {
            [] => true,
            ref bytes if place == 0 || place == bytes.len() => true,
            ref bytes => {
                let (before, after) = (bytes[place - 1], bytes[place]);
                before.is_ascii() && after.is_ascii() && (before, after) != (b'\r', b'\n')
            }
        }
    }
}
