//! Learning, from honest providers, from silent ones and from liars.

use proptest::prelude::*;
use serde_json::json;

use super::{Calibrator, Drift, Key, Taken, WINDOW};
use crate::{Detail, Exactness, Image, Message, Model, Registry, Role, ToolSchema, ToolSet};

fn model(name: &str) -> Model {
    Registry::embedded().get(name).unwrap()
}

fn message(words: usize) -> Message {
    Message::new(Role::User, "and then the camera turns ".repeat(words))
}

fn nested_tools() -> ToolSet {
    let parameters = json!({"type": "object", "properties": {"at": {"type": "array", "items": {"type": "number"}}}});
    ToolSet::new([ToolSchema { name: "turn".to_owned(), description: "Turns.".to_owned(), parameters }])
}

/// A conversation with a provider: what the calibrated model counts before it learns what was reported.
struct Provider<'a> {
    calibrator: &'a Calibrator,
    model: Model,
    tools: ToolSet,
}

impl Provider<'_> {
    fn calibrated(&self) -> Model {
        self.calibrator.calibrate(self.model.clone(), &self.tools)
    }

    fn count(&self, message: &Message) -> usize {
        self.calibrated().cost([message], &self.tools).tokens
    }

    fn report(&self, message: &Message, reported: usize) -> Drift {
        let counted = self.calibrated().cost([message], &self.tools);
        self.calibrator.learn(&Key::of(&self.model, &self.tools), counted, reported)
    }

    fn exactness(&self) -> Exactness {
        self.calibrated().cost([&message(1)], &self.tools).exactness
    }
}

fn provider<'a>(calibrator: &'a Calibrator, name: &str, tools: ToolSet) -> Provider<'a> {
    Provider { calibrator, model: model(name), tools }
}

#[test]
fn hidden_framing_is_learnt_at_once_and_trusted_after_three_reports() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-5", ToolSet::default());
    let plain = provider.count(&message(10));
    for (reports, exactness) in [(1, Exactness::Estimate), (2, Exactness::Estimate), (3, Exactness::Calibrated)] {
        let drift = provider.report(&message(10), plain + 40);
        assert_eq!((drift.reported, drift.taken), (plain + 40, Taken::AsReported));
        assert_eq!(provider.exactness(), exactness, "after {reports}");
        assert_eq!(provider.count(&message(10)), plain + 42, "what was hidden, and a margin");
    }
}

#[test]
fn an_estimate_of_tools_shrinks_to_what_is_reported_but_only_after_three_reports() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-5", nested_tools());
    let (plain, text) = (provider.count(&message(10)), provider.model.message_cost(&message(10)).tokens);
    for _ in 0..2 {
        provider.report(&message(10), plain - 20);
        assert_eq!(provider.count(&message(10)), plain);
    }
    provider.report(&message(10), plain - 20);
    assert_eq!((provider.count(&message(10)), provider.exactness()), (plain - 18, Exactness::Calibrated));
    for _ in 0..WINDOW {
        assert_eq!(provider.report(&message(10), text + 2).taken, Taken::Ignored, "less than what is certain");
    }
    assert_eq!(provider.count(&message(10)), plain - 18);
    for _ in 0..WINDOW {
        assert_eq!(provider.report(&message(10), text + 3).taken, Taken::AsReported, "all that is certain");
    }
    assert_eq!(provider.count(&message(10)), text + 3 + 2);
}

#[test]
fn another_tokenizer_is_learnt_from_large_requests() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "claude-sonnet-5", ToolSet::default());
    let (small, large) = (message(2), message(1_000));
    let plain = provider.model.cost([&large], &provider.tools);
    let truth = plain.counted * 125 / 100;
    for _ in 0..3 {
        provider.report(&small, provider.model.cost([&small], &provider.tools).counted * 125 / 100);
        provider.report(&large, truth);
    }
    let learnt = provider.count(&large);
    assert!(learnt >= truth && learnt * 100 <= truth * 103, "{learnt}, and it was {truth}");
    assert_eq!(provider.exactness(), Exactness::Calibrated);
}

#[test]
fn a_provider_that_leaves_out_what_was_cached_makes_no_count_smaller() {
    for (name, tools) in
        [("gpt-4o", nested_tools()), ("gpt-5", nested_tools()), ("claude-sonnet-5", ToolSet::default())]
    {
        let calibrator = Calibrator::default();
        let provider = provider(&calibrator, name, tools);
        let (large, plain) = (message(1_000), provider.count(&message(1_000)));
        for part in [1, 2, 3, 4, 5, 6] {
            assert_eq!(provider.report(&large, plain * part / 10).taken, Taken::Ignored, "{name}, {part} tenths");
        }
        assert_eq!((provider.count(&large), provider.exactness()), (plain, Exactness::Estimate), "{name}");
    }
}

