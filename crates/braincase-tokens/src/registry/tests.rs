//! The registry: names that are found, and names that are not.

use super::{InvalidRegistry, Registry};
use crate::model::Exactness;

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
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-4-1106-preview", "gpt-4-turbo"),
        ("ft:gpt-4o-mini-2024-07-18:my-org::id", "gpt-4o-mini"),
        ("claude-sonnet-4-6-20260217", "claude-sonnet-4-6"),
        ("gpt-5.2-chat-latest", "gpt-5-chat"),
        ("models/gemini-2.5-pro-preview", "gemini-2.5-pro"),
    ] {
        assert_eq!(name_of(asked), found, "{asked}");
    }
}

#[test]
fn a_model_that_is_not_known_is_never_guessed() {
    for unknown in ["gpt-4-32k", "gpt-4o-audio", "gpt-4.5", "claude-opus-4-6-1", "evil/gpt-4o", "gpt", "", "-latest"] {
        assert!(Registry::embedded().get(unknown).is_err(), "{unknown}");
    }
    assert_eq!(Registry::embedded().get(&"-".repeat(1_000_000)).unwrap_err().name.len(), 200);
    let error = Registry::embedded().get("gtp-4o").unwrap_err();
    assert_eq!(error.near[0], "gpt-4o");
    assert!(error.to_string().starts_with("there is no model \"gtp-4o\"; the nearest are gpt-4o, "));
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
    let row = |limits: &str| {
        format!(
            "[[model]]\nname = \"m\"\n{limits}\nencoding = \"o200k_base\"\nexactness = \"exact\"\nsource = \"s\"\nas_of = \"d\"\n"
        )
    };
    let good = row("context = 10\nmax_output = 5");
    assert!(Registry::parse(&good).is_ok());
    for bad in [row("context = 10\nmax_output = 11"), row("context = 0\nmax_output = 0"), good.repeat(2)] {
        assert!(matches!(Registry::parse(&bad), Err(InvalidRegistry::Impossible { .. })), "{bad}");
    }
    for bad in ["nonsense", "[[model]]\nname = \"m\"", &row("context = 10\nmax_output = 5\ncolour = 1")] {
        assert!(matches!(Registry::parse(bad), Err(InvalidRegistry::Unreadable(_))), "{bad}");
    }
}
