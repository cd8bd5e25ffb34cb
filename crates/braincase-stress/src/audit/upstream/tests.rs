//! Every way in which what the provider saw can differ from what users did.

use super::*;
use crate::{ledger::Cancel, preset::Scenario};

const AT: i64 = 1_000_000_000;

fn request(n: u64, attempt: u32) -> Request {
    Request {
        n,
        at_micros: AT,
        took_us: 1_000_000,
        is_chat: true,
        attempt: Some((1, 1, attempt)),
        marks: [1].into(),
        has_own_words: true,
        status: 200,
        input: 10,
        limit: Some(10),
        ..Request::default()
    }
}

fn project(change: impl FnOnce(&mut Turn)) -> Project {
    let mut turn = Turn::new(1, "p".to_owned(), "key".to_owned());
    turn.outcome = Outcome::Ended { turn_id: "t".to_owned(), status: "completed".to_owned() };
    change(&mut turn);
    Project { turns: vec![turn], ..Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject) }
}

fn broken(requests: Vec<Request>, project: Project) -> Vec<Rule> {
    let record = Record { requests, ..Record::default() };
    audit(Lane::Main, &record, &[project]).violations.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn one_fitting_request_with_its_own_words_is_fine_and_so_is_its_repetition() {
    assert_eq!(broken(vec![request(0, 1), request(1, 1)], project(|_| {})), []);
}

#[test]
fn a_prompt_that_does_not_fit_or_lacks_its_words_or_has_those_of_others_is_found() {
    assert_eq!(broken(vec![Request { input: 11, ..request(0, 1) }], project(|_| {})), [Rule::Prompt]);
    assert_eq!(broken(vec![Request { has_own_words: false, ..request(0, 1) }], project(|_| {})), [Rule::Prompt]);
    assert_eq!(broken(vec![Request { marks: [1, 2].into(), ..request(0, 1) }], project(|_| {})), [Rule::NoCrossing]);
}

#[test]
fn a_request_that_was_sent_twice_and_asked_for_twice_is_found() {
    assert_eq!(broken(vec![request(0, 1), request(1, 2)], project(|_| {})), [Rule::Idempotent]);
}

#[test]
fn a_turn_that_ended_and_was_never_asked_for_is_found() {
    let other = Request { attempt: Some((1, 9, 1)), ..request(0, 1) };
    assert_eq!(broken(vec![other], project(|_| {})), [Rule::Cost]);
}

#[test]
fn a_provider_that_works_on_for_a_turn_that_was_called_off_is_found() {
    let called_off = |after_micros: i64| {
        let cancel = Cancel { at_micros: AT + after_micros, answer: Ok("cancelled".to_owned()) };
        project(|turn| {
            turn.outcome = Outcome::Ended { turn_id: "t".to_owned(), status: "cancelled".to_owned() };
            turn.cancel = Some(cancel);
        })
    };
    let long = Request { took_us: 9_000_000, ..request(0, 1) };
    assert_eq!(broken(vec![long.clone()], called_off(500_000)), [Rule::Cancel]);
    assert_eq!(broken(vec![request(0, 1)], called_off(500_000)), []);

    let record = Record { requests: vec![long], aborted: [(0, AT + 700_000)].into(), ..Record::default() };
    let audit = audit(Lane::Main, &record, &[called_off(500_000)]);
    assert_eq!((audit.violations, audit.checked.aborted), (Vec::new(), 1));
}

#[test]
fn images_are_sent_as_they_were_uploaded() {
    let shows = |images: &[&str]| {
        let images = images.iter().map(|hash| (*hash).to_owned()).collect();
        vec![request(0, 1), Request { n: 1, is_chat: false, attempt: None, images, ..request(1, 1) }]
    };
    let uploaded = || {
        let (images, hashes) = (vec!["i".to_owned()], vec!["ab".to_owned()]);
        Project { images, hashes, ..project(|_| {}) }
    };
    assert_eq!(broken(shows(&["ab"]), uploaded()), []);
    assert_eq!(broken(shows(&["ab", "cd"]), uploaded()), [Rule::ImageBytes]);
    assert_eq!(broken(shows(&["ab"]), Project { hashes: vec!["ef".to_owned()], ..uploaded() }).len(), 2);
}

#[test]
fn a_repetition_after_a_refusal_is_counted() {
    let refused = Request { status: 429, fault: Some("429".to_owned()), ..request(0, 1) };
    let record = Record { requests: vec![refused, request(1, 1)], ..Record::default() };
    assert_eq!(audit(Lane::Main, &record, &[project(|_| {})]).checked.retries, 1);
}
