//! Whether a long text fits into a window, and what of it does.

use std::hint::black_box;

use braincase_tokens::{
    Message, Part, Policy, Registry, Role, Sections, Shrink, Text,
    encoding::{bounds, count_till_limit, forget_pieces},
    fit, truncate,
};

use crate::{
    clock::{Contender, interleaved},
    contenders::ENCODING,
    corpora::{Corpora, LENGTH},
    report::{Goal, Report, Row},
};

const ROUNDS: usize = 5;

pub(crate) fn compare(corpora: &Corpora, report: &mut Report) {
    let text = &corpora.english;
    // Half of the limit has to be counted before it is sure that the first does not fit; 44x were measured.
    for (bytes, limit, goal) in [(LENGTH / 8, 8_000, Some(25.0)), (LENGTH, 64_000, None)] {
        report.add(fitting(&text[..bytes], limit, "counted", goal));
    }
    // As nearly anything that is far too long, these are refused before anything is counted, or after one word.
    for (bytes, limit, goal) in [(LENGTH / 4, 8_192, 25.0), (LENGTH, 8_000, 100.0)] {
        report.add(fitting(&text[..bytes], limit, "by its length", Some(goal)));
    }
    report.add(truncation(text, 8_000));
    report.add(shrinking(text, 8_000));
}

/// Whether a text fits that does not: its length alone shows that only if even the longest tokens are too many.
fn fitting(text: &str, limit: usize, how: &str, goal: Option<f64>) -> Row {
    assert_eq!(*bounds(ENCODING, text.len()).start() >= limit, how == "by its length");
    assert_eq!(count_till_limit(ENCODING, text, limit), None);
    let (bpe, tiktoken) = (bpe_openai::o200k_base(), tiktoken_rs::o200k_base_singleton());
    let mut ours = || _ = black_box(count_till_limit(ENCODING, black_box(text), limit));
    let mut theirs = || _ = black_box(tiktoken.encode_ordinary(black_box(text)).len() <= limit);
    let mut bpe = || _ = black_box(bpe.count_till_limit(&bpe.normalize(black_box(text)), limit));
    let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs, &mut bpe];
    let [ours, theirs, bpe] = interleaved(ROUNDS, contenders.map(|work| Contender { prepare: &forget_pieces, work }));
    Row {
        name: format!("does {} KiB fit in {limit}? ({how})", text.len() >> 10),
        unit: "us",
        ours: ours * 1e6,
        tiktoken: Some(theirs * 1e6),
        bpe: Some(bpe * 1e6),
        goal: goal.map(Goal::Times),
    }
}

/// What it takes to cut the middle out of a text that is counted already.
fn shrinking(text: &str, limit: usize) -> Row {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let text = Text::new(text);
    let sections = || {
        let part = Part::optional("text", Message::new(Role::User, text.clone()), 1).shrinking(Shrink::Middle, 0);
        let sections = Sections::new([part]);
        Sections { reserve_output: Some(model.context - limit), policy: Policy::exact(), ..sections }
    };
    // Counts it, for all that share the text.
    let left = fit(&model, sections()).unwrap().account.input;
    assert!((limit - 20..=limit).contains(&left), "{left}");
    let mut ours = || _ = black_box(fit(&model, sections()).unwrap());
    let [ours] = interleaved(ROUNDS, [Contender { prepare: &forget_pieces, work: &mut ours }]);
    let name = format!("shrink {} MiB, counted before, to {limit}", text.len() >> 20);
    Row { name, unit: "us", ours: ours * 1e6, tiktoken: None, bpe: None, goal: None }
}

/// Others have to cut the whole text into tokens and put the first ones together again, and may get more than the limit.
fn truncation(text: &str, limit: usize) -> Row {
    let (bpe, tiktoken) = (bpe_openai::o200k_base(), tiktoken_rs::o200k_base_singleton());
    assert!(
        count_till_limit(ENCODING, truncate(ENCODING, text, limit), limit).is_some_and(|tokens| tokens > limit - 20)
    );
    let mut ours = || _ = black_box(truncate(ENCODING, black_box(text), limit));
    let mut theirs = || _ = black_box(tiktoken.decode(&tiktoken.encode_ordinary(black_box(text))[..limit]));
    let mut bpe = || _ = black_box(bpe.decode(&bpe.encode(black_box(text))[..limit]));
    let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs, &mut bpe];
    let [ours, theirs, bpe] = interleaved(ROUNDS, contenders.map(|work| Contender { prepare: &forget_pieces, work }));
    Row {
        name: format!("truncate {} MiB to {limit}", text.len() >> 20),
        unit: "us",
        ours: ours * 1e6,
        tiktoken: Some(theirs * 1e6),
        bpe: Some(bpe * 1e6),
        goal: Some(Goal::Times(60.0)),
    }
}
