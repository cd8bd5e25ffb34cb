//! Counts are those of tiktoken, for every text.

use braincase_tokens::{Encoding, count, encoding::count_till_limit};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tiktoken_rs::{cl100k_base_singleton, o200k_base_singleton, o200k_harmony_singleton};

/// Texts of all kinds, short enough for the oracle, which panics on endless whitespace.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "\\PC{0,40}",
        4 => "(?s:.{0,40})",
        3 => "[a-zA-Z' ,.!?\n]{0,120}",
        2 => "[ \t\r\n]{0,40}[a-z0-9]{0,5}",
        2 => "([a-z]{1,8}('[sStTmMdD]|'ll|'RE|'ſ)? ?){0,12}",
        2 => "[0-9.,:/_{}\"\\[\\]-]{0,80}",
        2 => "[\u{3040}-\u{30ff}\u{4e00}-\u{4fff}\u{ac00}-\u{ad00}]{0,40}",
        1 => "(<\\|endoftext\\|>|<\\|im_start\\|>|[a-z ]{1,4}){0,8}",
        1 => "[-=*#~]{0,200}",
    ]
}

/// The same texts at every run.
fn seeded(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

#[test]
fn counts_agree_with_the_oracle_on_twenty_thousand_texts_per_encoding() {
    let oracles = [
        (Encoding::O200kBase, o200k_base_singleton()),
        (Encoding::O200kHarmony, o200k_harmony_singleton()),
        (Encoding::Cl100kBase, cl100k_base_singleton()),
    ];
    let (mut runner, texts) = (seeded(7), texts());
    for _ in 0..20_000 {
        let text = texts.new_tree(&mut runner).unwrap().current();
        for (encoding, oracle) in oracles {
            let expected = oracle.encode_ordinary(&text).len();
            assert_eq!(count(encoding, &text), expected, "{} {text:?}", encoding.as_str());
        }
    }
}

#[test]
fn counting_to_a_limit_is_counting() {
    let (mut runner, texts) = (seeded(8), texts());
    for round in 0..5_000 {
        let text = texts.new_tree(&mut runner).unwrap().current();
        let (tokens, limit) = (count(Encoding::O200kBase, &text), round % 30);
        let expected = (tokens <= limit).then_some(tokens);
        assert_eq!(count_till_limit(Encoding::O200kBase, &text, limit), expected, "{limit} {text:?}");
    }
}

#[test]
fn special_tokens_in_a_text_cost_what_it_takes_to_write_them() {
    assert_eq!(count(Encoding::O200kBase, &"<|endoftext|>".repeat(1_000)), 6_001);
}
