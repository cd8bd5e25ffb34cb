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

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests are not recognised as tests"
)]

use std::collections::BTreeMap;

use braincase_core::{
    ImageId, SceneId,
    brain::Brain,
    message::Role,
    prompt::{Decision, Prompt, PromptMessage},
    scene::SceneSpec,
};
use braincase_orchestrator::{
    brain::local::LocalBrain,
    briefing::{self, ImageLine, PreferenceLine, SceneLine},
    tools::{Tool, specs},
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    half: String,
    scenes: String,
    selected: Option<usize>,
    #[serde(default)]
    images: usize,
    #[serde(default)]
    known: usize,
    #[serde(default)]
    earlier: Vec<(String, String)>,
    #[serde(default)]
    preferences: Vec<(String, String)>,
    prompt: String,
    expect: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    tool: String,
    scene: Option<usize>,
    new: Option<usize>,
    #[serde(default)]
    has: Value,
}

/// The storyboards that the prompts are about.
fn fixture(name: &str) -> Vec<SceneSpec> {
    let scenes = match name {
        "none" => json!([]),
        "one" => {
            json!([{"title": "Welcome", "duration_ms": 4000, "elements": [{"id": "headline", "content": {"text": {"text": "Hello"}}}]}])
        }
        "shop" => json!([
            {"title": "Intro", "duration_ms": 3000, "background": {"color": "#0000ff"},
             "elements": [{"id": "headline", "content": {"text": {"text": "Welcome", "size": 0.1}}, "color": "#ffffff"}]},
            {"title": "Pricing", "duration_ms": 5000,
             "elements": [{"id": "price", "content": {"text": {"text": "Only 9 euros"}}}, {"id": "star-1", "content": {"shape": {"shape": "star"}}, "color": "#ff0000"}]},
            {"title": "Contact", "duration_ms": 4000, "background": {"color": "#000000"},
             "elements": [{"id": "mail", "content": {"text": {"text": "Write to us"}}}, {"id": "logo", "content": {"image": {"image_id": image_id(90)}}}]},
        ]),
        "plain4" => json!([
            {"title": "Sunrise"}, {"title": "Beach", "elements": [{"id": "text-1", "content": {"text": {"text": "Sand"}}}]},
            {"title": "Dinner", "duration_ms": 2000}, {"title": "Goodbye", "duration_ms": 6000}
        ]),
        other => panic!("no fixture {other}"),
    };
    serde_json::from_value(scenes).unwrap()
}

fn image_id(number: usize) -> ImageId {
    format!("00000000-0000-7000-9000-{number:012}").parse().unwrap()
}

