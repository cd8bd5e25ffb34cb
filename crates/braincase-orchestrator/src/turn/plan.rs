//! The plan: a brain's decision, checked and put in an order in which it can run.

use braincase_core::prompt::{Decision, ToolCall};

use crate::tools::{BadCall, SceneRef, Tool};

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) calls: Vec<PlannedCall>,
    pub(crate) reply: String,
    pub(crate) reasoning: String,
}

/// One tool to run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlannedCall {
    /// Its number in the decision, from 1; `new:N` speaks of these.
    pub(crate) number: usize,
    pub(crate) tool: Tool,
}

impl Plan {
    /// Checks a decision and orders its calls: what makes a scene comes before what uses it, otherwise as decided.
    pub(crate) fn make(decision: &Decision, max_calls: usize) -> Result<Self, BadCall> {
        if decision.calls.len() > max_calls {
            let problem = format!("{} calls were chosen, at most {max_calls} are allowed", decision.calls.len());
            return Err(BadCall { tool: "decision".to_owned(), path: ".".to_owned(), problem });
        }
        let calls: Vec<PlannedCall> = decision.calls.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        check_alone(&calls)?;
        check_references(&calls)?;
        let calls = ordered(calls)?;
        Ok(Self { calls, reply: decision.reply.clone(), reasoning: decision.reasoning.clone() })
    }
}

fn parse((index, call): (usize, &ToolCall)) -> Result<PlannedCall, BadCall> {
    Ok(PlannedCall { number: index + 1, tool: Tool::parse(call)? })
}

fn check_alone(calls: &[PlannedCall]) -> Result<(), BadCall> {
    let asks = calls.iter().any(|call| matches!(call.tool, Tool::AskClarification(_)));
    if asks && calls.len() > 1 {
        let problem = "a question stands alone; choose either the question or the other tools".to_owned();
        return Err(BadCall { tool: "ask_clarification".to_owned(), path: ".".to_owned(), problem });
    }
    Ok(())
}

fn check_references(calls: &[PlannedCall]) -> Result<(), BadCall> {
    for call in calls {
        let Some(SceneRef::New(number)) = call.tool.target() else { continue };
        let maker = calls.iter().find(|other| other.number == number && other.number != call.number);
        if !maker.is_some_and(|maker| makes_scene(&maker.tool)) {
            return Err(bad_reference(call, number));
        }
    }
    Ok(())
}

const fn makes_scene(tool: &Tool) -> bool {
    matches!(tool, Tool::AddScene(_) | Tool::CreateSceneFromImage(_))
}

fn bad_reference(call: &PlannedCall, number: usize) -> BadCall {
    let problem = format!("new:{number} names no other call that makes a scene");
    BadCall { tool: call.tool.name().to_owned(), path: "scene_id".to_owned(), problem }
}

/// Takes, again and again, the first call that waits for nothing. What makes a scene waits for nothing, so this ends.
fn ordered(mut waiting: Vec<PlannedCall>) -> Result<Vec<PlannedCall>, BadCall> {
    let mut ordered: Vec<PlannedCall> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_free = |call: &PlannedCall| match call.tool.target() {
            Some(SceneRef::New(number)) => ordered.iter().any(|done| done.number == number),
            Some(SceneRef::Id(_)) | None => true,
        };
        let Some(next) = waiting.iter().position(is_free) else {
            return Err(bad_reference(&waiting[0], waiting[0].number));
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests;
