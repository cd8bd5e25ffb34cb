//! Whether a long text fits into a window, and its beginning that does.

use std::hint::black_box;

use braincase_tokens::{encoding::count_till_limit, truncate};

use crate::{
    clock::{Contender, interleaved},
    contenders::{ENCODING, forget},
    corpora::{Corpora, LENGTH},
    report::{Goal, Report, Row},
};

const ROUNDS: usize = 5;

pub(crate) fn compare(corpora: &Corpora, report: &mut Report) {
    compare_limits(corpora, report);
    compare_cuts(corpora, report);
}

/// The longest beginning that fits. Theirs has to encode everything before it can take what fits of it.
fn compare_cuts(corpora: &Corpora, report: &mut Report) {
    const LIMIT: usize = 8_000;
    let text = &corpora.english[..LENGTH];
    let tiktoken = tiktoken_rs::o200k_base_singleton();
    let mut ours = || _ = black_box(truncate(ENCODING, black_box(text), LIMIT));
    let mut theirs = || {
        let tokens = tiktoken.encode_ordinary(black_box(text));
        black_box(tiktoken.decode(&tokens[..LIMIT]).unwrap());
    };
    let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs];
    let [ours, theirs] = interleaved(ROUNDS, contenders.map(|work| Contender { prepare: &forget, work }));
    report.add(Row {
        name: format!("truncate {} MiB to {LIMIT}", LENGTH >> 20),
        unit: "us",
        ours: ours * 1e6,
        tiktoken: Some(theirs * 1e6),
        bpe: None,
        goal: Some(Goal::Times(60.0)),
    });
}

fn compare_limits(corpora: &Corpora, report: &mut Report) {
    let text = &corpora.english;
    let bpe = bpe_openai::o200k_base();
    let tiktoken = tiktoken_rs::o200k_base_singleton();
    // The last is refused by its length alone, and so is nearly anything else that is far too long.
    for (bytes, limit) in [(LENGTH, 64_000), (LENGTH / 4, 8_192), (LENGTH, 8_000)] {
        let text = &text[..bytes];
        let mut ours = || _ = black_box(count_till_limit(ENCODING, black_box(text), limit));
        let mut theirs = || _ = black_box(tiktoken.encode_ordinary(black_box(text)).len() <= limit);
        let mut bpe = || _ = black_box(bpe.count_till_limit(&bpe.normalize(black_box(text)), limit));
        let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs, &mut bpe];
        let [ours, theirs, bpe] = interleaved(ROUNDS, contenders.map(|work| Contender { prepare: &|| {}, work }));
        report.add(Row {
            name: format!("does {} MiB fit in {limit}?", bytes >> 20),
            unit: "us",
            ours: ours * 1e6,
            tiktoken: Some(theirs * 1e6),
            bpe: Some(bpe * 1e6),
            goal: (limit < 10_000).then_some(Goal::Times(if bytes == LENGTH { 100.0 } else { 25.0 })),
        });
    }
}
