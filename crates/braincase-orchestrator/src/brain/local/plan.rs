//! The plan: the calls that the steps so far amount to, merged so that each scene is edited once.

use braincase_core::{
    ImageId,
    patch::{ElementPatch, ScenePatch},
    prompt::ToolCall,
    scene::{SceneDuration, SceneSpec, Title},
};

use super::{board::Board, effect::Effect, question::Question, reply, step::Preferences};
use crate::tools::{
    AddScene, AnalyzeImage, ChangeDuration, CreateSceneFromImage, DeleteScene, EditScene, EditSceneWithImage, SceneRef,
    Tool,
};

/// The most calls of one decision.
const MAX_CALLS: usize = 32;

/// The calls so far, and what is said about them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    calls: Vec<(usize, Tool)>,
    /// What the reply says besides what the calls do.
    pub(super) remarks: Vec<String>,
    /// Whether something had to be left out because a decision holds only so many calls.
    pub(super) full: bool,
}

/// The board and the plan for it, which change together.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// The storyboard as the plan will leave it.
    pub(super) board: Board,
    /// The calls so far.
    pub(super) plan: Plan,
    /// How new scenes should look unless the request says otherwise.
    pub(super) preferences: Preferences,
    /// What the step that is being carried out has done so far.
    pub(super) effect: Effect,
}

/// Whether a step may overrule what an earlier step of the same request said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// It may: it corrects, or one of the two spoke of all scenes.
    Overrule,
    /// It may not: two steps that disagree are a question.
    Agree,
}

impl Work {
    /// Adds a new scene; its place on the board.
    pub(super) fn add(&mut self, spec: SceneSpec, at: Option<u32>) -> Option<usize> {
        let tool = |spec: &SceneSpec| Tool::AddScene(Box::new(AddScene { spec: spec.clone(), at }));
        let number = self.plan.push(usize::MAX, tool(&spec))?;
        self.effect.add(&spec);
        let place = self.board.insert(spec, SceneRef::New(number), at);
        self.plan.own_last(place);
        Some(place)
    }

    /// Adds a new scene that shows an image; its place on the board.
    pub(super) fn add_image(&mut self, call: CreateSceneFromImage) -> Option<usize> {
        let spec = SceneSpec::titled(call.title.clone().unwrap_or_else(|| Title::truncated("Image")));
        let (at, length) = (call.at, call.duration_ms);
        let number = self.plan.push(usize::MAX, Tool::CreateSceneFromImage(call))?;
        self.effect.add(&spec);
        self.effect.frame(length);
        let place = self.board.insert(spec, SceneRef::New(number), at);
        self.plan.own_last(place);
        Some(place)
    }

    /// Deletes a scene.
    pub(super) fn delete(&mut self, place: usize) -> Result<(), Question> {
        let Some(entry) = self.board.entries.get(place) else { return Ok(()) };
        if entry.deleted {
            return Ok(());
        }
        if self.plan.calls.iter().any(|(owner, tool)| *owner == place && !matches!(tool, Tool::AddScene(_))) {
            return Err(conflict(&self.board, place));
        }
        let scene_id = entry.scene;
        self.effect.delete(place, &entry.spec);
        if self.plan.push(place, Tool::DeleteScene(DeleteScene { scene_id })).is_some() {
            self.board.delete(place);
        }
        Ok(())
    }

    /// Puts an image into a scene.
    pub(super) fn put_image(&mut self, place: usize, call: EditSceneWithImage) {
        if let Some(entry) = self.board.entries.get(place) {
            self.effect.place(place, &entry.spec, call.image_id);
        }
        self.plan.push(place, Tool::EditSceneWithImage(call));
    }

    /// Has an image looked at.
    pub(super) fn analyze(&mut self, image_id: ImageId) {
        self.plan.push(usize::MAX, Tool::AnalyzeImage(AnalyzeImage { image_id }));
    }

