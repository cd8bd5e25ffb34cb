//! The labelled prompts: what was typed, on which storyboard, and what should come of it.

use braincase_core::{
    ImageId, SceneId,
    message::Role,
    prompt::{Prompt, PromptMessage},
    scene::SceneSpec,
};
use braincase_orchestrator::{
    briefing::{self, ImageLine, PreferenceLine, SceneLine},
    tools::specs,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) half: String,
    pub(crate) scenes: String,
    pub(crate) selected: Option<usize>,
    #[serde(default)]
    pub(crate) images: usize,
    #[serde(default)]
    pub(crate) known: usize,
    #[serde(default)]
    pub(crate) earlier: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) preferences: Vec<(String, String)>,
    pub(crate) prompt: String,
    pub(crate) expect: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) tool: String,
    pub(crate) scene: Option<usize>,
    pub(crate) new: Option<usize>,
    #[serde(default)]
    pub(crate) has: Value,
}

/// The storyboards that the prompts are about.
pub(crate) fn fixture(name: &str) -> Vec<SceneSpec> {
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
        "crowd" => (0..300)
            .map(|number| {
                let text = format!("Words {number} ").repeat(20);
                json!({"title": format!("Part {number}"), "elements": [{"id": "text-1", "content": {"text": {"text": text}}}]})
            })
            .collect(),
        "wordy" => (0..450)
            .map(|scene| {
                let words: Vec<_> = (0..22).map(|word| format!("qw{:05}z", scene * 22 + word)).collect();
                json!({"title": words.join(" ")})
            })
            .collect(),
        other => panic!("no fixture {other}"),
    };
    serde_json::from_value(scenes).unwrap()
}

pub(crate) fn image_id(number: usize) -> ImageId {
    format!("00000000-0000-7000-9000-{number:012}").parse().unwrap()
}

pub(crate) fn scene_id(number: usize) -> SceneId {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

pub(crate) fn prompt(case: &Case) -> Prompt {
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

pub(crate) fn message(role: Role, content: &str) -> PromptMessage {
    PromptMessage { role, content: content.to_owned() }
}

/// All labelled prompts.
pub(crate) fn cases() -> Vec<Case> {
    let lines = include_str!("../data/intents.jsonl").lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
