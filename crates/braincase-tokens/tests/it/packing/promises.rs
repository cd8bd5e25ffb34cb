//! What holds for every prompt that is packed, for random prompts.

use std::collections::HashSet;

use braincase_tokens::{Fate, Fitted, Message, Need, Part, PartAccount, Role, Shrink, ToolSet, Why, count};
use proptest::prelude::*;

use super::cases::{Case, cases};

/// Groups and calls with their results, in the simplest way: whatever is joined somehow is one.
fn joined(parts: &[Part]) -> Vec<HashSet<usize>> {
    let are_joined = |a: usize, b: usize| {
        let (first, second) = (&parts[a], &parts[b]);
        let answers = second.message.answers.as_ref().is_some_and(|id| {
            let calls = (0..b).rev().find(|place| parts[*place].message.calls.iter().any(|call| call.id == *id));
            calls == Some(a)
        });
        answers || (first.group.is_some() && first.group == second.group)
    };
    let mut units: Vec<HashSet<usize>> = (0..parts.len()).map(|place| HashSet::from([place])).collect();
    for a in 0..parts.len() {
        for b in a + 1..parts.len() {
            if are_joined(a, b) {
                let both: HashSet<usize> =
                    units.iter().filter(|u| u.contains(&a) || u.contains(&b)).flatten().copied().collect();
                units.retain(|unit| !unit.contains(&a) && !unit.contains(&b));
                units.push(both);
            }
        }
    }
    units
}