fn scene_id(number: usize) -> SceneId {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

fn prompt(case: &Case) -> Prompt {
    let mut lines = vec![briefing::SCENES.to_owned()];
    let scenes = fixture(&case.scenes).into_iter().enumerate();
    lines
        .extend(scenes.map(|(index, spec)| {
            briefing::line(&SceneLine { number: index + 1, scene_id: scene_id(index + 1), spec })
        }));
    if let Some(selected) = case.selected {
        lines.extend([briefing::SELECTED.to_owned(), briefing::selected_line(scene_id(selected))]);
    }
    lines.push(briefing::IMAGES.to_owned());
    let known = (0..case.known).map(|n| ImageLine { image_id: image_id(50 + n), attached: false, facts: None });
    let attached = (0..case.images).map(|n| ImageLine { image_id: image_id(1 + n), attached: true, facts: None });
    lines.extend(known.chain(attached).map(|line| briefing::line(&line)));
    lines.push(briefing::PREFERENCES.to_owned());
    lines.extend(
        case.preferences
            .iter()
            .map(|(key, value)| briefing::line(&PreferenceLine { key: key.clone(), value: value.clone() })),
    );
    let mut messages = vec![message(Role::System, "You edit a storyboard."), message(Role::System, &lines.join("\n"))];
    for (role, content) in &case.earlier {
        messages.push(message(if role == "user" { Role::User } else { Role::Assistant }, content));
    }
    messages.push(message(Role::User, &case.prompt));
    Prompt { model: "gpt-4o".to_owned(), messages, tools: specs(), max_output_tokens: 8_000, trace: None }
}

fn message(role: Role, content: &str) -> PromptMessage {
    PromptMessage { role, content: content.to_owned() }
}

fn decide(prompt: &Prompt) -> Decision {
    futures_util::future::FutureExt::now_or_never(LocalBrain::default().decide(prompt))
        .expect("it never waits")
        .unwrap()
}

/// What differs between the decision and what was expected.
fn miss(case: &Case, decision: &Decision) -> Option<String> {
    let got = serde_json::to_string(&decision.calls).unwrap();
    if decision.calls.len() != case.expect.len() {
        return Some(format!("expected {} calls, got {got} — {}", case.expect.len(), decision.reply));
    }
    for (expected, call) in case.expect.iter().zip(&decision.calls) {
        let target =
            expected.scene.map(|scene| scene_id(scene).to_string()).or(expected.new.map(|new| format!("new:{new}")));
        let right_scene = target.is_none_or(|target| call.arguments["scene_id"] == target);
        let body = if call.arguments.get("patch").is_some() && expected.has.get("patch").is_none() {
            &call.arguments["patch"]
        } else {
            &call.arguments
        };
        if expected.tool != call.name
            || !right_scene
            || !(expected.has.is_null() || holds(body, &images(&expected.has)))
        {
            return Some(format!("expected {expected:?}, got {got}"));
        }
    }
    None
}

/// Whether `part` is found in `whole`; `null` means that a field must be absent.
///
/// Fields of add_scene that it does not have itself are read in its spec.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (_, Value::Object(part)) => part.iter().all(|(key, value)| {
            let found = whole.get(key).or_else(|| whole.get("spec").and_then(|spec| spec.get(key)));
            match (found, value) {
                (found, Value::Null) => found.is_none_or(Value::is_null),
                (found, value) => found.is_some_and(|found| holds(found, value)),
            }
        }),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        (Value::Number(whole), Value::Number(part)) => (whole.as_f64().unwrap() - part.as_f64().unwrap()).abs() < 1e-6,
        (whole, part) => whole == part,
    }
}

/// `image:1` stands for the id of the first attached image, `known:1` for an earlier one.
fn images(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), images(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(images).collect(),
        Value::String(text) => match (text.strip_prefix("image:"), text.strip_prefix("known:")) {
            (Some(number), _) => json!(image_id(number.parse().unwrap())),
            (_, Some(number)) => json!(image_id(49 + number.parse::<usize>().unwrap())),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

fn cases() -> Vec<Case> {
    let lines = include_str!("data/intents.jsonl").lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn labelled_prompts_are_understood() {
    let mut score: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in cases() {
        let decision = decide(&prompt(&case));
        for call in &decision.calls {
            Tool::parse(call).unwrap();
        }
        let (right, all) = score.entry(case.half.clone()).or_default();
        *all += 1;
        match miss(&case, &decision) {
            None => *right += 1,
            Some(miss) => println!("MISS {} ({}): {:?}\n    {miss}", case.id, case.half, case.prompt),
        }
    }
    for (half, (right, all)) in &score {
        println!("{half}: {right} of {all} ({:.1} %)", *right as f64 * 100.0 / *all as f64);
    }
    // The held-out half had 74.3 % when it was measured; three points of room, for rules may shift single prompts.
    let share = |half: &str| score.get(half).map_or(1.0, |(right, all)| *right as f64 / *all as f64);
    assert!(share("tune") >= 0.98);
    assert!(share("held_out") >= 0.713);
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
    let case = Case {
        id: String::new(),
        half: String::new(),
        scenes: scenes.to_owned(),
        selected: None,
        images,
        known: 0,
        earlier: Vec::new(),
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
