//! Texts that have stopped other counters are counted and packed as quickly as others.

mod texts;

use std::time::Duration;

use braincase_core::{Clock, SystemClock};
use braincase_tokens::{Encoding, Fate, Message, Part, Registry, Role, Sections, Shrink, count, fit};
use texts::TEXTS;

const MEGABYTE: usize = 1_000_000;
/// Far more than it takes, so that a busy machine does not matter; a quadratic algorithm would need hours.
const SOON: Duration = Duration::from_secs(30);

fn assert_counted_soon(bytes: usize, soon: Duration) {
    let clock = SystemClock::default();
    for (name, fill) in TEXTS {
        let text = fill(bytes);
        for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
            let start = clock.monotonic();
            let tokens = count(encoding, &text);
            assert!((text.len().div_ceil(128)..=text.len()).contains(&tokens), "{name}: {tokens}");
            assert!(clock.monotonic() - start < soon, "{name} took {:?}", clock.monotonic() - start);
        }
    }
}

#[test]
fn a_megabyte_of_anything_is_counted_quickly() {
    assert_counted_soon(MEGABYTE, SOON);
}

#[test]
#[ignore = "needs minutes; `cargo xtask test --nightly` runs it"]
fn sixteen_megabytes_of_anything_are_counted_in_proportion() {
    assert_counted_soon(16 * MEGABYTE, 16 * SOON);
}

#[test]
fn a_megabyte_of_anything_is_packed_quickly() {
    let (clock, model) = (SystemClock::default(), Registry::embedded().get("gpt-4").unwrap());
    for (name, fill) in TEXTS {
        let start = clock.monotonic();
        let flood = Part::optional("flood", Message::new(Role::User, fill(MEGABYTE)), 1).shrinking(Shrink::Middle, 0);
        let sections = Sections::default().with(flood).turn("question", Message::new(Role::User, "Well?"));
        let fitted = fit(&model, sections).unwrap();
        assert!(fitted.account.input <= 8_192 - 2_048, "{name}");
        assert_ne!(fitted.account.parts[0].fate, Fate::Kept, "{name}");
        assert!(clock.monotonic() - start < SOON, "{name} took {:?}", clock.monotonic() - start);
    }
}
