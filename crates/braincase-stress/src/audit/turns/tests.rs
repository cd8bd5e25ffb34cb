//! Every way in which stored turns can differ from those that were sent.

use serde_json::json;

use super::*;
use crate::{plan::Lane, preset::Scenario};

fn project(outcomes: &[Outcome]) -> Project {
    let turn = |(nth, outcome): (usize, &Outcome)| Turn {
        prompt: format!("prompt {nth}"),
        key: format!("key {nth}"),
        outcome: outcome.clone(),
        ..Turn::new(nth as u32 + 1, String::new(), String::new())
    };
    Project {
        turns: outcomes.iter().enumerate().map(turn).collect(),
        ..Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject)
    }
}

fn ended(id: &str) -> Outcome {
    Outcome::Ended { turn_id: id.to_owned(), status: "completed".to_owned() }
}

fn stored(id: &str, nth: usize, status: &str) -> Value {
    json!({ "id": id, "prompt": format!("prompt {nth}"), "status": status })
}

fn broken(project: &Project, stored: &[Value]) -> Vec<Rule> {
    audit(project, stored).violations.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn what_was_answered_and_is_stored_is_fine() {
    let project = project(&[ended("a"), ended("b")]);
    let audit = audit(&project, &[stored("a", 0, "completed"), stored("b", 1, "clarification")]);
    assert_eq!(audit.violations, []);
    assert_eq!(audit.checked.turns, 2);
}

#[test]
fn a_lost_turn_is_found() {
    assert_eq!(broken(&project(&[ended("a"), ended("b")]), &[stored("b", 1, "completed")]), [Rule::TurnStored]);
    let cut = project(&[Outcome::Accepted { turn_id: "a".to_owned() }]);
    assert_eq!(broken(&cut, &[]), [Rule::TurnStored]);
}

#[test]
fn a_doubled_turn_is_found() {
    let twice = [stored("a", 0, "completed"), stored("x", 0, "completed")];
    assert_eq!(broken(&project(&[ended("a")]), &twice), [Rule::TurnOnce]);
    assert_eq!(broken(&project(&[Outcome::Indefinite]), &twice), [Rule::TurnOnce]);
}

#[test]
fn another_status_or_id_is_found() {
    let project = project(&[ended("a")]);
    assert_eq!(broken(&project, &[stored("a", 0, "failed")]), [Rule::TurnSame]);
    assert_eq!(broken(&project, &[stored("z", 0, "completed")]), [Rule::TurnSame]);
}

#[test]
fn a_turn_that_nobody_sent_is_found() {
    assert_eq!(broken(&project(&[]), &[stored("a", 0, "completed")]), [Rule::NoPhantom]);
    assert_eq!(broken(&project(&[Outcome::Rejected]), &[stored("a", 0, "completed")]), [Rule::NoPhantom]);
}

#[test]
fn an_indefinite_turn_may_be_there_or_not() {
    let project = project(&[Outcome::Indefinite]);
    assert_eq!(broken(&project, &[]), []);
    let audit = audit(&project, &[stored("a", 0, "completed")]);
    assert_eq!((audit.violations.len(), audit.checked.indefinite, audit.checked.indefinite_stored), (0, 1, 1));
}

#[test]
fn a_changed_order_is_found() {
    let swapped = [stored("b", 1, "completed"), stored("a", 0, "completed")];
    assert_eq!(broken(&project(&[ended("a"), ended("b")]), &swapped), [Rule::TurnOrder]);
}

#[test]
fn a_repeated_request_that_became_another_turn_is_found() {
    let mut project = project(&[ended("a")]);
    project.turns[0].repeats = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(broken(&project, &[stored("a", 0, "completed")]), [Rule::Idempotent]);
}
