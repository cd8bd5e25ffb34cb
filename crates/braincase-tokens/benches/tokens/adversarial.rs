//! A megabyte of what stops other counters.

use std::{hint::black_box, panic};

use braincase_tokens::encoding::forget_pieces;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    clock::{Contender, interleaved},
    contenders::{bpe, ours, tiktoken},
    report::{Goal, Report, Row},
};

const BYTES: usize = 1_000_000;
const ROUNDS: usize = 2;

pub(crate) fn compare(report: &mut Report) {
    for (name, text) in texts() {
        // What panics is expected to, and says so below.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let ends = panic::catch_unwind(|| tiktoken(&text)).is_ok();
        panic::set_hook(hook);
        assert!(!ends || ours(&text) == tiktoken(&text), "{name}");
        let mut ours = || _ = black_box(ours(&text));
        let mut theirs = || _ = black_box(ends.then(|| tiktoken(&text)));
        let mut bpe = || _ = black_box(bpe(&text));
        let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs, &mut bpe];
        let [ours, theirs, bpe] =
            interleaved(ROUNDS, contenders.map(|work| Contender { prepare: &forget_pieces, work }));
        let speed = |time: f64| text.len() as f64 / 1e6 / time;
        report.add(Row {
            name: format!("1 MB of {name}{}", if ends { "" } else { " (tiktoken-rs panics)" }),
            unit: "MB/s",
            ours: speed(ours),
            tiktoken: ends.then(|| speed(theirs)),
            bpe: Some(speed(bpe)),
            goal: Some(Goal::AtLeast(5.0)),
        });
    }
}

fn texts() -> Vec<(&'static str, String)> {
    let fill = |unit: &str| unit.repeat(BYTES / unit.len());
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut random = |alphabet: &str| {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut text = String::new();
        while text.len() < BYTES {
            text.push(alphabet[rng.random_range(0..alphabet.len())]);
        }
        text
    };
    let base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let unicode: String = ('\0'..=char::MAX).step_by(7).collect();
    vec![
        ("spaces", fill(" ")),
        ("spaces before a letter", fill(" ") + "a"),
        ("tabs", fill("\t")),
        ("line ends", fill("\r\n")),
        ("a", fill("a")),
        ("dashes", fill("-")),
        ("rules of dashes", fill(&("-".repeat(900) + "\n"))),
        ("short rules of dashes", fill(&("-".repeat(79) + "\n"))),
        ("dashes and equals", random("-=")),
        ("a and b", random("ab")),
        ("accents", fill("\u{301}")),
        ("random letters", random(&base64[26..52])),
        ("random Unicode", random(&unicode)),
        ("base64", random(base64)),
        ("hex", random("0123456789abcdef")),
    ]
}
