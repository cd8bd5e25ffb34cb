//! A conversation that is counted at every turn: texts remember their counts, so only what is new is counted.

use std::hint::black_box;

use braincase_tokens::{Text, encoding::forget_pieces};

use crate::{
    clock::{Contender, interleaved},
    contenders::{ENCODING, bpe, tiktoken},
    corpora::Corpora,
    report::{Goal, Report, Row},
};

const ROUNDS: usize = 3;
/// What a question and its answer have, in bytes.
const MESSAGES: [usize; 2] = [300, 1_200];

pub(crate) fn compare(corpora: &Corpora, report: &mut Report) {
    for (turns, goal) in [(30, 18.0), (100, 50.0), (400, 400.0)] {
        let messages = messages(&corpora.english, turns);
        let recount = |count: fn(&str) -> usize| {
            for turn in messages.chunks(MESSAGES.len()).enumerate().map(|(turn, _)| turn + 1) {
                let so_far = &messages[..turn * MESSAGES.len()];
                black_box(so_far.iter().map(|text| count(text)).sum::<usize>());
            }
        };
        let mut ours = || remember(&messages);
        let (mut theirs, mut bpe) = (|| recount(tiktoken), || recount(bpe));
        let contenders = [&mut ours as &mut dyn FnMut(), &mut theirs, &mut bpe];
        let rounds = if turns > 100 { 1 } else { ROUNDS };
        let [ours, theirs, bpe] =
            interleaved(rounds, contenders.map(|work| Contender { prepare: &forget_pieces, work }));
        report.add(Row {
            name: format!("a conversation of {turns} turns"),
            unit: "ms",
            ours: ours * 1e3,
            tiktoken: Some(theirs * 1e3),
            bpe: Some(bpe * 1e3),
            goal: Some(Goal::Times(goal)),
        });
    }
}

fn remember(messages: &[&str]) {
    let mut so_far: Vec<Text> = Vec::new();
    for turn in messages.chunks(MESSAGES.len()) {
        so_far.extend(turn.iter().map(|text| Text::new(*text)));
        black_box(so_far.iter().map(|text| text.count(ENCODING)).sum::<usize>());
    }
}

fn messages(text: &str, turns: usize) -> Vec<&str> {
    let mut rest = text;
    let mut next = |bytes: usize| {
        let (message, left) = rest.split_at(rest.floor_char_boundary(bytes));
        rest = left;
        message
    };
    (0..turns).flat_map(|_| MESSAGES).map(&mut next).collect()
}
