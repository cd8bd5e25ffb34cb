//! More room never keeps less.

use braincase_tokens::{Fate, Fitted};
use proptest::prelude::*;

use super::cases::{Case, cases};

fn kept_bytes(case: &Case, fitted: &Fitted) -> Vec<usize> {
    let mut messages = fitted.messages.iter();
    let bytes = case.parts.iter().zip(&fitted.account.parts).map(|(part, account)| match account.fate {
        Fate::Dropped => 0,
        Fate::Kept => messages.next().map_or(0, |_| part.message.text.len() + 1_000),
        Fate::Shrunk => messages.next().map_or(0, |message| {
            let (head, rest) = message.text.rsplit_once("[… ").unwrap();
            let (_, tail) = rest.split_once(" cut …]").unwrap();
            head.len() + tail.len()
        }),
    });
    bytes.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn more_room_never_keeps_less(case in cases(), more in 0_usize..60) {
        let roomy = Case { limit: case.limit + more, ..case.clone() };
        if let (Ok(small), Ok(large)) = (case.pack(), roomy.pack()) {
            for (less, more) in kept_bytes(&case, &small).into_iter().zip(kept_bytes(&case, &large)) {
                prop_assert!(less <= more);
            }
            prop_assert!(small.account.wanted == large.account.wanted);
        } else {
            prop_assert!(case.pack().is_err());
        }
    }
}
