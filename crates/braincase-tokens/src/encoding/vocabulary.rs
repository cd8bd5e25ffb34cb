//! The tokens of an encoding: which words are one, which two are merged, and where a token begins.

use std::ops::Not;

use super::{
    Encoding,
    layout::{
        Key, NO_ENTRY, NO_TOKEN, NUMBER_BITS, NUMBERS, PAIR_FILTER, RECORD, TREE_BITS, edge, filter_bit, follower,
        hash_key, hash_number, is_short, pair,
    },
    scan::Rules,
};

/// A token's number. Those that are merged first have the lowest numbers.
pub(super) type Token = u32;

/// All that is known of an encoding.
pub(super) struct Vocabulary {
    pub(super) rules: Rules,
    tokens: u32,
    short_words: &'static [[u8; 8]],
    long_words: &'static [[u8; 16]],
    pairs: Map<NUMBER_BITS>,
    pair_filter: &'static [u8; PAIR_FILTER],
    starts: &'static [[u8; 8]],
    tree: Map<TREE_BITS>,
    records: &'static [[u8; RECORD]],
    bytes: &'static [[u8; 4]],
}

static O200K: Vocabulary = Vocabulary {
    rules: Rules::O200k,
    tokens: (O200K_RECORDS.len() / RECORD) as u32,
    short_words: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.short_words")).as_slice().as_chunks().0,
    long_words: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.long_words")).as_slice().as_chunks().0,
    pairs: Map(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.pairs")).as_slice().as_chunks().0),
    pair_filter: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.pair_filter")),
    starts: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.starts")).as_slice().as_chunks().0,
    tree: Map(include_bytes!(concat!(env!("OUT_DIR"), "/o200k.tree")).as_slice().as_chunks().0),
    records: O200K_RECORDS.as_chunks().0,
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/o200k.bytes")).as_slice().as_chunks().0,
};

static CL100K: Vocabulary = Vocabulary {
    rules: Rules::Cl100k,
    tokens: (CL100K_RECORDS.len() / RECORD) as u32,
    short_words: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.short_words")).as_slice().as_chunks().0,
    long_words: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.long_words")).as_slice().as_chunks().0,
    pairs: Map(include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.pairs")).as_slice().as_chunks().0),
    pair_filter: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.pair_filter")),
    starts: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.starts")).as_slice().as_chunks().0,
    tree: Map(include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.tree")).as_slice().as_chunks().0),
    records: CL100K_RECORDS.as_chunks().0,
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.bytes")).as_slice().as_chunks().0,
};

static O200K_RECORDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k.tokens"));
static CL100K_RECORDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k.tokens"));

impl Vocabulary {
    pub(super) const fn of(encoding: Encoding) -> &'static Self {
        match encoding {
            // Harmony differs in its special tokens only, and those never come from a text.
            Encoding::O200kBase | Encoding::O200kHarmony => &O200K,
            Encoding::Cl100kBase => &CL100K,
        }
    }

    /// Whether a piece is one token. Many slots are free, so that this is a look or two.
    #[inline]
    pub(super) fn is_word(&self, key: Key) -> bool {
        if is_short(key) {
            contains(self.short_words, key as u64, hash_key(key), u64::from_le_bytes)
        } else {
            contains(self.long_words, key, hash_key(key), Key::from_le_bytes)
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
        let pair = pair(left, right);
        let bit = filter_bit(pair);
        if self.pair_filter[bit / 8] & 1 << (bit % 8) == 0 {
            None
        } else {
            self.pairs.get(pair).map(|token| token as Token)
        }
    }

    /// What is known of a token: the two that it is merged from (a byte: itself twice), the longest other token that it
    /// begins with, and its length.
    #[inline]
    fn record(&self, token: Token) -> [u32; RECORD / 4] {
        let record = self.records[token as usize].as_chunks().0;
        std::array::from_fn(|field| u32::from_le_bytes(record[field]))
    }

    /// The length of a token in bytes.
    #[inline]
    pub(super) fn len(&self, token: Token) -> usize {
        self.record(token)[3] as usize
    }

    /// The longest other token that a token begins with.
    #[inline]
    pub(super) fn shorter(&self, token: Token) -> Option<Token> {
        Some(self.record(token)[2]).filter(|token| *token != NO_TOKEN)
    }

    /// The longest token that the bytes begin with. There is one, unless there are no bytes.
    #[inline]
    pub(super) fn longest_prefix(&self, bytes: &[u8]) -> Option<Token> {
        let [first, second, rest @ ..] = bytes else { return bytes.first().map(|byte| self.byte(*byte)) };
        let start = u64::from_le_bytes(self.starts[usize::from(*first) << 8 | usize::from(*second)]);
        let mut node = start & NUMBERS;
        let mut followers = start >> NUMBER_BITS;
        let mut longest = start >> TREE_BITS;
        for byte in rest {
            // Mostly, it is known without a look that this is the end.
            if followers & follower(*byte) == 0 {
                break;
            }
            let Some(child) = self.tree.get(edge(node as u32, *byte)) else { break };
            node = child & NUMBERS;
            followers = child >> NUMBER_BITS;
            // A node that is a token has its number; the others have higher ones.
            if node < u64::from(self.tokens) {
                longest = node;
            }
        }
        Some(longest as Token)
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
            let (undo_left, undo_right) = (self.record(left)[1], self.record(right)[0]);
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

/// Whether the key is in a set; open addressing, and what is free has only ones.
#[inline]
fn contains<const N: usize, K: Copy + Eq + Not<Output = K> + Default>(
    set: &[[u8; N]],
    key: K,
    hash: usize,
    read: impl Fn([u8; N]) -> K,
) -> bool {
    let mask = set.len() - 1;
    let mut slot = hash & mask;
    loop {
        let found = read(set[slot]);
        if found == key {
            return true;
        }
        if found == !K::default() {
            return false;
        }
        slot = (slot + 1) & mask;
    }
}

/// From what is asked for to a value in the bits below it; open addressing, too.
struct Map<const VALUE_BITS: u32>(&'static [[u8; 8]]);

impl<const VALUE_BITS: u32> Map<VALUE_BITS> {
    #[inline]
    fn get(&self, asked: u64) -> Option<u64> {
        let mask = self.0.len() - 1;
        let mut slot = hash_number(asked) & mask;
        loop {
            let found = u64::from_le_bytes(self.0[slot]);
            if found == NO_ENTRY {
                return None;
            }
            if found >> VALUE_BITS == asked {
                return Some(found & ((1 << VALUE_BITS) - 1));
            }
            slot = (slot + 1) & mask;
        }
    }
}
