//! Lengths of time in the forms in which people write them.

use super::*;
use crate::brain::local::token;

fn millis(text: &str) -> Vec<f64> {
    let tokens = token::tokenize(text);
    spans(&Clause::new(text, &tokens)).into_iter().map(|span| span.millis).collect()
}

#[test]
fn a_length_is_read_in_every_form() {
    for (text, expected) in [
        ("4 sec", 4_000.0),
        ("four secs", 4_000.0),
        ("90s", 90_000.0),
        ("2.5 seconds", 2_500.0),
        ("half a second", 500.0),
        ("a minute and a half", 90_000.0),
        ("one minute and 30 seconds", 90_000.0),
        ("250 ms", 250.0),
    ] {
        assert_eq!(millis(text), [expected], "{text}");
    }
}

#[test]
fn a_second_scene_is_no_length() {
    assert!(millis("add a second scene").is_empty());
}

#[test]
fn ordinals_are_read_as_words_and_as_digits() {
    assert_eq!([ordinal("third"), ordinal("3rd"), ordinal("three")], [Some(3), Some(3), None]);
}
