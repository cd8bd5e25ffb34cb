//! The tokens of an encoding, and how many of them one piece of a text has.

use std::sync::LazyLock;

use bpe_openai::byte_pair_encoding::BytePairEncoding;

use super::{
    Encoding,
    keys::Set,
    long::{self, LONG},
    scan::Rules,
};

/// All that is known of an encoding; loaded when it is first asked for.
pub(super) struct Vocabulary {
    pub(super) rules: Rules,
    /// The tokens that are short enough for a key. Most pieces of most texts are one of them.
    pub(super) short_tokens: Set,
    pub(super) bpe: &'static BytePairEncoding,
}

impl Vocabulary {
    pub(super) fn of(encoding: Encoding) -> &'static Self {
        static O200K: LazyLock<Vocabulary> =
            LazyLock::new(|| Vocabulary::load(Rules::O200k, &bpe_openai::o200k_base().bpe));
        static CL100K: LazyLock<Vocabulary> =
            LazyLock::new(|| Vocabulary::load(Rules::Cl100k, &bpe_openai::cl100k_base().bpe));
        match encoding {
            // Harmony differs in its special tokens only, and those never come from a text.
            Encoding::O200kBase | Encoding::O200kHarmony => &O200K,
            Encoding::Cl100kBase => &CL100K,
        }
    }

    fn load(rules: Rules, bpe: &'static BytePairEncoding) -> Self {
        let tokens = 0..bpe.num_tokens() as u32;
        Self { rules, short_tokens: Set::of(tokens.map(|token| bpe.token_bytes(token))), bpe }
    }

    /// The tokens of one piece. If they are more than `limit`, only so many are promised.
    pub(super) fn count(&self, piece: &[u8], limit: usize) -> usize {
        if piece.len() < LONG { self.bpe.count(piece) } else { long::count(self.bpe, piece, limit) }
    }
}
