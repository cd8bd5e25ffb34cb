//! Keeps the counts of pieces that are more than one token, so that they are merged once.

use super::layout::{KEY, Key, NO_KEY, hash_key, key};

/// The longest piece whose count is kept.
pub(super) const LONGEST: usize = 2 * KEY - 1;

/// The counts of some pieces that are more than one token. Each has one place; the newcomer takes it.
#[derive(Debug)]
pub(super) struct Cache {
    /// Fifteen bytes and a count.
    short: Vec<Key>,
    /// Thirty-one bytes and a count.
    long: Vec<[Key; 2]>,
}

const SHORT_SLOTS: usize = 1 << 14;
const LONG_SLOTS: usize = 1 << 13;

/// The last byte of what is stored is the count.
const COUNT_SHIFT: u32 = Key::BITS - 8;
const COUNT: Key = 0xff << COUNT_SHIFT;

impl Cache {
    pub(super) fn new() -> Self {
        Self { short: vec![NO_KEY; SHORT_SLOTS], long: vec![[NO_KEY; 2]; LONG_SLOTS] }
    }

    /// The count of the piece of up to [`LONGEST`] bytes at `at`, computed if it is not there.
    #[inline]
    pub(super) fn get_or_compute(
        &mut self,
        text: &[u8],
        at: usize,
        len: usize,
        count: impl FnOnce() -> usize,
    ) -> usize {
        if len < KEY {
            let key = key(text, at, len);
            let slot = &mut self.short[hash_key(key) % SHORT_SLOTS];
            if (*slot ^ key) & !COUNT == 0 {
                return (*slot >> COUNT_SHIFT) as usize;
            }
            let tokens = count();
            *slot = key & !COUNT | (tokens as Key) << COUNT_SHIFT;
            tokens
        } else {
            let (first, second) = (key(text, at, KEY), key(text, at + KEY, len - KEY));
            let slot = &mut self.long[hash_key(first ^ second.rotate_left(64)) % LONG_SLOTS];
            if slot[0] == first && (slot[1] ^ second) & !COUNT == 0 {
                return (slot[1] >> COUNT_SHIFT) as usize;
            }
            let tokens = count();
            *slot = [first, second & !COUNT | (tokens as Key) << COUNT_SHIFT];
            tokens
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_bytes_wherever_they_stand() {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        for len in 1..=KEY {
            assert_eq!(key(text, 5, len), key(&text[5..5 + len], 0, len), "{len}");
            assert_ne!(key(text, 5, len), key(text, 4, len), "{len}");
        }
        assert_ne!(key(b"\0", 0, 1), key(b"\0\0", 0, 2));
    }

    #[test]
    fn a_count_is_computed_once_and_never_confused() {
        let mut cache = Cache::new();
        for _ in 0..2 {
            for len in 1..=LONGEST {
                for byte in *b"\0aZ" {
                    let (piece, count) = (vec![byte; len], len + usize::from(byte));
                    assert_eq!(cache.get_or_compute(&piece, 0, len, || count), count);
                    assert_eq!(cache.get_or_compute(&piece, 0, len, || panic!("known")), count);
                }
            }
        }
    }
}
