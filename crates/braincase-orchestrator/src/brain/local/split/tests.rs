//! Where steps begin, and where they do not.

use super::*;
use crate::brain::local::token;

fn pieces(text: &str) -> Vec<String> {
    let tokens = token::tokenize(text);
    let cut = steps(&tokens, &Names::default());
    let cut = cut.iter().filter_map(|step| Some(&text[step.first()?.start..step.last()?.end]));
    cut.map(str::to_owned).collect()
}

#[test]
fn every_command_is_a_step() {
    assert_eq!(pieces("make scene 1 red, then delete scene 2"), ["make scene 1 red", "delete scene 2"]);
}

#[test]
fn quotes_are_never_cut() {
    assert_eq!(pieces("add a scene saying \"stop, then delete it\"").len(), 1);
}

#[test]
fn one_more_scene_is_a_step_of_its_own() {
    assert_eq!(pieces("add a scene called A and one called B"), ["add a scene called A", "one called B"]);
}

#[test]
fn a_list_of_scenes_is_one_step() {
    assert_eq!(pieces("delete scenes 1, 2 and 3").len(), 1);
}

#[test]
fn there_are_never_more_steps_than_are_read() {
    assert_eq!(pieces(&"make it blue. ".repeat(100)).len(), MAX_STEPS);
}

#[test]
fn a_clause_with_a_subject_of_its_own_is_a_step_of_its_own() {
    assert_eq!(pieces("we moved, they want it in white"), ["we moved", "they want it in white"]);
    assert_eq!(pieces("The kids laughed. Can it stay longer?").len(), 2);
}

#[test]
fn subjects_that_share_a_verb_are_not_cut() {
    assert_eq!(pieces("scene 1 and scene 2 should be red").len(), 1);
}

#[test]
fn every_thing_with_a_value_of_its_own_is_a_step() {
    assert_eq!(pieces("star green, text in bold, logo deleted"), ["star green", "text in bold", "logo deleted"]);
    assert_eq!(pieces("add a scene with red background, text in bold").len(), 1, "parts of a new scene are its own");
}

#[test]
fn a_clause_in_free_words_is_content() {
    assert_eq!(pieces("add a scene saying sorry, we are closed").len(), 1);
}
