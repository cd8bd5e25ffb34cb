//! A long conversation whose messages are counted already, packed into a window.

use std::hint::black_box;

use braincase_tokens::{History, Message, Model, Registry, Role, Sections, fit};

use crate::{
    clock::{Contender, interleaved},
    corpora::Corpora,
    report::{Goal, Report, Row},
};

const MESSAGES: usize = 400;
const ROUNDS: usize = 50;
const WORTH: History = History { recent_exchanges: 3, recent: 2, older: 1 };

pub(crate) fn compare(corpora: &Corpora, report: &mut Report) {
    let model = Registry::embedded().get("gpt-4o").unwrap();
    let exchanges = exchanges(&corpora.english);
    let wanted = fit(&model, sections(&model, &exchanges, model.context)).unwrap().account.wanted;
    // What is packed is consumed, so that each round has its own, made before the clock starts.
    for (what, limit) in [("fit", model.context), ("are twice too many", wanted / 2)] {
        let prepared = std::cell::RefCell::new(None);
        let prepare = || *prepared.borrow_mut() = Some(sections(&model, &exchanges, limit));
        let mut ours = || {
            let sections = prepared.borrow_mut().take().unwrap();
            black_box(fit(&model, sections).unwrap());
        };
        let [ours] = interleaved(ROUNDS, [Contender { prepare: &prepare, work: &mut ours }]);
        report.add(Row {
            name: format!("plan {MESSAGES} counted messages that {what}"),
            unit: "us",
            ours: ours * 1e6,
            tiktoken: None,
            bpe: None,
            goal: Some(Goal::AtMost(50.0)),
        });
    }
}

fn exchanges(text: &str) -> Vec<Vec<Message>> {
    let mut rest = text;
    let mut next = |role| {
        let (message, left) = rest.split_at(rest.floor_char_boundary(400));
        rest = left;
        Message::new(role, message)
    };
    (0..MESSAGES / 2).map(|_| vec![next(Role::User), next(Role::Assistant)]).collect()
}

fn sections(model: &Model, exchanges: &[Vec<Message>], limit: usize) -> Sections {
    let sections = Sections::default().history(exchanges.iter().cloned(), WORTH);
    Sections { reserve_output: Some(model.context - limit), ..sections }
}
