//! How fast texts are counted that were never seen, and ones that were.

use std::hint::black_box;

use crate::{
    clock::{Contender, interleaved},
    contenders::{bpe, forget, ours, tiktoken},
    corpora::Corpora,
    report::{Goal, Report, Row},
};

const ROUNDS: usize = 5;
const WHOLE: usize = 512 << 10;
const SIZES: [(&str, usize); 3] = [("200 B", 200), ("4 KB", 4 << 10), ("512 KB", WHOLE)];

pub(crate) fn compare(corpora: &Corpora, report: &mut Report) {
    for (name, text) in corpora.all() {
        // From the middle, since the beginning may not be typical.
        let start = text.floor_char_boundary(text.len() / 2);
        let text = &text[start..text.floor_char_boundary(start + WHOLE)];
        assert_eq!(ours(text), tiktoken(text), "{name}");
        for (size, bytes) in SIZES {
            let [cold, warm, others @ ..] = times(&chunks(text, bytes));
            let messages = text.len().div_ceil(bytes) as f64;
            let megabytes = text.len() as f64 / 1e6;
            for (heat, time) in [("cold", cold), ("warm", warm)] {
                let is_short = bytes == SIZES[0].1;
                let speed = |time: f64| if is_short { time / messages * 1e6 } else { megabytes / time };
                report.add(Row {
                    name: format!("{name}, {size}, {heat}"),
                    unit: if is_short { "us" } else { "MB/s" },
                    ours: speed(time),
                    tiktoken: Some(speed(others[0])),
                    bpe: Some(speed(others[1])),
                    goal: goal(name, bytes, heat),
                });
            }
        }
    }
}

fn goal(name: &str, bytes: usize, heat: &str) -> Option<Goal> {
    if heat == "warm" {
        return None;
    }
    match (bytes, name) {
        (200, "English") => Some(Goal::AtMost(3.0)),
        (WHOLE, "English") => Some(Goal::Times(4.0)),
        (WHOLE, "code") => Some(Goal::Times(3.5)),
        (WHOLE, "JSON") => Some(Goal::Times(6.0)),
        (WHOLE, "CJK") => Some(Goal::Times(3.0)),
        (WHOLE, "international" | "mixed") => Some(Goal::Times(2.0)),
        _ => None,
    }
}

fn chunks(mut text: &str, bytes: usize) -> Vec<&str> {
    let mut chunks = Vec::new();
    while !text.is_empty() {
        let (chunk, rest) = text.split_at(text.floor_char_boundary(bytes.max(4)));
        chunks.push(chunk);
        text = rest;
    }
    chunks
}

/// Ours cold and warm, tiktoken-rs, bpe-openai.
fn times(chunks: &[&str]) -> [f64; 4] {
    let all = |count: fn(&str) -> usize| move || chunks.iter().for_each(|chunk| _ = black_box(count(chunk)));
    let (mut cold, mut warm) = (all(ours), all(ours));
    let (mut tiktoken, mut bpe) = (all(tiktoken), all(bpe));
    interleaved(
        ROUNDS,
        [
            Contender { prepare: &forget, work: &mut cold },
            Contender { prepare: &|| {}, work: &mut warm },
            // The others keep nothing that could be forgotten, but the processor's caches do.
            Contender { prepare: &forget, work: &mut tiktoken },
            Contender { prepare: &forget, work: &mut bpe },
        ],
    )
}
