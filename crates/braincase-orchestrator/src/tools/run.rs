//! Running tools: each one changes the workspace and says what it did.

use braincase_core::{
    image::Analysis,
    patch::ScenePatch,
    scene::{Background, BackgroundImage, Content, Element, ImageContent, Position, SceneSpec, Share, Title},
};
use serde_json::{Value, json};

use super::{
    AnalyzeImage, CreateSceneFromImage, EditSceneWithImage, Placement, SceneRef, Tool,
    workspace::{Refusal, Workspace},
};
use crate::facts::enrich;

impl Tool {
    /// Runs the tool; `number` is its number in the decision. A refusal leaves the workspace as it was.
    pub(crate) fn run(&self, workspace: &mut Workspace<'_>, number: usize) -> Result<Value, Refusal> {
        match self {
            Self::AddScene(add) => {
                let name = add.spec.title.to_string();
                let id = workspace.add(add.spec.clone(), add.at, number)?;
                Ok(json!({"scene_id": id, "name": name}))
            }
            Self::EditScene(edit) => patch(workspace, edit.scene_id, &edit.patch, "patch."),
            Self::ChangeDuration(change) => {
                let change_only = ScenePatch { duration_ms: Some(change.duration_ms), ..ScenePatch::default() };
                patch(workspace, change.scene_id, &change_only, "")
            }
            Self::DeleteScene(delete) => {
                let id = workspace.resolve(delete.scene_id)?;
                workspace.delete(id);
                Ok(json!({"scene_id": id}))
            }
            Self::CreateSceneFromImage(create) => create_scene_from_image(workspace, create, number),
            Self::EditSceneWithImage(edit) => edit_scene_with_image(workspace, edit),
            Self::AnalyzeImage(analyze) => analyze_image(workspace, analyze),
            Self::AskClarification(ask) => Ok(json!({"question": ask.question, "options": ask.options})),
        }
    }
}

fn patch(workspace: &mut Workspace<'_>, scene: SceneRef, patch: &ScenePatch, at: &str) -> Result<Value, Refusal> {
    let id = workspace.resolve(scene)?;
    let Some(spec) = workspace.spec(id) else { return Err(Refusal::new("scene_id", "the scene is gone")) };
    let next = patch.apply(spec).map_err(|error| Refusal::new(format!("{at}{}", error.path), error.problem))?;
    check_images(workspace, spec, &next)?;
    workspace.edit(id, next);
    Ok(json!({"scene_id": id}))
}

/// An image of another project must not get into a scene through a patch. What the scene shows already may stay.
fn check_images(workspace: &Workspace<'_>, old: &SceneSpec, next: &SceneSpec) -> Result<(), Refusal> {
    let background = match &next.background {
        Background::Image(background) => Some(background.image_id),
        Background::Color(_) | Background::Gradient(_) => None,
    };
    let shown = next.elements.iter().filter_map(Element::image_id).chain(background);
    shown.filter(|id| !old.shows(*id)).try_for_each(|id| workspace.image(id).map(drop))
}

fn create_scene_from_image(
    workspace: &mut Workspace<'_>,
    create: &CreateSceneFromImage,
    number: usize,
) -> Result<Value, Refusal> {
    let image = workspace.image(create.image_id)?;
    let title = create.title.clone().unwrap_or_else(|| Title::truncated("Image"));
    let mut spec = SceneSpec::titled(title);
    if let Some(duration) = create.duration_ms {
        spec.duration_ms = duration;
    }
    let content = Content::Image(ImageContent { image_id: image.id, alt: None, palette: Vec::new() });
    let extent = Share::clamped(800);
    let position = Position { width: extent, height: extent, ..Position::default() };
    let id = spec.free_element_id("image");
    spec.elements.push(Element { id, content, position, color: None, animation: None });
    if let Analysis::Ready(facts) = &image.analysis {
        spec = enrich(&spec, image.id, facts).unwrap_or(spec);
    }
    let name = spec.title.to_string();
    let id = workspace.add(spec, create.at, number)?;
    Ok(json!({"scene_id": id, "name": name, "image_id": image.id}))
}

fn edit_scene_with_image(workspace: &mut Workspace<'_>, edit: &EditSceneWithImage) -> Result<Value, Refusal> {
    let image = workspace.image(edit.image_id)?;
    let id = workspace.resolve(edit.scene_id)?;
    let Some(spec) = workspace.spec(id) else { return Err(Refusal::new("scene_id", "the scene is gone")) };
    let mut next = spec.clone();
    match edit.placement {
        Placement::Background => next.background = Background::Image(BackgroundImage { image_id: image.id }),
        Placement::Element => place_element(&mut next, image.id, edit)?,
    }
    if let Analysis::Ready(facts) = &image.analysis {
        next = enrich(&next, image.id, facts).unwrap_or(next);
    }
    workspace.edit(id, next);
    Ok(json!({"scene_id": id, "image_id": image.id}))
}

fn place_element(
    spec: &mut SceneSpec,
    image_id: braincase_core::ImageId,
    edit: &EditSceneWithImage,
) -> Result<(), Refusal> {
    let content = Content::Image(ImageContent { image_id, alt: None, palette: Vec::new() });
    let Some(old) = &edit.replace else {
        if spec.elements.len() >= braincase_core::scene::MAX_ELEMENTS {
            return Err(Refusal::new(".", "the scene holds as many elements as it may"));
        }
        let id = spec.free_element_id("image");
        spec.elements.push(Element { id, content, position: Position::default(), color: None, animation: None });
        return Ok(());
    };
    let element = spec.elements.iter_mut().find(|element| element.id == *old);
    match element {
        Some(element) if element.image_id().is_some() => {
            element.content = content;
            Ok(())
        }
        Some(_) => Err(Refusal::new("replace", format!("element {old:?} is not an image"))),
        None => Err(Refusal::new("replace", format!("the scene has no element {old:?}"))),
    }
}

fn analyze_image(workspace: &Workspace<'_>, analyze: &AnalyzeImage) -> Result<Value, Refusal> {
    let image = workspace.image(analyze.image_id)?;
    Ok(match &image.analysis {
        Analysis::Ready(facts) => json!({"image_id": image.id, "status": "ready", "facts": facts}),
        Analysis::Pending => json!({"image_id": image.id, "status": "pending"}),
        Analysis::Failed(error) => json!({"image_id": image.id, "status": "failed", "error": error}),
    })
}
