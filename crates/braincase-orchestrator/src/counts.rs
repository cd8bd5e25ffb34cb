//! Token counts, kept in a cache that is bounded, listed and freed as all others are.

use std::sync::Arc;

use braincase_cache::{Bound, Cache};
use braincase_tokens::{Counts, Fingerprint, Memo};

use crate::orchestrator::Parts;

/// How much memory counts may take: about 20 000 of them.
const MAX_BYTES: u64 = 8 << 20;

#[derive(Debug)]
struct Kept(Cache<Fingerprint, usize>);

impl Counts for Kept {
    fn get(&self, fingerprint: &Fingerprint) -> Option<usize> {
        self.0.get(fingerprint).map(|tokens| *tokens)
    }

    fn keep(&self, fingerprint: Fingerprint, tokens: usize) {
        self.0.insert(fingerprint, tokens);
    }
}

/// Has all models of these parts remember their counts in one cache.
pub(crate) fn share(parts: Parts) -> Parts {
    let bound = Bound::Bytes { limit: MAX_BYTES, key_heap: |_| 0, value_heap: |_| 0 };
    let cache = Cache::builder("token_counts").bound(bound);
    let memo = Memo::over(Kept(cache.build(Arc::clone(&parts.clock), Arc::clone(&parts.background))));
    Parts { models: Arc::new(parts.models.with_memo(&memo)), model: parts.model.with_memo(&memo), ..parts }
}
