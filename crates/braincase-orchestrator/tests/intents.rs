//! The local brain on labelled prompts: what people really type, and what should come of it.
//!
//! The held-out half is written by somebody who has not read the rules, and not looked at until it has been measured.
//! The sets `b7` and `b8` are held out: 51 of 70 and 53 of 70 were right at first sight, and nothing was tuned on them
//! since; the rules before clauses had roles get 49 and 52 of them. The sets before had, at first sight, 57 of 75, 48 of
//! 75, 69 of 75, 50 of 80, 66 of 80 and 83 of 100 right; after each the rules were generalised, and the set was moved to
//! the tune half. The ids `g-…` are further prompts of the kinds that were missed, written by the author of the rules. So
//! are the ids `h-…`, six batches of 40 written before the rules for them: at first sight 21, 27, 20, 22, 20 and 28 of
//! 40 were right, and 21, 23, 21, 23, 20 and 27 with the rules before clauses had roles. What the tune half reaches
//! therefore says that nothing was lost, not how well new prompts are read.
//!
//! A wrong change costs more than a needless question, so they are counted apart. Before the brain held its words against
//! what it had done, 17 of the 36 misses of `b7` and `b8` were wrong changes, and one of them deleted every scene. The ids
//! `a1-…` are prompts about which it is right to ask, or annoying: 94 were written before that rule, the others while it
//! was probed. Of `b7` and `b8` nobody has read a text for it, but what was expected and what was done in the wrong
//! changes was looked at; they are therefore a little less held out than they were.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests are not recognised as tests"
)]

#[path = "intents/cases.rs"]
mod cases;
#[path = "intents/measure.rs"]
mod measure;

use std::collections::BTreeMap;

use braincase_core::{
    brain::Brain,
    prompt::{Decision, Prompt},
};
use braincase_orchestrator::{brain::local::LocalBrain, tools::Tool};
use proptest::prelude::*;
use serde_json::Value;

use self::{
    cases::{Case, cases, prompt},
    measure::Score,
};

fn decide(prompt: &Prompt) -> Decision {
    futures_util::future::FutureExt::now_or_never(LocalBrain::default().decide(prompt))
        .expect("it never waits")
        .unwrap()
}

#[test]
fn labelled_prompts_are_understood() {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for case in cases() {
        let decision = decide(&prompt(&case));
        for call in &decision.calls {
            Tool::parse(call).unwrap();
        }
        let score = scores.entry(case.half.clone()).or_default();
        if let Some(problem) = score.count(&case, &decision) {
            println!("MISS {} ({}): {:?}\n    {problem}", case.id, case.half, case.prompt);
        }
    }
    for (half, score) in &scores {
        println!("{half}: {score}");
    }
    // Three points of room for the held-out half, for rules may shift single prompts; what costs work has less of it.
    assert!(scores["tune"].share() >= 0.98);
    assert!(scores["held_out"].share() >= 0.72);
    assert!(scores["tune"].wrong_changes <= 8);
    assert!(scores["held_out"].wrong_changes <= 6);
    assert!(scores.values().all(|score| score.boards_lost == 0));
}

