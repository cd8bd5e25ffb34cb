//! What clauses are there for.

use super::*;
use crate::brain::local::token;

fn role_of(text: &str) -> Role {
    let tokens = token::tokenize(text);
    of(&Clause::new(text, &tokens), &Names::default())
}

#[test]
fn orders_are_told_from_what_people_do_and_from_how_things_are() {
    for order in ["make it red", "could you make it red", "it should be red", "we want it in red", "let it bounce"] {
        assert_eq!(role_of(order), Role::Order, "{order}");
    }
    for tale in ["the client signed off", "we sold everything", "my colleagues want to try it", "i think it is fine"] {
        assert!(matches!(role_of(tale), Role::Tale | Role::State), "{tale}");
    }
    assert_eq!(role_of("the star is too big"), Role::State);
}

#[test]
fn an_opinion_has_the_role_of_what_is_thought() {
    assert_eq!(role_of("my boss thinks it should be red"), Role::Order);
    assert_eq!(role_of("my boss thinks it is boring"), Role::State);
}

#[test]
fn reasons_and_questions_order_nothing() {
    assert_eq!(role_of("because nobody can read it"), Role::Reason);
    assert_eq!(role_of("do we still need the star"), Role::Question);
    assert_eq!(role_of("could you check that it is there"), Role::Question);
}

#[test]
fn a_reason_behind_an_order_is_taken_out() {
    let text = "make it bigger because nobody can read it, please";
    let kept = without_reasons(&token::tokenize(text), &Names::default());
    let words: Vec<&str> = kept.iter().map(|token| token.word.as_str()).collect();
    assert_eq!(words, ["make", "it", "bigger", "", "please"]);
}