#[test]
fn no_percentage_is_learnt_that_is_far_below_what_the_registry_says() {
    for (name, least) in [("claude-sonnet-5", 120), ("claude-sonnet-4-5", 94), ("gpt-6-sol", 80)] {
        let calibrator = Calibrator::default();
        let provider = provider(&calibrator, name, ToolSet::default());
        let large = message(1_000);
        let counted = provider.model.cost([&large], &provider.tools).counted;
        assert_eq!(provider.report(&large, (counted * least).div_ceil(100) - 1).taken, Taken::Ignored, "{name}");
        for _ in 0..3 {
            let taken = provider.report(&large, (counted * least).div_ceil(100)).taken;
            assert_eq!(taken, Taken::AsReported, "{name}");
        }
        assert!(provider.count(&large) * 100 >= counted * least, "{name}");
    }
}

#[test]
fn exact_counts_that_are_confirmed_stay_exact() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-4o", ToolSet::default());
    let exact = provider.count(&message(10));
    for _ in 0..5 {
        let drift = provider.report(&message(10), exact);
        assert_eq!((drift.percent, drift.taken), (100, Taken::AsReported));
    }
    assert_eq!((provider.count(&message(10)), provider.exactness()), (exact, Exactness::Exact));
    assert_eq!(provider.report(&message(10), exact - 1).taken, Taken::Ignored, "it cannot be less");
    assert_eq!((provider.count(&message(10)), provider.exactness()), (exact, Exactness::Exact));
}

#[test]
fn absurd_reports_are_clamped_or_ignored_and_say_so() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-4o", ToolSet::default());
    let exact = provider.count(&message(10));
    assert_eq!(provider.report(&message(10), 0).taken, Taken::Ignored);
    assert_eq!(provider.count(&message(10)), exact);
    let drift = provider.report(&message(10), usize::MAX);
    assert_eq!((drift.taken, drift.reported), (Taken::Clamped, usize::MAX));
    assert!(provider.count(&message(10)) <= exact + 8_192);
    for _ in 0..WINDOW {
        provider.report(&message(10), exact);
    }
    assert_eq!(provider.count(&message(10)), exact, "and they are forgotten");
}

#[test]
fn what_is_said_again_and_again_is_believed() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-4.1-mini", ToolSet::default());
    let plain = provider.count(&message(10));
    for reports in 1..=3 {
        assert_eq!(provider.report(&message(10), plain + 90_000).taken, Taken::Clamped);
        assert_eq!(provider.count(&message(10)) >= plain + 90_000, reports == 3, "after {reports}");
    }
}

#[test]
fn one_wild_report_is_believed_no_more_than_what_three_agree_on() {
    // Given a provider that adds somewhat more than one report is believed.
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-4.1-mini", ToolSet::default());
    let plain = provider.count(&message(10));
    for hidden in [12_000, 11_000, 10_000] {
        assert_eq!(provider.report(&message(10), plain + hidden).taken, Taken::Clamped);
    }
    assert_eq!(provider.count(&message(10)), plain + 10_002, "what all three say");
    // When one says far more, then it counts as one that says what the others do.
    assert_eq!(provider.report(&message(10), usize::MAX).taken, Taken::Clamped);
    assert_eq!(provider.count(&message(10)), plain + 11_000 + 252, "what three say, and a margin");
}

#[test]
fn an_image_that_costs_less_than_it_may_teaches_nothing() {
    let calibrator = Calibrator::default();
    let provider = provider(&calibrator, "gpt-5", ToolSet::default());
    let image = Image { width: 2_000, height: 2_000, detail: Detail::High };
    let shown = Message { images: vec![image], ..message(10) };
    let (text, whole) = (provider.count(&message(10)), provider.count(&shown));
    assert_eq!(provider.report(&shown, whole - 300).taken, Taken::Ignored);
    assert_eq!(provider.count(&message(10)), text);
    assert_eq!(provider.report(&shown, whole + 30).taken, Taken::AsReported, "more than may be is hidden framing");
    assert_eq!((provider.count(&message(10)), provider.count(&shown)), (text + 32, whole + 32));
}

#[test]
fn tool_sets_and_models_are_learnt_apart() {
    let calibrator = Calibrator::default();
    let bare = provider(&calibrator, "gpt-5", ToolSet::default());
    let before = bare.count(&message(1));
    let with_tools = provider(&calibrator, "gpt-5", nested_tools());
    let another = provider(&calibrator, "gpt-5-mini", ToolSet::default());
    for other in [&with_tools, &another] {
        other.report(&message(1), 1_000);
    }
    assert_eq!(bare.count(&message(1)), before);
}

