//! Texts that have stopped other counters.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Makes a text of the given number of bytes, or a few less or more.
pub(crate) type Fill = fn(usize) -> String;

pub(crate) const TEXTS: [(&str, Fill); 19] = [
    ("spaces", |bytes| fill(" ", bytes)),
    ("spaces before a letter", |bytes| fill(" ", bytes) + "a"),
    ("tabs", |bytes| fill("\t", bytes)),
    ("line ends", |bytes| fill("\r\n", bytes)),
    ("a", |bytes| fill("a", bytes)),
    ("A", |bytes| fill("A", bytes)),
    ("zeros", |bytes| fill("0", bytes)),
    ("dashes", |bytes| fill("-", bytes)),
    ("equal signs", |bytes| fill("=", bytes)),
    ("asterisks", |bytes| fill("*", bytes)),
    ("rules of dashes", |bytes| fill(&("-".repeat(900) + "\n"), bytes)),
    ("accents", |bytes| fill("\u{301}", bytes)),
    ("accents and capitals", |bytes| fill("\u{301}A", bytes)),
    ("dashes and equal signs", |bytes| random("-=", bytes)),
    ("a and b", |bytes| random("ab", bytes)),
    ("random letters", |bytes| random(&BASE64[26..52], bytes)),
    ("random Unicode", |bytes| random(&('\0'..=char::MAX).step_by(7).collect::<String>(), bytes)),
    ("base64", |bytes| random(BASE64, bytes)),
    ("hex", |bytes| random("0123456789abcdef", bytes)),
];

fn fill(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

fn random(alphabet: &str, bytes: usize) -> String {
    let (mut rng, alphabet) = (ChaCha8Rng::seed_from_u64(3), alphabet.chars().collect::<Vec<_>>());
    let mut text = String::with_capacity(bytes + 4);
    while text.len() < bytes {
        text.push(alphabet[rng.random_range(0..alphabet.len())]);
    }
    text
}
