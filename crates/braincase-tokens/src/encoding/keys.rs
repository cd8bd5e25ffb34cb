//! Packs short pieces into integers, and looks these up: in the vocabulary, and among the counts of pieces seen before.
//!
//! Keys are the bytes themselves, filled up with a byte that no text has. So what is found is always right.

/// The longest piece that is a [`Key`].
pub(super) const KEY: usize = 16;
/// The longest piece whose count is kept.
pub(super) const LONG_KEY: usize = 31;

/// Up to sixteen bytes.
pub(super) type Key = u128;

/// No piece has this key, since no text has the byte 0xff.
const NONE: Key = Key::MAX;

/// What fills up a key of each length.
const FILL: [Key; KEY + 1] = {
    let mut fill = [0; KEY + 1];
    let mut len = 0;
    while len < KEY {
        fill[len] = Key::MAX << (8 * len);
        len += 1;
    }
    fill
};

/// The key of `len` bytes from `at` on; no more than [`KEY`].
#[inline]
pub(super) fn key(text: &[u8], at: usize, len: usize) -> Key {
    let mut bytes = [0; KEY];
    if let Some(whole) = text.get(at..at + KEY) {
        // One load; what comes after the piece is covered by the fill.
        bytes.copy_from_slice(whole);
    } else {
        for (to, from) in bytes.iter_mut().zip(&text[at..at + len]) {
            *to = *from;
        }
    }
    Key::from_le_bytes(bytes) | FILL[len]
}

#[inline]
fn hash(key: Key) -> usize {
    // One wide multiplication spreads both halves over all bits; the constants are any odd ones.
    let (low, high) = (key as u64 ^ 0x9e37_79b9_7f4a_7c15, (key >> 64) as u64 ^ 0x5851_f42d_4c95_7f2d);
    let product = u128::from(low) * u128::from(high);
    (product as u64 ^ (product >> 64) as u64) as usize
}

/// A set of short pieces that never changes: open addressing, at most half full, so that a look takes a step or two.
#[derive(Debug)]
pub(super) struct Set(Vec<Key>);

impl Set {
    /// The set of those that are short enough.
    pub(super) fn of<'a>(pieces: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let mut slots = vec![NONE; (2 * pieces.len()).next_power_of_two()];
        let mask = slots.len() - 1;
        for piece in pieces {
            if (1..=KEY).contains(&piece.len()) && !piece.contains(&0xff) {
                let key = key(piece, 0, piece.len());
                let mut slot = hash(key) & mask;
                while slots[slot] != NONE {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = key;
            }
        }
        Self(slots)
    }

    #[inline]
    pub(super) fn contains(&self, key: Key) -> bool {
        let mask = self.0.len() - 1;
        let mut slot = hash(key) & mask;
        loop {
            let found = self.0[slot];
            if found == key {
                return true;
            }
            if found == NONE {
                return false;
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// The counts of some pieces that are more than one token. Each has one place; the newcomer takes it.
#[derive(Debug)]
pub(super) struct Cache {
    short: Vec<Key>,
    long: Vec<[Key; 2]>,
}

const SHORT_SLOTS: usize = 1 << 14;
const LONG_SLOTS: usize = 1 << 13;

/// The last byte of what is stored is the count.
const COUNT_SHIFT: u32 = Key::BITS - 8;
const COUNT: Key = 0xff << COUNT_SHIFT;

impl Cache {
    pub(super) fn new() -> Self {
        Self { short: vec![NONE; SHORT_SLOTS], long: vec![[NONE; 2]; LONG_SLOTS] }
    }

    /// The count of the piece of up to [`LONG_KEY`] bytes at `at`, computed if it is not there.
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
            let slot = &mut self.short[hash(key) % SHORT_SLOTS];
            if (*slot ^ key) & !COUNT == 0 {
                return (*slot >> COUNT_SHIFT) as usize;
            }
            let tokens = count();
            *slot = key & !COUNT | (tokens as Key) << COUNT_SHIFT;
            tokens
        } else {
            let (first, second) = (key(text, at, KEY), key(text, at + KEY, len - KEY));
            let slot = &mut self.long[hash(first ^ second.rotate_left(64)) % LONG_SLOTS];
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
    fn a_set_holds_what_it_is_of() {
        let words: Vec<String> = (0..1_000).map(|n| format!("w{n}")).collect();
        let set = Set::of(words.iter().map(String::as_bytes));
        let holds = |word: &str| set.contains(key(word.as_bytes(), 0, word.len()));
        assert!(words.iter().all(|word| holds(word)));
        assert!(!holds("w") && !holds("w1000") && !holds("\0"));
        assert!(!holds(&"\0".repeat(16)));
    }

    #[test]
    fn a_count_is_computed_once_and_never_confused() {
        let mut cache = Cache::new();
        for _ in 0..2 {
            for len in 1..=LONG_KEY {
                for byte in *b"\0aZ" {
                    let (piece, count) = (vec![byte; len], len + usize::from(byte));
                    assert_eq!(cache.get_or_compute(&piece, 0, len, || count), count);
                    assert_eq!(cache.get_or_compute(&piece, 0, len, || panic!("known")), count);
                }
            }
        }
    }
}
