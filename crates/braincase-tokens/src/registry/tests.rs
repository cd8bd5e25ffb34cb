//! The registry: names that are found, and names that are not.

mod overrides;

use proptest::prelude::*;

use super::{InvalidRegistry, Registry};
use crate::model::{Budget, Exactness, ReserveTooLarge};

fn name_of(name: &str) -> String {
    Registry::embedded().get(name).map_or_else(|error| error.to_string(), |model| model.name.to_string())
}

#[test]
fn a_model_is_found_by_all_its_names() {
    for (asked, found) in [
        ("gpt-4o", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("azure/gpt-4o-mini", "gpt-4o-mini"),
        ("openrouter/openai/GPT-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("azure/gpt-4o-2024-11-20", "gpt-4o"),
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("openai/o1-2024-12-17", "o1"),
        ("claude-opus-4-5-20251101", "claude-opus-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("mistral-small-2603", "mistral-small"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-4-1106-preview", "gpt-4-turbo"),
        ("ft:gpt-4o-mini-2024-07-18:my-org::id", "gpt-4o-mini"),
        ("claude-opus-4-6-20260205", "claude-opus-4-6"),
        ("gpt-5.1-chat-latest", "gpt-5-chat"),
        ("models/gemini-2.5-pro-preview", "gemini-2.5-pro"),
        ("vertex_ai/claude-opus-4@20250514", "claude-opus-4"),
        ("openrouter/anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("groq/meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("mistral/mistral-large-latest", "mistral-large"),
        ("azure/gpt-35-turbo", "gpt-3.5-turbo"),
    ] {
        assert_eq!(name_of(asked), found, "{asked}");
    }
}

#[test]
fn a_model_that_is_not_known_is_never_guessed() {
    for unknown in ["gpt-4-32k", "gpt-4o-audio", "gpt-4.5", "claude-opus-4-6-1", "evil/gpt-4o", "gpt", "", "-latest"] {
        assert!(Registry::embedded().get(unknown).is_err(), "{unknown}");
    }
    // Their windows are or may be smaller than those of the editions that are known.
    for unknown in [
        "o1-preview",
        "azure/o1-preview-2024-09-12",
        "mistral-small-2501",
        "mistral/mistral-large-2411",
        "codestral-2405",
        "gpt-3.5-turbo-0613",
        "gpt-3.5-turbo-0301",
        "ft:gpt-3.5-turbo-0613:my-org::id",
        "gpt-4o-2024-08",
        "gpt-4o-2027-01-01",
        "gpt-4o-preview",
        "gpt-4o@latest",
        "claude-sonnet-4-6-20260901",
    ] {
        assert!(Registry::embedded().get(unknown).is_err(), "{unknown}");
    }
    assert_eq!(Registry::embedded().get(&"-".repeat(1_000_000)).unwrap_err().name.len(), 200);
    // Of an endless name only the beginning is told, and it is not the name of a model because its beginning is one.
    let beginning = "openai/".repeat(2) + &"azure/".repeat(30) + "gpt-4o";
    assert_eq!((beginning.len(), name_of(&format!(" {beginning} ")).as_str()), (200, "gpt-4o"));
    assert_eq!(Registry::embedded().get(&(beginning.clone() + "-audio")).unwrap_err().name, beginning);
    let error = Registry::embedded().get("gtp-4o").unwrap_err();
    assert_eq!(error.near[0], "gpt-4o");
    let text = error.to_string();
    assert!(text.starts_with("there is no model \"gtp-4o\"; the nearest are gpt-4o, "), "{text}");
    assert!(text.contains("say [models.\"gtp-4o\"] in the models file"), "{text}");
}

#[test]
fn both_limits_hold() {
    let budget = |name, reserve| Registry::embedded().get(name).unwrap().budget(reserve);
    assert_eq!((budget("gpt-4o", None).input, budget("gpt-4o", None).reserved_output), (120_000, 8_000));
    assert_eq!(budget("gpt-4o", Some(16_000)).input, 112_000);
    assert_eq!(budget("gpt-5", None).input, 272_000, "the limit of the prompt is the smaller one");
    assert_eq!(budget("gpt-5", Some(200_000)).input, 200_000, "now that of both together is");
    assert_eq!(budget("gpt-4", None).reserved_output, 2_048);
    assert_eq!(budget("gpt-4", Some(usize::MAX)).input, 0);
}

#[test]
fn a_reserve_that_no_answer_can_fill_is_refused_where_somebody_asks_for_it() {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    assert_eq!(model.checked_budget(None), Ok(model.budget(None)));
    assert_eq!(model.checked_budget(Some(0)), Ok(Budget { input: 128_000, reserved_output: 0 }));
    assert_eq!(model.checked_budget(Some(16_384)), Ok(Budget { input: 111_616, reserved_output: 16_384 }));
    let refused = model.checked_budget(Some(16_385)).unwrap_err();
    assert_eq!(refused, ReserveTooLarge { asked: 16_385, max: 16_384 });
    assert_eq!(refused.to_string(), "16385 tokens cannot be reserved for the answer: the model writes at most 16384");
}

#[test]
fn every_embedded_model_is_possible() {
    for name in Registry::embedded().names() {
        let model = Registry::embedded().get(name).unwrap();
        let budget = model.budget(None);
        assert!(budget.input > 0 && budget.input + budget.reserved_output <= model.context, "{name}");
        assert!(budget.input <= model.max_input.unwrap_or(usize::MAX), "{name}");
        assert!(model.checked_budget(Some(budget.reserved_output)).is_ok(), "{name}");
        assert!(model.source.ends_with("; 2026-11"), "{name}");
    }
    assert!(include_str!("../../data/models.toml").len() < 30_000);
}

#[test]
fn encodings_agree_with_tiktoken() {
    for name in Registry::embedded().names() {
        let model = Registry::embedded().get(name).unwrap();
        let Some(theirs) = tiktoken_rs::tokenizer::get_tokenizer(name) else { continue };
        let theirs = match theirs {
            tiktoken_rs::tokenizer::Tokenizer::O200kBase => "o200k_base",
            tiktoken_rs::tokenizer::Tokenizer::O200kHarmony => "o200k_harmony",
            tiktoken_rs::tokenizer::Tokenizer::Cl100kBase => "cl100k_base",
            _ => "another",
        };
        assert_eq!(model.encoding.as_str(), theirs, "{name}");
    }
    assert_eq!(Registry::embedded().get("gpt-4o").unwrap().exactness, Exactness::Exact);
}

#[test]
fn data_that_makes_no_sense_is_refused() {
    let row = |fields: &str| format!("[models.m]\n{fields}\nsource = \"s\"\nas_of = \"d\"\n");
    let good = row("context = 10\nmax_output = 5\nencoding = \"o200k_base\"");
    assert!(Registry::parse(&good).is_ok());
    let impossible = [
        row("context = 10\nmax_output = 11\nencoding = \"o200k_base\""),
        row("context = 0\nmax_output = 0\nencoding = \"o200k_base\""),
        row("context = 10\nmax_output = 5"),
        good.replace("source = \"s\"\n", ""),
        good.clone() + "percent = 99",
        good.clone() + "percent = 120\nexactness = \"exact\"",
        good.clone() + "exactness = \"calibrated\"",
        good.clone() + "images = \"nothing\"",
        good.clone() + "frame = 10",
        good.clone() + &good.replace("[models.m]", "aliases = [\"n\"]\n[models.o]\naliases = [\"n\"]"),
    ];
    for bad in impossible {
        assert!(matches!(Registry::parse(&bad), Err(InvalidRegistry::Impossible { .. })), "{bad}");
    }
    for bad in ["nonsense", "[models.m]\ncolour = 1", &good.repeat(2), "[images]\na = { tiles = { base = 1 } }"] {
        assert!(matches!(Registry::parse(bad), Err(InvalidRegistry::Unreadable(_))), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_name_and_no_file_makes_it_panic(name in ".{0,300}", file in "[ -~\n]{0,80}", at in 0..60_usize) {
        let registry = Registry::embedded();
        let _ = registry.get(&name);
        let _ = registry.with_overrides(&file);
        let known = registry.names().nth(at).unwrap();
        let dated = format!("openai/{known}-2026-11-01");
        prop_assert!(registry.get(&dated).is_err(), "{}", dated);
        prop_assert_eq!(registry.get(&format!("azure/{known}")).unwrap().name, registry.get(known).unwrap().name);
    }

    #[test]
    fn every_budget_keeps_both_limits(reserve in prop::option::of(any::<usize>()), at in 0..60_usize) {
        let registry = Registry::embedded();
        let model = registry.get(registry.names().nth(at).unwrap()).unwrap();
        let budget = model.budget(reserve);
        prop_assert!(budget.input <= model.max_input.unwrap_or(usize::MAX));
        prop_assert!(budget.input == 0 || budget.input + budget.reserved_output <= model.context);
        let allowed = reserve.is_none_or(|reserve| reserve <= model.max_output);
        prop_assert_eq!(model.checked_budget(reserve).ok(), allowed.then_some(budget));
    }
}
