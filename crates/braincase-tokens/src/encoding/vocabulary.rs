//! The tokens of an encoding: which words are one, which two are merged, and where a token begins.

use super::{
    Encoding,
    layout::{Key, NO_ENTRY, NO_KEY, NUMBER_BITS, edge, hash_key, hash_number, pair},
    scan::Rules,
};

/// A token's number. Those that are merged first have the lowest numbers.
pub(super) type Token = u32;

/// All that is known of an encoding.
pub(super) struct Vocabulary {
    pub(super) rules: Rules,
    tokens: u32,
    words: &'static [[u8; 16]],
    pairs: Map,
    tree: Map,
    splits: &'static [[u8; 8]],
    bytes: &'static [[u8; 4]],
}

static O200K: Vocabulary = Vocabulary {
    rules: Rules::O200k,
    tokens: (O200K_SPLITS.len() / 8) as u32,
    words: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.words")).as_slice().as_chunks().0,
    pairs: Map(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.pairs")).as_slice().as_chunks().0),
    tree: Map(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.tree")).as_slice().as_chunks().0),
    splits: O200K_SPLITS.as_chunks().0,
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.bytes")).as_slice().as_chunks().0,
};

static CL100K: Vocabulary = Vocabulary {
    rules: Rules::Cl100k,
    tokens: (CL100K_SPLITS.len() / 8) as u32,
    words: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.words")).as_slice().as_chunks().0,
    pairs: Map(include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.pairs")).as_slice().as_chunks().0),
    tree: Map(include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.tree")).as_slice().as_chunks().0),
    splits: CL100K_SPLITS.as_chunks().0,
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.bytes")).as_slice().as_chunks().0,
};

static O200K_SPLITS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k.splits"));
static CL100K_SPLITS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.splits"));

impl Vocabulary {
    pub(super) const fn of(encoding: Encoding) -> &'static Self {
        match encoding {
            // Harmony differs in its special tokens only, and those never come from a text.
            Encoding::O200kBase | Encoding::O200kHarmony => &O200K,
            Encoding::Cl100kBase => &CL100K,
        }
    }

    /// Whether a piece is one token. At most half of the slots are taken, so that this is a look or two.
    #[inline]
    pub(super) fn is_word(&self, key: Key) -> bool {
        let mask = self.words.len() - 1;
        let mut slot = hash_key(key) & mask;
        loop {
            let found = Key::from_le_bytes(self.words[slot]);
            if found == key || found == NO_KEY {
                return found == key;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The token of a byte.
    #[inline]
    pub(super) fn byte(&self, byte: u8) -> Token {
        Token::from_le_bytes(self.bytes[usize::from(byte)])
    }

    /// What two neighbours are merged into.
    #[inline]
    pub(super) fn merged(&self, left: Token, right: Token) -> Option<Token> {
        self.pairs.get(pair(left, right))
    }

    /// The two that a token is merged from; of a byte, itself twice.
    #[inline]
    fn split(&self, token: Token) -> (Token, Token) {
        let split = u64::from_le_bytes(self.splits[token as usize]);
        (split as u32, (split >> 32) as u32)
    }

    /// The longest token that the bytes begin with, and its length. There is one, unless there are no bytes.
    #[inline]
    pub(super) fn longest_prefix(&self, bytes: &[u8]) -> Option<(Token, usize)> {
        let (first, rest) = bytes.split_first()?;
        let mut node = self.byte(*first);
        let mut longest = (node, 1);
        for (byte, len) in rest.iter().zip(2..) {
            let Some(child) = self.tree.get(edge(node, *byte)) else { break };
            node = child;
            // A node that is a token has its number; the others have higher ones.
            if node < self.tokens {
                longest = (node, len);
            }
        }
        Some(longest)
    }

    /// Whether the two are what their bytes are cut into. Undoes the merges, last ones first, and asks each time whether
    /// another merge across the border would have come before.
    #[inline]
    pub(super) fn are_neighbours(&self, mut left: Token, mut right: Token) -> bool {
        let mut limit = Token::MAX;
        loop {
            if self.merged(left, right).is_some_and(|merged| merged < limit) {
                return false;
            }
            // Of two bytes, one of them is the last that is left to undo.
            let (undo_left, undo_right) = (self.split(left).1, self.split(right).0);
            let (left_is_byte, right_is_byte) = (undo_left == left, undo_right == right);
            if left_is_byte && right_is_byte {
                return true;
            }
            if right_is_byte || left > right && !left_is_byte {
                limit = left;
                left = undo_left;
            } else {
                limit = right + 1;
                right = undo_right;
            }
        }
    }
}

/// From what is asked for to a number; open addressing, as [`Vocabulary::is_word`].
struct Map(&'static [[u8; 8]]);

impl Map {
    #[inline]
    fn get(&self, asked: u64) -> Option<u32> {
        let mask = self.0.len() - 1;
        let mut slot = hash_number(asked) & mask;
        loop {
            let found = u64::from_le_bytes(self.0[slot]);
            if found == NO_ENTRY {
                return None;
            }
            if found >> NUMBER_BITS == asked {
                return Some((found & ((1 << NUMBER_BITS) - 1)) as u32);
            }
            slot = (slot + 1) & mask;
        }
    }
}
