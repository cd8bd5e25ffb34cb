//! Replies: what was done, in words.

use braincase_core::{
    patch::{ElementPatch, ScenePatch},
    scene::{Background, Content, Motion, SceneDuration, Shape},
};

use super::{board::Board, colors};
use crate::tools::{Placement, SceneRef, Tool};

/// After this many sentences the rest is summed up.
const MAX_SENTENCES: usize = 10;

/// Says what the tools of a plan do.
pub(super) fn tell(board: &Board, tools: &[(usize, Tool)], remarks: &[String], full: bool) -> String {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, tool) in tools {
        for said in sentences(tool) {
            match groups.iter_mut().find(|(text, _)| *text == said && text.starts_with("{")) {
                Some((_, places)) => places.push(*place),
                None => groups.push((said, vec![*place])),
            }
        }
    }
    let mut lines: Vec<String> =
        groups.iter().take(MAX_SENTENCES).map(|(text, places)| fill(board, text, places)).collect();
    if groups.len() > MAX_SENTENCES {
        lines.push(format!("And {} more changes.", groups.len() - MAX_SENTENCES));
    }
    lines.extend(remarks.iter().cloned());
    if full {
        lines.push("That is as much as I can do at once; tell me to go on with the rest.".to_owned());
    }
    lines.join(" ")
}

/// Puts the names of the scenes where `{…}` stands; `{s}` is the ending of a verb that goes with one scene.
fn fill(board: &Board, text: &str, places: &[usize]) -> String {
    let one = places.len() == 1;
    let names = match places {
        [place] => board.label(*place),
        _ => numbers(board, places),
    };
    let text = text
        .replace("{scene}", &names)
        .replace("{s}", if one { "s" } else { "" })
        .replace("{has}", if one { "has" } else { "have" });
    capital(&text)
}

fn numbers(board: &Board, places: &[usize]) -> String {
    let numbers: Vec<String> = places
        .iter()
        .map(|place| {
            board.entries.get(*place).and_then(|entry| entry.number).map_or("new".to_owned(), |n| n.to_string())
        })
        .collect();
    match numbers.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("scenes {} and {last}", rest.join(", ")),
        _ => format!("scenes {}", numbers.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn sentences(tool: &Tool) -> Vec<String> {
    match tool {
        Tool::AddScene(add) => {
            let at = add.at.map_or_else(|| "at the end".to_owned(), |at| format!("as number {at}"));
            vec![format!("Added the scene “{}” ({}) {at}.", add.spec.title, seconds(add.spec.duration_ms))]
        }
        Tool::EditScene(edit) => edits(&edit.patch, edit.scene_id),
        Tool::DeleteScene(_) => vec!["{scene} {has} been deleted.".to_owned()],
        Tool::ChangeDuration(change) => vec![format!("{{scene}} now last{{s}} {}.", seconds(change.duration_ms))],
        Tool::CreateSceneFromImage(create) => {
            let title = create.title.as_ref().map_or_else(String::new, |title| format!(" “{title}”"));
            vec![format!("Added a scene{title} with your image.")]
        }
        Tool::EditSceneWithImage(edit) => vec![match (edit.placement, &edit.replace) {
            (Placement::Background, _) => "{scene} {has} your image as background.".to_owned(),
            (Placement::Element, Some(_)) => "{scene} {has} your image in place of the old one.".to_owned(),
            (Placement::Element, None) => "{scene} now show{s} your image.".to_owned(),
        }],
        Tool::AnalyzeImage(_) => vec!["Here is what can be seen in the image.".to_owned()],
        Tool::AskClarification(ask) => vec![ask.question.to_string()],
    }
}

fn edits(patch: &ScenePatch, _scene: SceneRef) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(title) = &patch.title {
        said.push(format!("{{scene}} {{has}} the title “{title}” now."));
    }
    if let Some(duration) = patch.duration_ms {
        said.push(format!("{{scene}} now last{{s}} {}.", seconds(duration)));
    }
    if let Some(tempo) = patch.tempo {
        said.push(format!("{{scene}} now run{{s}} at {} times the speed.", tempo.get()));
    }
    if let Some(background) = &patch.background {
        said.push(format!("{{scene}} {{has}} {} now.", paint(background)));
    }
    for id in &patch.remove {
        said.push(format!("Removed “{id}” from {{scene}}."));
    }
    for update in &patch.update {
        said.push(format!("In {{scene}}, “{}” {}.", update.id, changes(update)));
    }
    for element in &patch.add {
        let what = match &element.content {
            Content::Text(text) => format!("the text “{}”", text.text),
            Content::Shape(shape) => {
                let name = shape_name(shape.shape);
                format!("{} {name}", if name == "arrow" { "an" } else { "a" })
            }
            Content::Image(_) => "an image".to_owned(),
        };
        said.push(format!("Added {what} to {{scene}}."));
    }
    said
}

fn paint(background: &Background) -> String {
    match background {
        Background::Color(color) => {
            let name = colors::nearest_name(*color);
            let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            format!("{article} {name} background ({color})")
        }
        Background::Gradient(gradient) => format!("a gradient from {} to {}", gradient.from, gradient.to),
        Background::Image(_) => "an image as background".to_owned(),
    }
}

fn changes(update: &ElementPatch) -> String {
    let mut parts = Vec::new();
    if let Some(text) = &update.text {
        parts.push(format!("now says “{text}”"));
    }
    if let Some(size) = update.size {
        parts.push(format!("has size {}", size.get()));
    }
    match update.bold {
        Some(true) => parts.push("is bold".to_owned()),
        Some(false) => parts.push("is not bold any more".to_owned()),
        None => {}
    }
    if update.position.is_some() {
        parts.push("has a new place".to_owned());
    }
    if let Some(color) = update.color {
        parts.push(format!("is {} ({color})", colors::nearest_name(color)));
    }
    if let Some(animation) = &update.animation {
        parts.push(motion_name(animation.kind).to_owned());
    }
    parts.join(", ")
}

/// A length as people say it.
pub(super) fn seconds(duration: SceneDuration) -> String {
    format!("{} s", f64::from(duration.get()) / 1_000.0)
}

const fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Rectangle => "rectangle",
        Shape::Circle => "circle",
        Shape::Triangle => "triangle",
        Shape::Line => "line",
        Shape::Star => "star",
        Shape::Arrow => "arrow",
    }
}

const fn motion_name(motion: Motion) -> &'static str {
    match motion {
        Motion::FadeIn => "fades in",
        Motion::FadeOut => "fades out",
        Motion::SlideIn => "slides in",
        Motion::SlideOut => "slides out",
        Motion::ZoomIn => "zooms in",
        Motion::ZoomOut => "zooms out",
        Motion::Bounce => "bounces",
        Motion::Spin => "spins",
        Motion::Pulse => "pulses",
        Motion::Typewriter => "appears letter by letter",
        Motion::None => "stands still",
    }
}