    /// Changes a scene; changes to one scene become one call.
    pub(super) fn patch(&mut self, place: usize, patch: &ScenePatch, force: Force) -> Result<(), Question> {
        let Some(entry) = self.board.entries.get_mut(place) else { return Ok(()) };
        if patch.is_empty() {
            return Ok(());
        }
        if entry.deleted {
            return Err(conflict(&self.board, place));
        }
        // A patch that does not fit is one that we should not have made; leaving it out is safer than failing the turn.
        let Ok(spec) = patch.apply(&entry.spec) else { return Ok(()) };
        self.effect.patch(place, &entry.spec, patch);
        entry.spec = spec;
        let (scene_id, spec) = (entry.scene, entry.spec.clone());
        let found = self
            .plan
            .calls
            .iter_mut()
            .find_map(|(owner, tool)| (*owner == place).then_some(tool).filter(|tool| takes_patch(tool, patch)));
        match found {
            Some(Tool::AddScene(add)) => add.spec = spec,
            Some(Tool::CreateSceneFromImage(create)) => {
                create.title = patch.title.clone().or(create.title.take());
                create.duration_ms = patch.duration_ms.or(create.duration_ms);
            }
            Some(Tool::EditScene(edit)) => {
                if force == Force::Agree && disagrees(&edit.patch, patch) {
                    return Err(conflict(&self.board, place));
                }
                merge(&mut edit.patch, patch);
            }
            _ => {
                self.plan.push(place, Tool::EditScene(Box::new(EditScene { scene_id, patch: patch.clone() })));
            }
        }
        Ok(())
    }
}

impl Plan {
    /// Whether nothing is to be done.
    pub(super) const fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The calls, as plain as they can be, and the words that say what they do.
    pub(super) fn finish(self, board: &Board) -> (Vec<ToolCall>, String) {
        let tools: Vec<(usize, Tool)> = self.calls.into_iter().map(|(place, tool)| (place, simplest(tool))).collect();
        let reply = reply::tell(board, &tools, &self.remarks, self.full);
        (tools.iter().map(|(_, tool)| to_call(tool)).collect(), reply)
    }

    /// Whether an image became both a scene and a part of one, or one was forgotten
    /// where a scene was made without one.
    pub(super) fn is_odd_about_images(&self, attached: &[ImageId]) -> bool {
        let framed = |image: ImageId| {
            self.calls
                .iter()
                .any(|(_, tool)| matches!(tool, Tool::CreateSceneFromImage(call) if call.image_id == image))
        };
        let placed = |image: ImageId| {
            self.calls.iter().any(|(_, tool)| matches!(tool, Tool::EditSceneWithImage(call) if call.image_id == image && matches!(call.scene_id, SceneRef::Id(_))))
        };
        let used = attached.iter().filter(|image| framed(**image) || placed(**image)).count();
        let made = self.calls.iter().any(|(_, tool)| matches!(tool, Tool::AddScene(_)));
        attached.iter().any(|image| framed(*image) && placed(*image)) || made && used > 0 && used < attached.len()
    }

    /// What the calls so far do, in words.
    pub(super) fn told(&self, board: &Board) -> String {
        reply::tell(board, &self.calls, &[], false)
    }

    fn push(&mut self, place: usize, tool: Tool) -> Option<usize> {
        if self.calls.len() >= MAX_CALLS {
            self.full = true;
            return None;
        }
        self.calls.push((place, tool));
        Some(self.calls.len())
    }

    fn own_last(&mut self, place: usize) {
        if let Some((owner, _)) = self.calls.last_mut() {
            *owner = place;
        }
    }
}

/// The call as JSON.
pub(super) fn to_call(tool: &Tool) -> ToolCall {
    let arguments = match tool {
        Tool::AddScene(arguments) => serde_json::to_value(arguments),
        Tool::EditScene(arguments) => serde_json::to_value(arguments),
        Tool::DeleteScene(arguments) => serde_json::to_value(arguments),
        Tool::ChangeDuration(arguments) => serde_json::to_value(arguments),
        Tool::CreateSceneFromImage(arguments) => serde_json::to_value(arguments),
        Tool::EditSceneWithImage(arguments) => serde_json::to_value(arguments),
        Tool::AnalyzeImage(arguments) => serde_json::to_value(arguments),
        Tool::AskClarification(arguments) => serde_json::to_value(arguments),
    };
    // Serialising our own structs to memory cannot fail.
    ToolCall { name: tool.name().to_owned(), arguments: arguments.unwrap_or_default() }
}

