//! What `fit` promises, for random prompts.

use braincase_tokens::{Fate, Fitted, Message, Model, Need, Part, Registry, Role, Sections, Shrink, ToolSet, fit};
use proptest::prelude::*;

const MODELS: [&str; 3] = ["gpt-4o", "gpt-4", "claude-sonnet-5"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "([a-z]{1,9}[ .,]){0,60}",
        3 => "([a-z {}\":]{0,30}\n){0,20}",
        2 => "(?s:.{0,60})",
        1 => "(👨‍👩‍👧‍👦|é|[0-9]|한국어 ){0,40}",
    ]
}

fn shrink() -> impl Strategy<Value = Shrink> {
    prop_oneof![
        Just(Shrink::DropOnly),
        (0_usize..3).prop_map(Shrink::tail_of_lines),
        (0_usize..3).prop_map(Shrink::head_of_lines),
        Just(Shrink::Middle),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let roles = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant), Just(Role::Tool)];
    let need = prop_oneof![
        1 => Just(Need::Required),
        5 => (0_u8..4, shrink()).prop_map(|(priority, shrink)| Need::Optional { priority, shrink }),
    ];
    let group = prop_oneof![3 => Just(None), 1 => (0_u32..3).prop_map(Some)];
    (roles, need, group, text()).prop_map(|(role, need, group, text)| {
        let name = format!("{need:?}");
        Part { name, message: Message::new(role, text), need, group }
    })
}

/// A model, some parts, and how many tokens the prompt may have.
fn cases() -> impl Strategy<Value = (Model, Vec<Part>, usize)> {
    let model = prop::sample::select(&MODELS[..]).prop_map(|name| Registry::embedded().get(name).unwrap());
    (model, prop::collection::vec(part(), 0..9), 0_usize..400)
}

fn pack(model: &Model, parts: &[Part], limit: usize) -> Option<Fitted> {
    let reserve_output = Some(model.context - limit);
    fit(model, Sections { reserve_output, ..Sections::new(parts) }).ok()
}

/// The parts that are left, as they are now.
fn left(fitted: &Fitted, parts: &[Part]) -> Vec<Part> {
    let alive = parts.iter().zip(&fitted.account.parts).filter(|(_, account)| account.fate != Fate::Dropped);
    let texts = fitted.messages.iter().map(|message| message.text.clone());
    alive
        .zip(texts)
        .map(|((part, _), text)| Part { message: Message::new(part.message.role, text), ..part.clone() })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_never_exceeds_and_says_truly_what_it_costs((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            let recounted = model.cost(&fitted.messages, &ToolSet::default()).tokens;
            prop_assert_eq!(recounted, fitted.account.input);
            prop_assert!(recounted <= limit);
        }
    }

    #[test]
    fn it_refuses_only_what_cannot_fit((model, parts, limit) in cases()) {
        let bound = |part: &Part| parts.iter().any(|p| p.need == Need::Required && p.group.is_some() && p.group == part.group);
        let required = parts.iter().filter(|part| part.need == Need::Required || bound(part));
        let messages: Vec<_> = required.map(|part| part.message.clone()).collect();
        let fits = model.cost(&messages, &ToolSet::default()).tokens <= limit;
        prop_assert_eq!(pack(&model, &parts, limit).is_some(), fits);
    }

    #[test]
    fn required_parts_are_kept_byte_for_byte_and_in_order((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            prop_assert_eq!(fitted.account.parts.len(), parts.len());
            let mut messages = fitted.messages.iter();
            for (part, account) in parts.iter().zip(&fitted.account.parts) {
                prop_assert!(part.need != Need::Required || account.fate == Fate::Kept);
                if account.fate == Fate::Dropped { continue }
                let message = messages.next().unwrap();
                prop_assert_eq!(message.role, part.message.role);
                prop_assert_eq!(message.text == part.message.text, account.fate == Fate::Kept);
            }
            prop_assert!(messages.next().is_none());
        }
    }

    #[test]
    fn groups_are_there_together_or_not_at_all((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            for group in 0..3 {
                let fates = parts.iter().zip(&fitted.account.parts).filter(|(part, _)| part.group == Some(group));
                let mut fates: Vec<_> = fates.map(|(_, account)| account.fate == Fate::Kept).collect();
                fates.dedup();
                prop_assert!(fates.len() <= 1);
            }
        }
    }

    #[test]
    fn nothing_important_gives_way_while_something_less_important_is_whole((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            let alone = parts.iter().zip(&fitted.account.parts).filter(|(part, _)| part.group.is_none());
            let optional = alone.filter_map(|(part, account)| match part.need {
                Need::Required => None,
                Need::Optional { priority, .. } => Some((priority, account.fate)),
            });
            let fates: Vec<_> = optional.collect();
            let most_important_cut = fates.iter().filter(|(_, fate)| *fate != Fate::Kept).map(|(priority, _)| *priority).max();
            let least_important_kept = fates.iter().filter(|(_, fate)| *fate == Fate::Kept).map(|(priority, _)| *priority).min();
            if let (Some(cut), Some(kept)) = (most_important_cut, least_important_kept) {
                prop_assert!(cut <= kept, "{fates:?}");
            }
        }
    }

    #[test]
    fn it_is_deterministic_and_leaves_alone_what_fits((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            let same = pack(&model, &parts, limit).unwrap();
            prop_assert_eq!(&same, &fitted);
            let again = pack(&model, &left(&fitted, &parts), limit).unwrap();
            prop_assert_eq!(&again.messages, &fitted.messages);
            let plenty = pack(&model, &parts, 8_000).unwrap();
            let whole: Vec<_> = parts.iter().map(|part| part.message.text.clone()).collect();
            let kept: Vec<_> = plenty.messages.iter().map(|message| message.text.clone()).collect();
            prop_assert_eq!(kept, whole);
        }
    }

    #[test]
    fn a_cut_leaves_true_pieces_and_shows_itself((model, parts, limit) in cases()) {
        if let Some(fitted) = pack(&model, &parts, limit) {
            let alive = parts.iter().zip(&fitted.account.parts).filter(|(_, account)| account.fate != Fate::Dropped);
            for ((part, account), message) in alive.zip(&fitted.messages) {
                if account.fate != Fate::Shrunk { continue }
                let (head, rest) = message.text.rsplit_once("[… ").unwrap();
                let (_, tail) = rest.split_once(" cut …]").unwrap();
                let is_true = |head: &str, tail: &str| part.message.text.starts_with(head) && part.message.text.ends_with(tail);
                let (bare, newline) = (head.strip_suffix('\n').unwrap_or(head), tail.strip_prefix('\n').unwrap_or(tail));
                prop_assert!(is_true(head, newline) || is_true(bare, newline) || is_true(head, tail), "{:?}", message.text);
                prop_assert!(account.cut > 0 && account.tokens > 0);
            }
        }
    }
}