fn is_required(case: &Case, place: usize) -> bool {
    let units = joined(&case.parts);
    let unit = units.iter().find(|unit| unit.contains(&place)).unwrap();
    unit.iter().any(|place| matches!(case.parts[*place].need, Need::Pinned | Need::Required))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_never_exceeds_and_says_truly_what_it_costs(case in cases()) {
        if let Ok(fitted) = case.pack() {
            let recounted = case.model.cost(&fitted.messages, &case.tools).tokens;
            prop_assert_eq!(recounted, fitted.account.input);
            prop_assert!(recounted + case.headroom <= case.limit);
            prop_assert!(recounted + case.headroom <= case.model.max_input.unwrap_or(usize::MAX));
            prop_assert_eq!(fitted.account.limit, case.most());
            prop_assert!(recounted + fitted.account.reserved_output <= case.model.context);
            let sum = |tokens: fn(&braincase_tokens::PartAccount) -> usize| fitted.account.parts.iter().map(tokens).sum::<usize>();
            let frame = case.model.frame_cost(&case.tools).tokens;
            prop_assert_eq!(sum(|part| part.tokens) + frame, fitted.account.input);
            prop_assert_eq!(sum(|part| part.tokens + part.cut) + frame, fitted.account.wanted);
        }
    }

    #[test]
    fn what_is_put_in_later_fits_into_the_room_that_was_kept_for_it(case in cases(), text in "(?s:.{0,15})") {
        let case = Case { headroom: case.model.message_bound(text.len()), ..case };
        if let Ok(Fitted { mut messages, .. }) = case.pack() {
            messages.push(Message::new(Role::System, text));
            prop_assert!(case.model.cost(&messages, &case.tools).tokens <= case.most());
        }
    }

    #[test]
    fn it_refuses_only_what_cannot_fit(case in cases()) {
        let required = (0..case.parts.len()).filter(|place| is_required(&case, *place));
        let messages: Vec<_> = required.map(|place| case.parts[place].message.clone()).collect();
        let fits = case.model.cost(&messages, &case.tools).tokens <= case.room();
        prop_assert_eq!(case.pack().is_ok(), fits);
    }

    #[test]
    fn required_parts_are_kept_byte_for_byte_and_in_order(case in cases()) {
        if let Ok(fitted) = case.pack() {
            prop_assert_eq!(fitted.account.parts.len(), case.parts.len());
            let mut messages = fitted.messages.iter();
            for (place, (part, account)) in case.parts.iter().zip(&fitted.account.parts).enumerate() {
                prop_assert!(!is_required(&case, place) || account.fate == Fate::Kept);
                prop_assert_eq!(account.fate == Fate::Kept, account.why.is_none());
                if account.fate == Fate::Dropped { continue }
                let message = messages.next().unwrap();
                prop_assert_eq!(message == &part.message, account.fate == Fate::Kept);
                prop_assert_eq!((message.role, &message.calls, &message.answers), (part.message.role, &part.message.calls, &part.message.answers));
            }
            prop_assert!(messages.next().is_none());
        }
    }

    #[test]
    fn what_is_pinned_is_the_same_prefix_in_every_prompt(case in cases()) {
        if let Ok(fitted) = case.pack() {
            let pinned: Vec<_> = case.parts.iter().take_while(|part| part.need == Need::Pinned).map(|part| &part.message).collect();
            let prefix: Vec<_> = fitted.messages.iter().take(pinned.len()).collect();
            prop_assert_eq!(&prefix, &pinned);
            let cost: usize = pinned.into_iter().map(|message| case.model.message_cost(message).tokens).sum();
            let frame = |tools: &ToolSet| case.model.frame_cost(tools).tokens;
            prop_assert_eq!(cost + frame(&case.tools) - frame(&ToolSet::default()), fitted.account.pinned);
        }
    }

    #[test]
    fn groups_and_calls_with_results_are_there_together_or_not_at_all(case in cases()) {
        if let Ok(fitted) = case.pack() {
            for unit in joined(&case.parts) {
                let dropped = unit.iter().filter(|place| fitted.account.parts[**place].fate == Fate::Dropped).count();
                prop_assert!(dropped == 0 || dropped == unit.len());
            }
        }
    }

    #[test]
    fn it_is_deterministic_and_leaves_alone_what_fits(case in cases()) {
        if let Ok(fitted) = case.pack() {
            prop_assert_eq!(&case.pack().unwrap(), &fitted);
            let again = case.pack_parts(case.left(&fitted)).unwrap();
            prop_assert_eq!(&again.messages, &fitted.messages);
            prop_assert!(again.account.parts.iter().all(|part| part.fate == Fate::Kept));
            let plenty = fitted.account.wanted + case.headroom;
            if plenty <= case.model.max_input.unwrap_or(case.model.context) {
                let plenty = Case { limit: plenty, ..case.clone() }.pack().unwrap();
                let whole: Vec<_> = case.parts.iter().map(|part| part.message.clone()).collect();
                prop_assert_eq!(plenty.messages, whole);
            }
        }
    }

    #[test]
    fn a_cut_leaves_a_true_head_and_tail_and_shows_itself(case in cases()) {
        if let Ok(fitted) = case.pack() {
            let alive = case.parts.iter().zip(&fitted.account.parts).filter(|(_, account)| account.fate != Fate::Dropped);
            for ((part, account), message) in alive.zip(&fitted.messages) {
                if account.fate != Fate::Shrunk { continue }
                let Need::Optional { shrink, floor, .. } = part.need else { panic!("what must be there is not cut") };
                let (head, rest) = message.text.rsplit_once("[… ").unwrap();
                let (_, tail) = rest.split_once(" cut …]").unwrap();
                let head = if shrink == Shrink::Middle { head.strip_suffix('\n').unwrap() } else { head };
                let tail = tail.strip_prefix('\n').unwrap_or(tail);
                let text = &part.message.text;
                prop_assert!(text.starts_with(head) && text.ends_with(tail) && head.len() + tail.len() < text.len());
                for place in [head.len(), text.len() - tail.len()] {
                    prop_assert!(is_between_characters(text, place), "{place} of {text:?}");
                }
                let left = count(case.model.encoding, head) + count(case.model.encoding, tail);
                prop_assert!(left > 0 && (left >= floor || is_unwritten(text)), "{left} are left, {floor} should be");
            }
        }
    }

    #[test]
    fn what_is_less_important_has_given_way_before(case in cases()) {
        if let Ok(fitted) = case.pack() {
            let mut units: Vec<Vec<usize>> = joined(&case.parts).into_iter().map(|unit| unit.into_iter().collect()).collect();
            units.retain(|unit| !is_required(&case, unit[0]));
            let worth = |unit: &Vec<usize>| {
                let worth = unit.iter().map(|place| match case.parts[*place].need {
                    Need::Optional { priority, .. } => priority,
                    Need::Pinned | Need::Required => u8::MAX,
                });
                worth.max()
            };
            units.sort_by_key(|unit| (worth(unit), unit.iter().copied().min()));
            // All before the last that gave way are gone, all after it are whole.
            let fate = |unit: &Vec<usize>| unit.iter().map(|place| fitted.account.parts[*place].fate).max_by_key(|fate| *fate as u8).unwrap();
            let fates: Vec<_> = units.iter().map(fate).collect();
            prop_assert!(fates.is_sorted_by_key(|fate| std::cmp::Reverse(*fate as u8)), "{fates:?}");
            prop_assert!(fates.iter().filter(|fate| **fate == Fate::Shrunk).count() <= 1);
            if let Some(last) = fates.iter().rposition(|fate| *fate != Fate::Kept) {
                let sum = |units: &mut dyn Iterator<Item = &Vec<usize>>, tokens: fn(&PartAccount) -> usize| {
                    units.flatten().map(|place| tokens(&fitted.account.parts[*place])).sum::<usize>()
                };
                let equals = || units.iter().filter(|unit| worth(unit) == worth(&units[last]));
                // Had all with its priority stayed, the prompt would have been over the limit: that had to be reached.
                prop_assert!(fitted.account.input + sum(&mut equals(), |part| part.cut) > case.room());
                // And without the last, it would have been over the target: that was not taken for nothing.
                let before = fitted.account.input + sum(&mut units[last..=last].iter(), |part| part.cut);
                let step = case.policy.step.unwrap_or(case.model.budget(None).input / 4).max(1);
                let cut = (fitted.account.wanted - case.room()).div_ceil(step) * step;
                let staying = fitted.account.input - sum(&mut equals(), |part| part.tokens);
                prop_assert!(before > fitted.account.wanted.saturating_sub(cut).max(staying.midpoint(case.room())));
            }
        }
    }

    #[test]
    fn the_account_says_why(case in cases()) {
        if let Ok(fitted) = case.pack() {
            let parts = &fitted.account.parts;
            for unit in joined(&case.parts) {
                let reasons: Vec<_> = unit.iter().filter_map(|place| parts[*place].why).collect();
                // One part has the reason, the others went with it.
                let own = reasons.iter().filter(|why| **why != Why::WithItsGroup).count();
                prop_assert_eq!(own, usize::from(!reasons.is_empty()));
            }
            for part in parts {
                prop_assert!(part.fate == Fate::Dropped || !matches!(part.why, Some(Why::BelowFloor | Why::WithItsGroup)));
                prop_assert!(case.policy.step != Some(1) || part.why != Some(Why::LowWaterMark));
            }
        }
    }
}

fn is_between_characters(text: &str, place: usize) -> bool {
    unicode_segmentation::GraphemeCursor::new(place, text.len(), true).is_boundary(text, 0).unwrap()
}

/// Whether a cut may go through a piece, where counts are approximate.
fn is_unwritten(text: &str) -> bool {
    text.split(|c: char| c.is_ascii_whitespace()).any(|word| word.len() > 256) || text.contains(&" ".repeat(100))
}
