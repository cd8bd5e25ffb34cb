//! Decide: let the brain choose. An answer that cannot be used is returned to it once, with the reason.

use std::time::Duration;

use braincase_core::{
    brain::BrainError,
    event::NewEvent,
    message::Role,
    prompt::{Decision, Prompt, PromptMessage, Usage},
};
use braincase_tokens::calibration::Key;
use futures_util::join;
use metrics::histogram;
use tokio::time::timeout;
use tracing::{Instrument, info_span};

use super::{
    act::rehearse,
    end::Stop,
    plan::Plan,
    progress::{Counted, Progress, Request},
    recall::Context,
};
use crate::engine::Shared;

/// The longest reason that is returned to the brain, in bytes.
const MAX_REASON_BYTES: usize = 400;
/// What the brain is told before and after the reason.
const UNUSABLE: [&str; 2] = ["Your last answer could not be used: ", ". Answer again."];
/// The longest message with a reason, in bytes; the prompt is composed with room for it.
pub(super) const MAX_REPAIR_BYTES: usize = UNUSABLE[0].len() + MAX_REASON_BYTES + UNUSABLE[1].len();

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
        timeout(limit, ask_twice(engine, turn, context, &mut prompt, &mut upstream)).instrument(info_span!("decide")),
        tell(engine, &turn.request, untold),
    );
    turn.stopwatch.waiting_since = None;
    turn.stopwatch.decide += turn.stopwatch.since(mark);
    turn.stopwatch.upstream += upstream;
    decided.unwrap_or_else(|_| Err(BrainError::TimedOut { waited_for: "decide", limit }.into()))
}

async fn ask_twice(
    engine: &Shared,
    turn: &Progress,
    context: &Context,
    prompt: &mut Prompt,
    upstream: &mut Duration,
) -> Result<Plan, Stop> {
    let decision = engine.parts.brain.decide(prompt).await;
    if let Ok(Decision { usage: Some(usage), .. }) = &decision {
        learn_usage(engine, turn, *usage);
    }
    let problem = match check(engine, context, decision, upstream) {
        Ok(plan) => return Ok(plan),
        Err(BrainError::Garbled(problem)) => problem,
        Err(error) => return Err(error.into()),
    };
    metrics::counter!("braincase_decisions_repaired_total").increment(1);
    let last = prompt.messages.len().saturating_sub(1);
    prompt.messages.insert(last, PromptMessage { role: Role::System, content: reason(&problem) });
    let decision = engine.parts.brain.decide(prompt).await;
    Ok(check(engine, context, decision, upstream)?)
}

/// An answer whose tools cannot run counts as garbled, like one that cannot be read.
fn check(
    engine: &Shared,
    context: &Context,
    decision: Result<Decision, BrainError>,
    upstream: &mut Duration,
) -> Result<Plan, BrainError> {
    let decision = decision?;
    *upstream += decision.upstream;
    let plan = Plan::make(&decision, engine.parts.limits.max_calls);
    let plan = plan.map_err(|bad| BrainError::Garbled(bad.to_string()))?;
    rehearse(engine, context, &plan).map_err(|bad| BrainError::Garbled(bad.to_string()))?;
    Ok(plan)
}

/// Learns how far our count of the prompt is off, for the prompts to come.
fn learn_usage(engine: &Shared, turn: &Progress, usage: Usage) {
    let Some(Counted { cost, plain }) = turn.counted else { return };
    let key = Key::of(&turn.request.model, &engine.tools);
    let reported = usize::try_from(usage.input_tokens).unwrap_or(usize::MAX);
    let drift = engine.calibrator.learn(&key, cost, reported);
    // Against the plain count: what was learnt hides how far the registry is off.
    histogram!("braincase_token_drift_ratio", "gen_ai_request_model" => turn.request.model.name.to_string())
        .record(reported as f64 / plain.max(1) as f64);
    tracing::debug!(
        turn.id = %turn.request.turn_id, model = %turn.request.model.name, tokens.counted = drift.counted,
        tokens.reported = drift.reported, taken = ?drift.taken, "learnt what the provider counts",
    );
}

fn reason(problem: &str) -> String {
    let problem = &problem[..problem.floor_char_boundary(MAX_REASON_BYTES)];
    let [before, after] = UNUSABLE;
    format!("{before}{problem}{after}")
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
