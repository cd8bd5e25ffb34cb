//! Those that are compared, and how ours is made to forget what it has seen.

use std::{fmt::Write, sync::LazyLock};

use braincase_tokens::Encoding;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The encoding that everything is compared with.
pub(crate) const ENCODING: Encoding = Encoding::O200kBase;

/// Ours.
pub(crate) fn ours(text: &str) -> usize {
    braincase_tokens::count(ENCODING, text)
}

/// The one whose counts are right by definition.
pub(crate) fn tiktoken(text: &str) -> usize {
    tiktoken_rs::o200k_base_singleton().count_ordinary(text)
}

/// The fastest exact one that never panics.
pub(crate) fn bpe(text: &str) -> usize {
    bpe_openai::o200k_base().count(text)
}

/// Counts so many pieces that nobody has seen that they push all others out of the caches.
pub(crate) fn forget() {
    static UNSEEN: LazyLock<String> = LazyLock::new(|| {
        let mut rng = ChaCha8Rng::seed_from_u64(99);
        let mut text = String::new();
        for _ in 0..50_000 {
            let (short, long): (u32, u64) = (rng.random(), rng.random());
            let letters =
                |n: u64| n.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect::<String>();
            write!(text, " {} {}", letters(short.into()), letters(long)).unwrap();
        }
        text
    });
    ours(&UNSEEN);
}