#[test]
fn every_prompt_has_an_id_of_its_own() {
    let mut ids: Vec<String> = cases().into_iter().map(|case| case.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

fn ask(scenes: &str, images: usize, text: &str) -> Decision {
    continue_with(scenes, images, Vec::new(), text)
}

fn continue_with(scenes: &str, images: usize, earlier: Vec<(String, String)>, text: &str) -> Decision {
    let case = Case {
        id: String::new(),
        half: String::new(),
        scenes: scenes.to_owned(),
        selected: None,
        images,
        known: 0,
        earlier,
        preferences: Vec::new(),
        prompt: text.to_owned(),
        expect: Vec::new(),
    };
    decide(&prompt(&case))
}

fn check(decision: &Decision) {
    assert!(decision.calls.len() <= 32);
    for call in &decision.calls {
        Tool::parse(call).unwrap();
    }
    assert!(!decision.reply.is_empty());
}

#[test]
fn the_same_prompt_gets_the_same_decision() {
    let once = ask("shop", 1, "add a closing scene with our logo, then make scene 2 blue");
    assert_eq!(once, ask("shop", 1, "add a closing scene with our logo, then make scene 2 blue"));
}

#[test]
fn a_huge_prompt_is_decided_soon_and_says_that_it_was_cut() {
    for unit in [
        "add a scene saying hello and ",
        "\"",
        "' ",
        "a",
        "é",
        "scenes 1, 2, ",
        "delete scene 1\n",
        "9",
        "#",
        "the intro ",
        ", ",
        "it is ",
        "because we said so, ",
        "the star red, the price blue, ",
        "only scene 1 stays, ",
        "delete the shadow and the blur of scene 1 ",
        "so everything, ",
        "delete 'Welcome' \"Hello\" ",
    ] {
        let text = unit.repeat((1 << 20) / unit.len());
        let start = tokio::time::Instant::now();
        let decision = ask("shop", 2, &text);
        // A wide margin, for machines that are busy with something else: it takes well under a second, while anything
        // quadratic would need hours for so many tokens.
        assert!(start.elapsed().as_secs_f64() < 20.0, "{unit:?} took {:?}", start.elapsed());
        check(&decision);
    }
    assert!(ask("shop", 0, &"make scene 2 blue. ".repeat(60_000)).reply.contains("only the beginning"));
}

/// The decision after a request was answered with a question, and the question with these words.
fn answer(scenes: &str, request: &str, words: &str) -> Decision {
    let doubt = ask(scenes, 0, request);
    assert_eq!(doubt.calls[0].name, "ask_clarification", "{request}: {doubt:?}");
    let earlier = vec![("user".to_owned(), request.to_owned()), ("assistant".to_owned(), doubt.reply)];
    continue_with(scenes, 0, earlier, words)
}

#[test]
fn a_question_says_what_was_not_understood_and_what_would_be_done() {
    let doubt = ask("shop", 0, "take the music out of the intro");
    insta::assert_snapshot!(doubt.reply, @"I do not know what to do about “music”; I can change titles, texts, colours, backgrounds, shapes, images, animations, lengths and speed. The result would be: Scene 1 has been deleted. Is that what you want? (Yes, do that · No, change nothing)");
}

#[test]
fn the_requests_of_the_tour_are_carried_out() {
    assert_eq!(ask("one", 0, "Speed it up and make it 5 seconds").calls[0].name, "edit_scene");
    let made = ask("none", 1, "Create a scene from this picture with the text \"Good morning\"");
    assert_eq!(made.calls[0].name, "create_scene_from_image");
}

#[test]
fn a_yes_to_what_was_understood_has_it_done() {
    for yes in ["Yes, do that", "yes please", "ok"] {
        let decision = answer("shop", "take the music out of the intro", yes);
        let [call] = decision.calls.as_slice() else { panic!("{decision:?}") };
        assert_eq!(call.name, "delete_scene");
    }
}

#[test]
fn a_no_to_what_was_understood_changes_nothing() {
    for no in ["No, change nothing", "no", "no, leave it as it is"] {
        let decision = answer("shop", "take the music out of the intro", no);
        assert!(decision.calls.iter().all(|call| call.name == "ask_clarification"), "{no}: {decision:?}");
    }
}

#[test]
fn all_scenes_are_deleted_only_in_words_for_all() {
    for all in
        ["delete everything", "wipe the whole storyboard", "start over", "delete all scenes", "remove every scene"]
    {
        let deleted = ask("plain4", 0, all).calls;
        assert!(deleted.len() == 4 && deleted.iter().all(|call| call.name == "delete_scene"), "{all}: {deleted:?}");
    }
    for part in ["delete the video", "remove the storyboard", "delete the scenes", "delete the movie please"] {
        let decision = ask("plain4", 0, part);
        assert_eq!(decision.calls[0].name, "ask_clarification", "{part}: {decision:?}");
    }
}

#[test]
fn a_range_of_scenes_is_deleted_to_its_last_scene_and_no_further() {
    let deleted = |text: &str| -> Vec<Value> {
        ask("plain4", 0, text).calls.into_iter().map(|call| call.arguments["scene_id"].clone()).collect()
    };
    let scenes = |numbers: &[usize]| -> Vec<Value> {
        numbers.iter().map(|number| serde_json::json!(cases::scene_id(*number))).collect()
    };
    assert_eq!(deleted("delete everything after scene 2"), scenes(&[3, 4]));
    assert_eq!(deleted("delete all the scenes before Dinner"), scenes(&[1, 2]));
    assert_eq!(deleted("delete all scenes from Beach to Goodbye"), scenes(&[2, 3, 4]));
    assert_eq!(deleted("delete the scenes between Sunrise and Goodbye"), scenes(&[2, 3]));
}

#[test]
fn a_huge_prompt_about_a_big_storyboard_is_decided_soon() {
    for unit in [
        "make all scenes blue and \"Words 7\" bigger, ",
        "in scene 7 the words, the shine and the Glow: ",
        "delete Words ",
    ] {
        let text = unit.repeat((1 << 16) / unit.len());
        let start = tokio::time::Instant::now();
        check(&ask("crowd", 0, &text));
        assert!(start.elapsed().as_secs_f64() < 20.0, "{unit:?} took {:?}", start.elapsed());
    }
}

#[test]
fn a_request_with_strange_words_about_many_strange_titles_is_decided_soon() {
    let text = "make it blue qwertz qwerty qwirtz zwqrt. ".repeat(500);
    let start = tokio::time::Instant::now();
    check(&ask("wordy", 0, &text));
    assert!(start.elapsed().as_secs_f64() < 20.0, "it took {:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_gets_calls_that_parse(text in "\\PC{0,200}", images in 0_usize..3) {
        check(&ask("shop", images, &text));
        check(&ask("none", images, &text));
    }

    #[test]
    fn any_mix_of_known_words_gets_calls_that_parse(words in prop::collection::vec(prop::sample::select(WORDS), 0..40), images in 0_usize..3) {
        check(&ask("plain4", images, &words.join(" ")));
    }
}

const WORDS: &[&str] = &[
    "add",
    "a",
    "scene",
    "delete",
    "the",
    "last",
    "first",
    "two",
    "2",
    "scenes",
    "and",
    ",",
    "then",
    "\"Hello\"",
    "saying",
    "called",
    "to",
    "make",
    "it",
    "blue",
    "gradient",
    "faster",
    "seconds",
    "3",
    "half",
    "logo",
    "image",
    "background",
    "text",
    "title",
    "move",
    "left",
    "star",
    "except",
    "all",
    "between",
    "after",
    "before",
    "\n",
    "99999999999999999999",
    "0",
    "#2",
    "#ff00ff",
    "same",
    "for",
    "one",
    "’s",
    "\u{0}",
    "🙂",
    "ß",
    "rename",
    "replace",
    "with",
    "copy",
    "fade",
    "in",
    "keep",
    "only",
];
