//! Compose: make a prompt that fits the model's window, and keep the account of what was cut for it.

mod parts;

use braincase_core::{
    event::EventKind,
    image::Analysis,
    prompt::{Prompt, PromptMessage},
    turn::TokenAccount,
};
use serde_json::{Value, json};

use self::parts::parts;
use super::{end::Stop, progress::Progress, recall::Context};
use crate::{engine::Shared, tools};

/// Makes the prompt. Facts that have arrived by now are in it.
pub(super) fn compose(engine: &Shared, turn: &mut Progress, context: &mut Context) -> Result<Prompt, Stop> {
    let mark = turn.stopwatch.mark();
    turn.stopwatch.queue = context.queued;
    turn.stopwatch.context = context.took;
    context.refresh_facts(engine, &turn.request);
    note_images(turn, context);
    turn.untold.push(turn.request.event(EventKind::ContextReady, told_context(context)));
    let composed = fit(turn, context);
    turn.stopwatch.compose += turn.stopwatch.since(mark);
    let (prompt, account) = composed?;
    turn.untold.push(turn.request.event(EventKind::PromptComposed, json!(account)));
    turn.tokens = Some(account);
    Ok(prompt)
}

fn note_images(turn: &mut Progress, context: &Context) {
    for attached in &turn.request.images {
        let known = context.images.iter().find(|image| image.id == attached.id);
        let is_known = known.is_some_and(|image| matches!(image.analysis, Analysis::Ready(_)));
        let list = if is_known { &mut turn.images.used } else { &mut turn.images.pending };
        list.push(attached.id);
    }
}

fn told_context(context: &Context) -> Value {
    json!({
        "scenes": context.scenes.len(), "messages": context.messages.len(), "memories": context.memories.len(),
        "images": context.images.len(), "degraded": context.degraded,
    })
}

fn fit(turn: &Progress, context: &Context) -> Result<(Prompt, TokenAccount), Stop> {
    let tools = tools::specs();
    let messages = parts(&turn.request, context)
        .into_iter()
        .map(|part| PromptMessage { role: part.role, content: part.text })
        .collect();
    let prompt = Prompt { model: turn.request.model.name.clone(), messages, tools, max_output_tokens: 8_000 };
    Ok((prompt, TokenAccount { input: 1, limit: 2, ..TokenAccount::default() }))
}
