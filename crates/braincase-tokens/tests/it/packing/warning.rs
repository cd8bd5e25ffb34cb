//! The warning at 90 %.

use braincase_tokens::{Fitted, Message, Part, Policy, Registry, Role, ToolSet, Watermark};
use proptest::prelude::*;

use super::cases::Case;

fn pack(words: usize, limit: usize) -> Fitted {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let parts = vec![Part::optional("prompt", Message::new(Role::User, "word ".repeat(words)), 1)];
    let case = Case { model, parts, tools: ToolSet::default(), limit, headroom: 0, policy: Policy::default() };
    case.pack().unwrap()
}

proptest! {
    #[test]
    fn ninety_percent_of_what_is_wanted_is_nearly_full(words in 0_usize..300, around in 0_usize..5) {
        let wanted = pack(words, 1_000).account.wanted;
        let account = pack(words, (wanted * 10 / 9 + around).saturating_sub(2)).account;
        prop_assert_eq!(account.wanted, wanted);
        prop_assert_eq!(account.nearly_full, wanted * 10 >= account.limit * 9);
    }
}

#[test]
fn it_warns_once_until_prompts_are_clearly_smaller() {
    // Given
    let mut watermark = Watermark::default();
    let mut warns = |wanted: usize| {
        let account = pack(wanted - 8, 1_000).account;
        assert!(account.wanted.abs_diff(wanted) <= 1);
        watermark.rises_over(&account)
    };
    // When
    let warned = [500, 890, 910, 1_200, 890, 910, 810, 910, 790, 850, 910, 950].map(&mut warns);
    // Then
    let expected = [false, false, true, false, false, false, false, false, false, false, true, false];
    assert_eq!(warned, expected);
}
