//! Counts are those of tiktoken, for every text.

mod texts;

use std::collections::HashMap;

use braincase_tokens::{Encoding, Registry, count, encoding::bounds, encoding::count_till_limit};
use serde::Deserialize;
use texts::Texts;
use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton, o200k_harmony_singleton};

fn oracles() -> [(Encoding, &'static CoreBPE); 3] {
    [
        (Encoding::O200kBase, o200k_base_singleton()),
        (Encoding::O200kHarmony, o200k_harmony_singleton()),
        (Encoding::Cl100kBase, cl100k_base_singleton()),
    ]
}

fn compare_with_oracles(texts: impl Iterator<Item = String>) {
    let oracles = oracles();
    for text in texts {
        for (encoding, oracle) in oracles {
            let expected = oracle.encode_ordinary(&text).len();
            assert_eq!(count(encoding, &text), expected, "{} {text:?}", encoding.as_str());
        }
    }
}

#[test]
fn counts_agree_with_the_oracle_on_a_hundred_thousand_texts() {
    compare_with_oracles(Texts::seeded(7).take(100_000));
}

#[test]
#[ignore = "needs minutes; `cargo xtask test --nightly` runs it"]
fn counts_agree_with_the_oracle_on_a_million_texts() {
    compare_with_oracles(Texts::seeded(2_026).take(1_000_000));
}

#[derive(Deserialize)]
struct Golden {
    texts: Vec<GoldenText>,
}

#[derive(Deserialize)]
struct GoldenText {
    unit: String,
    repeat: usize,
    tokens: HashMap<Encoding, usize>,
}

#[test]
fn counts_are_those_of_python_tiktoken() {
    let golden: Golden = serde_json::from_str(include_str!("../data/golden.json")).unwrap();
    for GoldenText { unit, repeat, tokens } in golden.texts {
        let text = unit.repeat(repeat);
        for (encoding, expected) in tokens {
            assert_eq!(count(encoding, &text), expected, "{} {unit:?} x {repeat}", encoding.as_str());
        }
    }
}

#[test]
fn counting_to_a_limit_is_counting() {
    for (round, text) in Texts::seeded(8).take(20_000).enumerate() {
        for (encoding, _) in oracles() {
            let tokens = count(encoding, &text);
            assert!(bounds(encoding, text.len()).contains(&tokens));
            for limit in [round % 30, tokens, tokens.saturating_sub(1), usize::MAX] {
                let expected = (tokens <= limit).then_some(tokens);
                assert_eq!(count_till_limit(encoding, &text, limit), expected, "{limit} {text:?}");
            }
        }
    }
}

#[test]
fn the_registry_agrees_with_the_oracle_about_the_encodings_of_models() {
    let registry = Registry::embedded();
    let encodings = registry.names().filter_map(|name| {
        let theirs = match get_tokenizer(name)? {
            Tokenizer::O200kBase => "o200k_base",
            Tokenizer::O200kHarmony => "o200k_harmony",
            Tokenizer::Cl100kBase => "cl100k_base",
            Tokenizer::P50kBase | Tokenizer::R50kBase | Tokenizer::P50kEdit | Tokenizer::Gpt2 => "none of ours",
        };
        Some((name, registry.get(name).unwrap().encoding.as_str(), theirs))
    });
    let encodings: Vec<_> = encodings.collect();
    assert!(encodings.len() > 20, "{encodings:?}");
    for (name, ours, theirs) in encodings {
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn special_tokens_in_a_text_cost_what_it_takes_to_write_them() {
    assert_eq!(count(Encoding::O200kBase, &"<|endoftext|>".repeat(1_000)), 6_001);
}