#[test]
fn it_forgets_what_was_not_used_for_longest() {
    let calibrator = Calibrator::with_capacity(2);
    let of = |name| provider(&calibrator, name, ToolSet::default());
    let (first, second, third) = (of("gpt-5"), of("gpt-5.1"), of("gpt-5.2"));
    let plain = first.count(&message(1));
    first.report(&message(1), plain + 10);
    second.report(&message(1), plain + 10);
    assert_eq!(first.count(&message(1)), plain + 12);
    third.report(&message(1), plain + 10);
    assert_eq!(calibrator.known().entries.len(), 2);
    assert_eq!((first.count(&message(1)), second.count(&message(1))), (plain + 12, plain));
}

/// What a provider does to our count: hidden tokens, and a percentage.
fn reports() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    prop::collection::vec((1..600_usize, 0..500_usize, 60..200_usize), 1..WINDOW)
}

const MODELS: &[&str] = &["gpt-4o", "gpt-5", "gpt-oss-20b", "gpt-6-sol", "claude-sonnet-5", "gemini-2.5-pro"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_reported_is_covered_from_then_on(
        reports in reports(), name in prop::sample::select(MODELS), with_tools: bool,
    ) {
        let calibrator = Calibrator::default();
        let provider = provider(&calibrator, name, if with_tools { nested_tools() } else { ToolSet::default() });
        let mut believed = Vec::new();
        for (words, hidden, percent) in reports {
            let message = message(words);
            let counted = provider.model.cost([&message], &provider.tools).counted;
            let reported = counted * percent / 100 + hidden;
            if provider.report(&message, reported).taken == Taken::AsReported {
                believed.push((message, reported));
            }
            for (message, reported) in &believed {
                prop_assert!(provider.count(message) >= *reported);
            }
        }
    }

    #[test]
    fn one_wild_report_moves_no_count_beyond_its_clamp(
        reports in reports(), wild: usize, at in 0..WINDOW, name in prop::sample::select(MODELS),
    ) {
        let calibrator = Calibrator::default();
        let provider = provider(&calibrator, name, ToolSet::default());
        for (place, (words, hidden, _)) in reports.into_iter().enumerate() {
            let plain = provider.model.cost([&message(words)], &provider.tools);
            let drift = provider.report(&message(words), if place == at { wild } else { plain.tokens + hidden });
            prop_assert!(drift.taken != Taken::AsReported || drift.reported <= 2 * plain.tokens + 8_192);
            let count = provider.count(&message(words));
            prop_assert!(count <= 2 * plain.tokens + 3 * 8_192, "{count} of {}", plain.tokens);
        }
    }

    #[test]
    fn no_reports_take_more_than_they_may(
        reports in prop::collection::vec((1..600_usize, any::<usize>()), 1..40), name in prop::sample::select(MODELS),
    ) {
        let calibrator = Calibrator::default();
        let provider = provider(&calibrator, name, ToolSet::default());
        for (words, reported) in reports {
            let drift = provider.report(&message(words), reported);
            prop_assert_eq!(drift.reported, reported);
            let cost = provider.calibrated().cost([&message(words)], &provider.tools);
            let plain = provider.model.cost([&message(words)], &provider.tools);
            prop_assert!(cost.tokens >= cost.exact && cost.exact == plain.exact);
            let most = 2 * plain.tokens + provider.model.context / 2;
            prop_assert!(cost.tokens <= most, "{} of {}", cost.tokens, plain.tokens);
        }
        prop_assert!(calibrator.known().entries.values().all(|entry| entry.reports.len() <= WINDOW));
    }

    #[test]
    fn memory_is_bounded_and_the_result_depends_on_nothing_else(
        reports in prop::collection::vec((0..MODELS.len(), 0..4_usize, 1..2_000_usize), 1..60),
    ) {
        let run = || {
            let calibrator = Calibrator::with_capacity(3);
            for (name, tools, reported) in &reports {
                let tool = ToolSchema { name: format!("t{tools}"), description: String::new(), parameters: json!({}) };
                let provider = provider(&calibrator, MODELS[*name], ToolSet::new([tool]));
                provider.report(&message(50), *reported);
                assert!(calibrator.known().entries.len() <= 3);
            }
            counts(&calibrator)
        };
        prop_assert_eq!(run(), run());
    }
}

/// What each model counts for the same request after all that was learnt.
fn counts(calibrator: &Calibrator) -> Vec<usize> {
    let tool = ToolSchema { name: "t0".to_owned(), description: String::new(), parameters: json!({}) };
    let count = |name: &&str| provider(calibrator, name, ToolSet::new([tool.clone()])).count(&message(50));
    MODELS.iter().map(count).collect()
}
