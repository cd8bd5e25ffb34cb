//! Images, against the figures of OpenAI's documentation and by their bounds.

use proptest::prelude::*;

use super::model;
use crate::{
    Registry,
    account::{Detail, Image, ImageRule},
};

fn tokens(name: &str, width: u32, height: u32, detail: Detail) -> usize {
    model(name).images.tokens(Image { width, height, detail })
}

#[test]
fn tiles_cost_what_the_documentation_says() {
    for (width, height, counted) in [(1_024, 1_024, 765), (2_048, 4_096, 1_105), (512, 512, 255), (1, 1, 255)] {
        assert_eq!(tokens("gpt-4o", width, height, Detail::High), counted, "{width} × {height}");
        assert_eq!(tokens("gpt-4o", width, height, Detail::Low), 85);
    }
    assert_eq!(tokens("gpt-4o-mini", 1_024, 1_024, Detail::Auto), 2_833 + 4 * 5_667);
    assert_eq!(tokens("o1", 1_024, 1_024, Detail::Auto), 75 + 4 * 150);
    assert_eq!(tokens("gpt-5", 4_096, 8_192, Detail::Low), 70);
}

#[test]
fn patches_are_multiplied_and_rounded_up() {
    assert_eq!(tokens("gpt-4.1-mini", 1_024, 1_024, Detail::High), 1_659, "1024 patches at 1.62");
    assert_eq!(tokens("gpt-5-nano", 1_024, 1_024, Detail::High), 2_520, "1024 patches at 2.46");
    assert_eq!(tokens("o4-mini", 33, 31, Detail::High), 4, "two patches at 1.72");
    assert_eq!(tokens("gpt-5.5", 10_000, 10_000, Detail::High), 3_000, "2500 patches at 1.2");
    assert_eq!(tokens("gpt-5.5", 10_000, 10_000, Detail::Auto), 12_000, "it looks at the original");
    assert_eq!(tokens("gpt-5.4", 10_000, 10_000, Detail::Auto), 3_000);
}

#[test]
fn claude_and_gemini_have_rules_of_their_own() {
    assert_eq!(tokens("claude-sonnet-4-6", 1_092, 1_092, Detail::Auto), 1_598, "1521 patches, and 5 percent");
    assert!(
        tokens("claude-sonnet-4-6", 8_000, 8_000, Detail::Auto) < tokens("claude-opus-4-7", 8_000, 8_000, Detail::Auto)
    );
    assert_eq!(tokens("gemini-2.5-pro", 384, 384, Detail::Auto), 258);
    assert_eq!(tokens("gemini-2.5-pro", 1_536, 1_536, Detail::Auto), 4 * 258);
    assert_eq!(tokens("gemini-3.1-pro", 5_000, 5_000, Detail::Auto), 1_120);
    assert_eq!(tokens("gemini-3.1-pro", 5_000, 5_000, Detail::Low), 280);
}

fn details() -> impl Strategy<Value = Detail> {
    prop::sample::select(vec![Detail::Low, Detail::High, Detail::Original, Detail::Auto])
}

proptest! {
    #[test]
    fn no_size_overflows_and_an_unknown_one_costs_most(width: u32, height: u32, detail in details()) {
        for name in Registry::embedded().names() {
            let rule = model(name).images;
            let known = rule.tokens(Image { width, height, detail });
            let unknown = rule.tokens(Image::of_unknown_size(detail));
            prop_assert!(known > 0);
            // Crops have no upper limit, so that no more can be said than for images as large as people make them.
            if !matches!(rule, ImageRule::Crops { .. }) {
                prop_assert!(known <= unknown, "{name}: {known} > {unknown}");
            }
        }
    }

    #[test]
    fn an_image_of_unknown_size_covers_all_that_are_cropped(width in 1..=3_072_u32, height in 1..=3_072_u32) {
        let rule = model("gemini-2.5-pro").images;
        let image = Image { width, height, detail: Detail::Auto };
        prop_assert!(rule.tokens(image) <= rule.tokens(Image::of_unknown_size(Detail::Auto)));
    }

    #[test]
    fn patches_never_shrink_when_both_sides_grow(side in 1..4_000_u32, more in 0..4_000_u32) {
        for name in ["gpt-4.1-mini", "gpt-5.5", "claude-opus-4-7"] {
            prop_assert!(tokens(name, side, side, Detail::High) <= tokens(name, side + more, side + more, Detail::High));
        }
    }
}
