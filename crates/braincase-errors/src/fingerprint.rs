//! Which failures are the same one: numbers, ids and quoted names differ from one to the next, the rest does not.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How much of a message counts; what comes later is detail.
const MAX_MESSAGE: usize = 512;

/// Names all failures of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Stands for all kinds of failures that came when too many kinds were known already.
    pub(crate) const OVERFLOW: Self = Self(0);

    pub(crate) fn of(operation: &str, code: &str, outcome: &str, file: &str, message: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        let shape = shape(message);
        for part in [operation, code, outcome, file, &shape] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(u128::from_be_bytes(bytes))
    }
}

/// The message without what differs from one failure to the next.
fn shape(message: &str) -> String {
    let message = &message[..message.floor_char_boundary(MAX_MESSAGE)];
    let mut shape = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let (length, stands_for) = piece(rest, first);
        match stands_for {
            Some(sign) => shape.push(sign),
            None => shape.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    shape
}

/// How many bytes belong together from the start, and what stands for them if they vary.
fn piece(rest: &str, first: char) -> (usize, Option<char>) {
    if matches!(first, '"' | '`')
        && let Some(end) = rest[1..].find(first)
    {
        return (end + 2, Some('"'));
    }
    if !first.is_alphanumeric() {
        return (first.len_utf8(), None);
    }
    // A number may have a sign, a point or a unit's beginning glued to it; an id is letters, digits and dashes.
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(rest.len());
    let word = &rest[..end];
    (end, word.contains(|c: char| c.is_ascii_digit()).then_some('#'))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(message: &str) -> Fingerprint {
        Fingerprint::of("upload", "store_failed", "error", "src/upload.rs", message)
    }

    #[test]
    fn other_words_places_and_operations_are_other_failures() {
        let one = of("the disk is full");
        assert_ne!(one, of("the disk is slow"));
        assert_ne!(one, Fingerprint::of("upload", "store_failed", "error", "src/other.rs", "the disk is full"));
        assert_ne!(one, Fingerprint::of("download", "store_failed", "error", "src/upload.rs", "the disk is full"));
        assert_ne!(one, Fingerprint::of("upload", "store_failed", "panic", "src/upload.rs", "the disk is full"));
    }

    #[test]
    fn a_name_in_quotes_does_not_make_another_failure() {
        assert_eq!(of("no scene \"Opening\" in it"), of("no scene \"The end\" in it"));
        assert_ne!(of("an open \" quote"), of("an open \" door"));
    }

    proptest! {
        #[test]
        fn numbers_and_ids_do_not_make_another_failure(a: u64, b: u64, id in any::<u128>(), other in any::<u128>(), f in 0.0..1e6f64) {
            let message = |number: u64, id: u128, float: f64| {
                let id = uuid::Uuid::from_u128(id | 0x1234_5678);
                format!("row {number} of {id} took {float:.3}ms at 0x{number:08x}, see 10.0.0.{}:{}", number % 256, number % 60_000)
            };
            prop_assert_eq!(of(&message(a, id, f)), of(&message(b, other, f / 2.0)));
        }

        #[test]
        fn any_text_has_a_fingerprint_that_is_read_back(message in "\\PC{0,700}") {
            let fingerprint = of(&message);
            prop_assert_eq!(fingerprint.to_string().parse::<Fingerprint>(), Ok(fingerprint));
        }
    }
}
