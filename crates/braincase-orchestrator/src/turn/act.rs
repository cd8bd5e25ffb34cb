//! Act: run the planned tools on a working copy of the storyboard. Nothing is stored yet.

use braincase_core::{
    SceneId, Timestamp,
    event::{EventKind, NewEvent},
    prompt::ToolCall,
    store::{SceneChange, Step},
    turn::{Decided, TurnStatus},
};
use serde_json::{Value, json};

use super::{
    end::Stop,
    plan::{Plan, PlannedCall},
    progress::{Progress, Request},
    recall::Context,
};
use crate::{
    engine::Shared,
    tools::{BadCall, Tool, workspace::Workspace},
};

/// What a turn changes, ready to be stored.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) status: Option<TurnStatus>,
    pub(crate) scenes: Vec<SceneChange>,
    pub(crate) steps: Vec<Step>,
    pub(crate) decided: Decided,
    pub(crate) reply: String,
}

/// Runs the plan.
pub(super) fn act(engine: &Shared, turn: &mut Progress, context: &Context, plan: &Plan) -> Result<Changes, Stop> {
    let mark = turn.stopwatch.mark();
    let changes = rehearse(engine, context, plan);
    turn.stopwatch.act += turn.stopwatch.since(mark);
    changes.map_err(|bad| Stop::failed("tool_refused", bad.to_string()))
}

/// Runs the plan on a copy, which is all there is to acting: what it yields is what would be stored.
pub(super) fn rehearse(engine: &Shared, context: &Context, plan: &Plan) -> Result<Changes, BadCall> {
    let (now, most) = (engine.parts.clock.now(), engine.parts.limits.max_scenes);
    let mut workspace = Workspace::of(&context.scenes, &context.images, now, most);
    let mut changes = Changes { reply: plan.reply.clone(), ..Changes::default() };
    changes.decided.reasoning = plan.reasoning.clone();
    for call in &plan.calls {
        let target = call.tool.target().map(|scene| workspace.resolve(scene)).transpose();
        let target = target.map_err(|refusal| bad_call(call, &refusal.path, refusal.problem))?;
        let result = call.tool.run(&mut workspace, call.number);
        let result = result.map_err(|refusal| bad_call(call, &refusal.path, refusal.problem))?;
        changes.record(call, target, result);
    }
    changes.scenes = workspace.changes();
    Ok(changes)
}

impl Changes {
    fn record(&mut self, call: &PlannedCall, target: Option<SceneId>, result: Value) {
        if let Tool::AskClarification(ask) = &call.tool {
            self.status = Some(TurnStatus::Clarification);
            if self.reply.is_empty() {
                self.reply = ask.question.to_string();
            }
        }
        let arguments = call.tool.arguments(target);
        let tool = call.tool.name().to_owned();
        self.decided.tools.push(ToolCall { name: tool.clone(), arguments: arguments.clone() });
        self.steps.push(Step { tool, arguments, result });
    }

    /// The scenes that are not as before.
    pub(super) fn scene_ids(&self) -> Vec<SceneId> {
        self.scenes.iter().map(scene_id).collect()
    }

    /// The events that tell of it, in the order in which it happened.
    pub(super) fn events(&self, request: &Request, at: Timestamp) -> Vec<NewEvent> {
        let decision = json!({"tools": self.decided.tools, "reasoning": self.decided.reasoning});
        let mut events = vec![request.event(EventKind::Decision, decision)];
        for (index, step) in self.steps.iter().enumerate() {
            let started = json!({"index": index, "tool": step.tool, "arguments": step.arguments});
            events.push(request.event(EventKind::ToolStarted, started));
            let finished = json!({"index": index, "tool": step.tool, "result": step.result});
            events.push(request.event(EventKind::ToolFinished, finished));
        }
        events.extend(self.scenes.iter().map(|change| request.event(EventKind::SceneChanged, told(change, at))));
        events
    }
}

impl Tool {
    /// The arguments as they were carried out: a scene is named by its id.
    fn arguments(&self, target: Option<SceneId>) -> Value {
        let mut arguments = match self {
            Self::AddScene(arguments) => json!(arguments),
            Self::EditScene(arguments) => json!(arguments),
            Self::DeleteScene(arguments) => json!(arguments),
            Self::ChangeDuration(arguments) => json!(arguments),
            Self::CreateSceneFromImage(arguments) => json!(arguments),
            Self::EditSceneWithImage(arguments) => json!(arguments),
            Self::AnalyzeImage(arguments) => json!(arguments),
            Self::AskClarification(arguments) => json!(arguments),
        };
        if let (Some(scene_id), Some(fields)) = (target, arguments.as_object_mut()) {
            fields.insert("scene_id".to_owned(), json!(scene_id));
        }
        arguments
    }
}

/// What an event says of a changed scene.
pub(crate) fn told(change: &SceneChange, at: Timestamp) -> Value {
    match change {
        SceneChange::Add { id, spec, .. } => {
            json!({"scene_id": id, "change": "added", "version": 1, "name": spec.title, "at": at})
        }
        SceneChange::Edit { id, on, spec } => {
            json!({"scene_id": id, "change": "edited", "version": on + 1, "name": spec.title, "at": at})
        }
        SceneChange::Delete { id, on } => json!({"scene_id": id, "change": "deleted", "version": on, "at": at}),
    }
}

const fn scene_id(change: &SceneChange) -> SceneId {
    match change {
        SceneChange::Add { id, .. } | SceneChange::Edit { id, .. } | SceneChange::Delete { id, .. } => *id,
    }
}

fn bad_call(call: &PlannedCall, path: &str, problem: String) -> BadCall {
    BadCall { tool: call.tool.name().to_owned(), path: path.to_owned(), problem }
}
