//! Says of each character whether it is a letter, a digit, a space or something else, as the patterns of tiktoken do.
//!
//! The tables are those of `regex-syntax`, and so of the regular expressions that others cut with: nothing is copied that
//! could grow old.

use std::sync::LazyLock;

use regex_syntax::hir::{Class as HirClass, HirKind};

/// `\p{L}`.
pub(super) const LETTER: u8 = 1;
/// `\p{N}`.
pub(super) const NUMBER: u8 = 2;
/// `\s`.
pub(super) const SPACE: u8 = 4;
/// Carriage returns and line feeds, which are spaces, too.
pub(super) const NEWLINE: u8 = 8;
/// What a word of o200k may begin with: capitals, letters without case, marks.
pub(super) const HEAD: u8 = 16;
/// What a word of o200k may end with: small letters, letters without case, marks.
pub(super) const TAIL: u8 = 32;
/// Neither space nor letter nor digit: punctuation, symbols, marks, controls.
pub(super) const OTHER: u8 = 64;
/// A byte of a longer character; no character is of this class.
const MULTIBYTE: u8 = 128;

const PATTERNS: [(&str, u8); 6] = [
    (r"\p{L}", LETTER),
    (r"\p{N}", NUMBER),
    (r"\s", SPACE),
    (r"[\r\n]", NEWLINE),
    (r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", HEAD),
    (r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", TAIL),
];

const BLOCK: usize = 256;
const BLOCKS: usize = (char::MAX as usize + 1) / BLOCK;

/// The classes of all characters. Most blocks of 256 look like others, so that what is used fits a near cache.
#[derive(Debug)]
pub(super) struct Classes {
    /// By the first byte of a character.
    bytes: [u8; 256],
    /// Where in `blocks` each block is.
    index: Vec<u16>,
    blocks: Vec<[u8; BLOCK]>,
}

impl Classes {
    /// The tables, built when they are first asked for.
    pub(super) fn get() -> &'static Self {
        static CLASSES: LazyLock<Classes> = LazyLock::new(Classes::build);
        &CLASSES
    }

    fn build() -> Self {
        let mut all = vec![[0; BLOCK]; BLOCKS];
        for (pattern, bit) in PATTERNS {
            for point in points(pattern) {
                all[point / BLOCK][point % BLOCK] |= bit;
            }
        }
        for class in all.as_flattened_mut() {
            *class |= if *class & (LETTER | NUMBER | SPACE) == 0 { OTHER } else { 0 };
        }
        let mut bytes = [MULTIBYTE; 256];
        bytes[..128].copy_from_slice(&all[0][..128]);
        let mut blocks: Vec<[u8; BLOCK]> = Vec::new();
        let index = all.iter().map(|block| {
            let known = blocks.iter().position(|known| known == block);
            known.unwrap_or_else(|| {
                blocks.push(*block);
                blocks.len() - 1
            }) as u16
        });
        Self { bytes, index: index.collect(), blocks }
    }

    /// The class of the character that begins at `at`, and its length in bytes; nothing at the end of the text.
    #[inline]
    pub(super) fn at(&self, text: &[u8], at: usize) -> Option<(u8, usize)> {
        let class = self.bytes[usize::from(*text.get(at)?)];
        if class == MULTIBYTE { Some(self.multibyte(&text[at..])) } else { Some((class, 1)) }
    }

    /// Where the run of characters of any of the classes ends that begins at `at`.
    #[inline]
    pub(super) fn run(&self, text: &[u8], mut at: usize, classes: u8) -> usize {
        while let Some(byte) = text.get(at) {
            let class = self.bytes[usize::from(*byte)];
            if class & classes != 0 {
                at += 1;
            } else if class == MULTIBYTE {
                let (class, len) = self.multibyte(&text[at..]);
                if class & classes == 0 {
                    break;
                }
                at += len;
            } else {
                break;
            }
        }
        at
    }

    #[inline]
    fn multibyte(&self, text: &[u8]) -> (u8, usize) {
        let low = |byte: u8| usize::from(byte & 0x3f);
        let (point, len) = match *text {
            [a, b, ..] if a < 0xe0 => (usize::from(a & 0x1f) << 6 | low(b), 2),
            [a, b, c, ..] if a < 0xf0 => (usize::from(a & 0x0f) << 12 | low(b) << 6 | low(c), 3),
            [a, b, c, d, ..] => (usize::from(a & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4),
            // Texts are valid, so this is never seen.
            _ => return (OTHER, text.len()),
        };
        let block = self.index.get(point / BLOCK).map_or(0, |block| usize::from(*block));
        (self.blocks[block][point % BLOCK], len)
    }
}

/// The characters that a pattern of one character matches.
fn points(pattern: &str) -> impl Iterator<Item = usize> {
    let class = regex_syntax::parse(pattern).map(|hir| match hir.into_kind() {
        HirKind::Class(HirClass::Unicode(class)) => class.ranges().to_vec(),
        // `PATTERNS` holds classes of characters only, which a test checks.
        _ => Vec::new(),
    });
    let ranges = class.unwrap_or_default().into_iter();
    ranges.flat_map(|range| range.start() as usize..=range.end() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_class_and_every_character_has_one() {
        for (pattern, _) in PATTERNS {
            assert!(points(pattern).next().is_some(), "{pattern}");
        }
        let classes = Classes::get();
        let of = |c: char| classes.at(c.encode_utf8(&mut [0; 4]).as_bytes(), 0).unwrap();
        assert_eq!(of('a'), (LETTER | TAIL, 1));
        assert_eq!(of('Ä'), (LETTER | HEAD, 2));
        assert_eq!(of('界'), (LETTER | HEAD | TAIL, 3));
        assert_eq!(of('\u{301}'), (HEAD | TAIL | OTHER, 2));
        assert_eq!(of('½'), (NUMBER, 2));
        assert_eq!(of('\r'), (SPACE | NEWLINE, 1));
        assert_eq!(of('\u{3000}'), (SPACE, 3));
        assert_eq!(of('😀'), (OTHER, 4));
        let kinds = |class: u8| [LETTER, NUMBER, SPACE, OTHER].iter().filter(|kind| class & **kind != 0).count();
        assert!(('\0'..=char::MAX).all(|c| of(c).1 == c.len_utf8() && kinds(of(c).0) == 1));
    }
}
