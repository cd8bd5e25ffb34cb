//! Counting needs little memory, whatever the text; alone in its process, so that nobody else allocates.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not recognised as tests")]

#[path = "it/adversarial/texts.rs"]
mod texts;

use std::alloc::System;

use braincase_tokens::{Encoding, count};
use cap::Cap;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Whoever needs more than twice the text beside it gets no memory, which ends the test.
fn assert_little_memory(bytes: usize) {
    for (_, fill) in texts::TEXTS {
        for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
            // Loads the vocabulary and makes a cache, which stay.
            assert!(count(encoding, "uncommonlyunusual") > 1);
            let text = fill(bytes);
            ALLOCATOR.set_limit(ALLOCATOR.allocated() + 2 * text.len()).unwrap();
            assert!(count(encoding, &text) > 0);
            ALLOCATOR.set_limit(usize::MAX).unwrap();
        }
    }
}

#[test]
fn a_megabyte_of_anything_needs_no_more_than_two_beside_it() {
    assert_little_memory(1_000_000);
}

#[test]
#[ignore = "needs minutes; `cargo xtask test --nightly` runs it"]
fn sixteen_megabytes_of_anything_need_no_more_than_two_times_as_much_beside_them() {
    assert_little_memory(16_000_000);
}
