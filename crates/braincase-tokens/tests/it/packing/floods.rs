//! A megabyte of anything is cut in bounded time, and to what fits.

use std::time::Duration;

use braincase_core::{Clock, SystemClock};
use braincase_tokens::{
    Encoding, Fate, Message, Part, Policy, Registry, Role, Sections, Shrink, Text, count, fit, truncate,
};

const MEGABYTE: usize = 1_000_000;
/// Far more than it takes, so that a busy machine does not matter; a quadratic algorithm would need hours.
const SOON: Duration = Duration::from_secs(120);

fn texts() -> [(&'static str, String); 9] {
    let fill = |unit: &str| unit.repeat(MEGABYTE / unit.len());
    // The same at every run, of all planes.
    let random = (1..400_000_u32).filter_map(|n| char::from_u32(n.wrapping_mul(2_654_435_761) >> 11)).collect();
    [
        ("spaces", fill(" ")),
        ("a", fill("a")),
        ("dashes", fill("-")),
        ("line ends", fill("\r\n")),
        ("accents", fill("\u{301}")),
        ("half flags", fill("🇦")),
        ("joined letters", fill("क्")),
        ("letters in both cases", fill("A一")),
        ("random Unicode", random),
    ]
}

#[test]
fn a_megabyte_of_anything_shrinks_to_what_fits() {
    let (clock, model) = (SystemClock::default(), Registry::embedded().get("gpt-4o").unwrap());
    for (name, text) in texts() {
        let text = Text::new(text);
        let start = clock.monotonic();
        for how in [Shrink::Middle, Shrink::tail_of_lines(0), Shrink::head_of_lines(0)] {
            let flood = Part::optional("flood", Message::new(Role::User, text.clone()), 1).shrinking(how, 0);
            let sections = Sections::new([flood]);
            let (policy, reserve_output) = (Policy::exact(), Some(model.context - 1_000));
            let fitted = fit(&model, Sections { policy, reserve_output, ..sections }).unwrap();
            assert!(fitted.account.input <= 1_000, "{name}");
            assert_ne!(fitted.account.parts[0].fate, Fate::Kept, "{name}");
        }
        assert!(clock.monotonic() - start < SOON, "{name} took {:?}", clock.monotonic() - start);
    }
}

#[test]
fn a_megabyte_of_anything_is_truncated_to_what_fits() {
    let clock = SystemClock::default();
    for (name, text) in texts() {
        let start = clock.monotonic();
        for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
            let prefix = truncate(encoding, &text, 1_000);
            assert!(text.starts_with(prefix) && count(encoding, prefix) <= 1_000, "{name}");
            // Some are a single character as people see it, which is there or not. Pieces up to 256 bytes are, too.
            let endless = ["accents", "joined letters"].contains(&name);
            assert!(endless || count(encoding, prefix) >= 1_000 - 256, "{name}: {}", count(encoding, prefix));
        }
        assert!(clock.monotonic() - start < SOON, "{name} took {:?}", clock.monotonic() - start);
    }
}
