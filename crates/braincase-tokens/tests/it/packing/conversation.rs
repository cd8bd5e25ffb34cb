//! A conversation that grows: what was sent stays a prefix of what is sent, and nothing is counted twice.

use braincase_tokens::{
    Fate, Fitted, History, Message, Model, Part, Policy, Registry, Role, Sections, Text, ToolSet, fit,
};
use proptest::prelude::*;

use super::cases::{Case, text};

/// All alike, so that what must be there leaves room for two steps.
const WORTH: History = History { recent_exchanges: 0, recent: 2, older: 2 };

const FORGETFUL: &str = r#"
[models.gpt-4]
context = 8192
max_output = 8192
encoding = "cl100k_base"
exactness = "exact"
source = "a test"
as_of = "2026-11"
"#;

fn exchange(text: &str) -> Vec<Message> {
    vec![Message::new(Role::User, text), Message::new(Role::Assistant, text)]
}

fn turn(model: &Model, limit: usize, step: usize, past: &[Vec<Message>]) -> Fitted {
    let sections = Sections::default()
        .pin("rules", Message::new(Role::System, "You are a careful editor."))
        .history(past.iter().cloned(), WORTH);
    let policy = Policy { step: Some(step), ..Policy::default() };
    let sections = Sections { reserve_output: Some(model.context - limit), policy, ..sections };
    fit(model, sections).unwrap()
}

fn first_kept(fitted: &Fitted) -> usize {
    fitted.account.parts.iter().skip(1).position(|part| part.fate != Fate::Dropped).unwrap_or(usize::MAX)
}

/// How many turns did not find what was sent before at the start of their prompt, and how many tokens were said.
fn converse(texts: &[String], limit: usize, step: usize) -> Result<(usize, usize), TestCaseError> {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let mut past = Vec::new();
    let (mut before, mut evictions) = (turn(&model, limit, step, &past), 0);
    let first_wanted = before.account.wanted;
    for text in texts {
        past.push(exchange(text));
        let now = turn(&model, limit, step, &past);
        prop_assert!(now.account.input <= limit);
        prop_assert!(first_kept(&now) >= first_kept(&before) || before.messages.len() == 1, "what went came back");
        evictions += usize::from(!now.messages.starts_with(&before.messages));
        before = now;
    }
    Ok((evictions, before.account.wanted - first_wanted))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn between_cuts_the_prompt_only_grows_at_its_end(
        texts in prop::collection::vec(text(), 1..60), limit in 300_usize..900, step in 1_usize..130
    ) {
        let (evictions, appended) = converse(&texts, limit, step)?;
        prop_assert!(evictions <= appended / step + 1, "{evictions} cuts for {appended} tokens by {step}");
    }

    #[test]
    fn many_short_messages_come_with_few_cuts(
        texts in prop::collection::vec("[a-z ]{0,20}", 60..120), limit in 400_usize..900, step in 100_usize..180
    ) {
        let (evictions, appended) = converse(&texts, limit, step)?;
        prop_assert!(evictions <= appended / step + 1, "{evictions} cuts for {appended} tokens by {step}");
    }

    #[test]
    fn remembered_counts_are_recounts_after_any_edits(
        edits in prop::collection::vec((0_usize..8, text(), 0_u8..4), 1..30)
    ) {
        let model = Registry::embedded().get("gpt-4").unwrap();
        let mut parts: Vec<Part> = Vec::new();
        for (at, text, kind) in edits {
            let part = Part::optional("note", Message::new(Role::User, text), 1);
            match kind {
                0 if at < parts.len() => drop(parts.remove(at)),
                1 if at < parts.len() => parts[at] = part,
                2 if at < parts.len() => parts.swap(at, 0),
                _ => parts.insert(at.min(parts.len()), part),
            }
            let case = Case { model: model.clone(), parts: parts.clone(), tools: ToolSet::default(), limit: 600, headroom: 0, policy: Policy::exact() };
            let fitted = case.pack().unwrap();
            let fresh: Vec<_> = fitted.messages.iter().map(|message| Message::new(message.role, message.text.as_str())).collect();
            // Its memory is empty.
            let recounted = Registry::parse(FORGETFUL).unwrap().get("gpt-4").unwrap().cost(&fresh, &ToolSet::default()).tokens;
            prop_assert_eq!(recounted, fitted.account.input);
        }
    }
}

#[test]
fn right_after_a_cut_the_prompt_is_whole_steps_below_what_was_wanted() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let past: Vec<_> =
        (0..400).map(|n| exchange(&format!("message {n}: {}", "words and more words ".repeat(50)))).collect();
    let fitted = turn(&model, 60_000, 15_000, &past);
    let wanted = fitted.account.wanted;
    let target = wanted - (wanted - 60_000).div_ceil(15_000) * 15_000;
    assert!(wanted > 60_000 && target > 60_000 - 15_000);
    // Exchanges go as a whole, so that the last of them may take a little more.
    let exchange: usize = fitted.account.parts[1..3].iter().map(|part| part.cut).sum();
    assert!((target + 1 - exchange..=target).contains(&fitted.account.input), "{:?}", fitted.account.input);
    assert!(first_kept(&fitted) > 0);
}

#[test]
fn what_is_counted_is_packed_without_counting() {
    // Given messages that say of themselves that they have 1 000 tokens, which is not true.
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let said = |role| Message::new(role, Text::with_count("words and more words ".repeat(200), model.encoding, 1_000));
    let past = vec![vec![said(Role::User), said(Role::Assistant)]; 200];
    let bare = turn(&model, 60_000, 15_000, &[]).account.input;
    // Then that is what packing says, too, of what is kept and of what is dropped.
    let account = turn(&model, 60_000, 15_000, &past).account;
    assert_eq!(account.wanted, bare + 400 * 1_004);
    let kept = account.parts.iter().skip(1).filter(|part| part.fate == Fate::Kept).count();
    assert!(kept > 0 && kept < 400);
    assert_eq!(account.input, bare + kept * 1_004);
}