fn turn() -> Vec<Part> {
    let mut parts = vec![Part::required("rules", Role::System, "You edit storyboards.")];
    for n in 0..200_u8 {
        let text = format!("message {n}: {}", "words and more words ".repeat(300));
        parts.push(Part::optional(format!("message {n}"), Role::User, text, 50, Shrink::DropOnly));
    }
    parts.push(Part::required("prompt", Role::User, "make it faster"));
    parts
}

#[test]
fn the_oldest_messages_go_first_and_the_account_says_so() {
    // Given
    let model = Registry::embedded().get("gpt-4o").unwrap();
    // When
    let account = fit(&model, Sections::new(turn())).unwrap().account;
    // Then
    let kept = account.parts.iter().map(|part| part.fate == Fate::Kept);
    let first_kept = kept.clone().skip(1).position(|kept| kept).unwrap();
    assert!(first_kept > 0 && kept.skip(1 + first_kept).all(|kept| kept));
    assert!(account.nearly_full && account.wanted > account.limit && account.input <= account.limit);
    let cut: usize = account.parts.iter().map(|part| part.cut).sum();
    assert_eq!(account.wanted - cut, account.input);
}

#[test]
fn ninety_percent_is_nearly_full() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let parts = [Part::required("prompt", Role::User, "word ".repeat(100))];
    let cost = fit(&model, Sections::new(parts.clone())).unwrap().account.input;
    let full_at = |limit: usize| pack(&model, &parts, limit).unwrap().account.nearly_full;
    let limit = cost * 10 / 9;
    assert!(full_at(cost) && full_at(limit));
    assert!(!full_at(limit + 1));
}

#[test]
fn what_is_required_and_does_not_fit_is_an_error_with_both_numbers() {
    let model = Registry::embedded().get("gpt-4").unwrap();
    let parts = [Part::required("prompt", Role::User, "word ".repeat(7_000))];
    let error = fit(&model, Sections::new(parts)).unwrap_err();
    assert_eq!(error.have, 8_192 - 2_048);
    assert_eq!(error.to_string(), format!("the required parts need {} tokens, and there are 6144", error.need));
}
