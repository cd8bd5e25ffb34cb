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
