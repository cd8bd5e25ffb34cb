//! How the tables of a vocabulary are laid out. The build script writes them, and the program reads them as they are: so
//! nothing is loaded, and only what is used takes memory.

/// The longest piece that is a [`Key`].
pub(super) const KEY: usize = 16;

/// Up to sixteen bytes as a number, filled up with a byte that no text has: two keys are equal when their bytes are.
pub(super) type Key = u128;

/// No piece has this key, since no text has the byte 0xff.
pub(super) const NO_KEY: Key = Key::MAX;

/// Whether a key is that of at most eight bytes, and so is known by its lower half.
#[inline]
pub(super) const fn is_short(key: Key) -> bool {
    key >> 64 == Key::MAX >> 64
}

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

/// The bits of a token's number, and of a node's of the tree of tokens.
pub(super) const NUMBER_BITS: u32 = 21;

/// All numbers.
pub(super) const NUMBERS: u64 = (1 << NUMBER_BITS) - 1;

/// The bits of what is known of a node: its number, and which bytes may follow.
pub(super) const TREE_BITS: u32 = NUMBER_BITS + FOLLOWERS;

const FOLLOWERS: u32 = 14;

/// The bit that is set in a node if this byte may follow; others have the same.
#[inline]
pub(super) const fn follower(byte: u8) -> u64 {
    1 << (byte as u32 % FOLLOWERS)
}

/// No token has this number.
pub(super) const NO_TOKEN: u32 = u32::MAX;

/// The bytes of what is known of a token: four numbers.
pub(super) const RECORD: usize = 16;

/// The bytes of the filter of pairs: little enough for a near cache, and enough that few bits are set by chance.
pub(super) const PAIR_FILTER: usize = 1 << 18;

/// The bit of a pair in the filter.
#[inline]
pub(super) const fn filter_bit(pair: u64) -> usize {
    (pair.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 43) as usize
}

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
