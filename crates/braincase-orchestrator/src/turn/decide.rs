//! Decide: let the brain choose. An answer that cannot be used is returned to it once, with the reason.

use std::time::Duration;

use braincase_core::{
    brain::BrainError,
    event::NewEvent,
    message::Role,
    prompt::{Prompt, PromptMessage},
};
use futures_util::join;
use tokio::time::timeout;

use super::{
    act::rehearse,
    end::Stop,
    plan::Plan,
    progress::{Progress, Request},
    recall::Context,
};
use crate::engine::Shared;

/// The longest reason that is returned to the brain, in bytes; the prompt is composed with room for it.
pub(super) const MAX_REASON_BYTES: usize = 400;

/// Asks the brain, while the progress so far is being stored and told.
pub(super) async fn decide(
    engine: &Shared,
    turn: &mut Progress,
    context: &Context,
    mut prompt: Prompt,
) -> Result<Plan, Stop> {
    let mark = turn.stopwatch.mark();
    turn.stopwatch.waiting_since = Some(mark);
    let untold = std::mem::take(&mut turn.untold);
    let limit = engine.parts.limits.turn_deadline;
    let mut upstream = Duration::ZERO;
    let (decided, ()) = join!(
        timeout(limit, ask_twice(engine, context, &mut prompt, &mut upstream)),
        tell(engine, &turn.request, untold),
    );
    turn.stopwatch.waiting_since = None;
    turn.stopwatch.decide += turn.stopwatch.since(mark);
    turn.stopwatch.upstream += upstream;
    decided.unwrap_or_else(|_| Err(BrainError::TimedOut { waited_for: "decide", limit }.into()))
}

async fn ask_twice(
    engine: &Shared,
    context: &Context,
    prompt: &mut Prompt,
    upstream: &mut Duration,
) -> Result<Plan, Stop> {
    let problem = match ask(engine, context, prompt, upstream).await {
        Ok(plan) => return Ok(plan),
        Err(BrainError::Garbled(problem)) => problem,
        Err(error) => return Err(error.into()),
    };
    metrics::counter!("braincase_decisions_repaired_total").increment(1);
    let last = prompt.messages.len().saturating_sub(1);
    prompt.messages.insert(last, PromptMessage { role: Role::System, content: reason(&problem) });
    Ok(ask(engine, context, prompt, upstream).await?)
}

/// Asks once; an answer whose tools cannot run counts as garbled, like one that cannot be read.
async fn ask(engine: &Shared, context: &Context, prompt: &Prompt, upstream: &mut Duration) -> Result<Plan, BrainError> {
    let decision = engine.parts.brain.decide(prompt).await?;
    *upstream += decision.upstream;
    let plan = Plan::make(&decision, engine.parts.limits.max_calls);
    let plan = plan.map_err(|bad| BrainError::Garbled(bad.to_string()))?;
    rehearse(engine, context, &plan).map_err(|bad| BrainError::Garbled(bad.to_string()))?;
    Ok(plan)
}

fn reason(problem: &str) -> String {
    let mut end = problem.len().min(MAX_REASON_BYTES);
    while !problem.is_char_boundary(end) {
        end -= 1;
    }
    format!("Your last answer could not be used: {}. Answer again.", &problem[..end])
}

/// Progress that cannot be stored is no reason to stop the turn: its result tells the same again.
async fn tell(engine: &Shared, request: &Request, untold: Vec<NewEvent>) {
    if let Err(error) = engine.tell(request.scope, &untold).await {
        tracing::error!(
            code = error.code(), operation = "progress", error = %error,
            project.id = %request.scope.project, turn.id = %request.turn_id, "progress could not be stored",
        );
    }
}