fn takes_patch(tool: &Tool, patch: &ScenePatch) -> bool {
    let head_only =
        || ScenePatch { title: patch.title.clone(), duration_ms: patch.duration_ms, ..ScenePatch::default() } == *patch;
    match tool {
        Tool::AddScene(_) | Tool::EditScene(_) => true,
        Tool::CreateSceneFromImage(_) => head_only(),
        Tool::DeleteScene(_)
        | Tool::ChangeDuration(_)
        | Tool::EditSceneWithImage(_)
        | Tool::AnalyzeImage(_)
        | Tool::AskClarification(_) => false,
    }
}

/// A change of nothing but the length has a tool of its own.
fn simplest(tool: Tool) -> Tool {
    if let Tool::EditScene(edit) = &tool
        && let Some(duration_ms) = edit.patch.duration_ms
        && edit.patch == (ScenePatch { duration_ms: Some(duration_ms), ..ScenePatch::default() })
    {
        return Tool::ChangeDuration(ChangeDuration { scene_id: edit.scene_id, duration_ms });
    }
    tool
}

fn disagrees(old: &ScenePatch, new: &ScenePatch) -> bool {
    fn differ<T: PartialEq>(old: Option<&T>, new: Option<&T>) -> bool {
        old.is_some() && new.is_some() && old != new
    }
    differ(old.background.as_ref(), new.background.as_ref())
        || differ::<SceneDuration>(old.duration_ms.as_ref(), new.duration_ms.as_ref())
        || differ(old.tempo.as_ref(), new.tempo.as_ref())
        || differ(old.title.as_ref(), new.title.as_ref())
}

fn conflict(board: &Board, place: usize) -> Question {
    Question::open(format!(
        "You ask for two things that do not go together for {}. Which one do you want?",
        board.label(place)
    ))
}

fn merge(into: &mut ScenePatch, new: &ScenePatch) {
    fn set<T: Clone>(old: &mut Option<T>, new: Option<&T>) {
        if let Some(new) = new {
            *old = Some(new.clone());
        }
    }
    set(&mut into.title, new.title.as_ref());
    set(&mut into.duration_ms, new.duration_ms.as_ref());
    set(&mut into.tempo, new.tempo.as_ref());
    set(&mut into.background, new.background.as_ref());
    for id in &new.remove {
        into.update.retain(|update| update.id != *id);
        let added = into.add.len();
        into.add.retain(|element| element.id != *id);
        if into.add.len() == added {
            into.remove.push(id.clone());
        }
    }
    for update in &new.update {
        merge_update(into, update);
    }
    into.add.extend(new.add.iter().cloned());
}

fn merge_update(into: &mut ScenePatch, new: &ElementPatch) {
    if let Some(added) = into.add.iter_mut().find(|element| element.id == new.id) {
        let mut alone = SceneSpec::titled(Title::truncated("-"));
        alone.elements.push(added.clone());
        let patch = ScenePatch { update: vec![new.clone()], ..ScenePatch::default() };
        if let Some(element) = patch.apply(&alone).ok().and_then(|spec| spec.elements.into_iter().next()) {
            *added = element;
        }
        return;
    }
    let Some(old) = into.update.iter_mut().find(|update| update.id == new.id) else {
        into.update.push(new.clone());
        return;
    };
    old.text = new.text.clone().or(old.text.take());
    old.size = new.size.or(old.size);
    old.bold = new.bold.or(old.bold);
    old.image = new.image.clone().or(old.image.take());
    old.position = new.position.clone().or(old.position.take());
    old.color = new.color.or(old.color);
    old.animation = new.animation.clone().or(old.animation.take());
}
