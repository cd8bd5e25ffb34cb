//! Those that are compared.

use braincase_tokens::Encoding;

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
