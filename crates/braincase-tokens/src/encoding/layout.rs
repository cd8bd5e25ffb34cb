//! How the tables of a vocabulary are laid out. The build script writes them, and the program reads them as they are: so
//! nothing is loaded, and only what is used takes memory.

/// The longest piece that is a [`Key`].
pub(super) const KEY: usize = 16;

/// Up to sixteen bytes as a number, filled up with a byte that no text has: two keys are equal when their bytes are.
pub(super) type Key = u128;

/// No piece has this key, since no text has the byte 0xff.
pub(super) const NO_KEY: Key = Key::MAX;

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

/// Where a key is looked for first; the caller takes as many low bits as it has slots.
#[inline]
pub(super) fn hash_key(key: Key) -> usize {
    // One wide multiplication spreads both halves over all bits; the constants are any odd ones.
    let (low, high) = (key as u64 ^ 0x9e37_79b9_7f4a_7c15, (key >> 64) as u64 ^ 0x5851_f42d_4c95_7f2d);
    let product = u128::from(low) * u128::from(high);
    (product as u64 ^ (product >> 64) as u64) as usize
}

/// The bits of a token's number, and of a node's of the tree of tokens. What is above them in an entry is asked for.
pub(super) const NUMBER_BITS: u32 = 21;

/// An entry of a map that is not there.
pub(super) const NO_ENTRY: u64 = u64::MAX;

/// Two neighbouring tokens, as what is asked for.
#[inline]
pub(super) const fn pair(left: u32, right: u32) -> u64 {
    (left as u64) << NUMBER_BITS | right as u64
}

/// A node of the tree of tokens and the byte that follows, as what is asked for.
#[inline]
pub(super) const fn edge(node: u32, byte: u8) -> u64 {
    (node as u64) << 8 | byte as u64
}

/// Where an entry of a map is looked for first; the caller takes as many low bits as it has slots.
#[inline]
pub(super) const fn hash_number(asked: u64) -> usize {
    (asked.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 38) as usize
}
