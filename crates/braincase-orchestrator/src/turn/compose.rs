//! Compose: make a prompt that fits the model's window, and keep the account of what was cut for it.

mod parts;

use braincase_core::{
    event::EventKind,
    image::Analysis,
    message::Role,
    prompt::{Prompt, PromptMessage, ToolSpec},
    turn::{Cut, TokenAccount},
};
use braincase_tokens::{Account, Exactness, Fate, FitError, Sections, ToolSchema, ToolSet};
use serde_json::{Value, json};

use self::parts::parts;
use super::{decide::MAX_REASON_BYTES, end::Stop, progress::Progress, recall::Context};
use crate::{engine::Shared, tools};

/// Room for the reason that an unusable answer is returned with: a token has at least one byte, and a message a frame.
const MAX_REASON_TOKENS: usize = MAX_REASON_BYTES + 64;

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

/// Packs the parts. Room is kept for the reason that an unusable answer is returned with.
fn fit(turn: &Progress, context: &Context) -> Result<(Prompt, TokenAccount), Stop> {
    let tools = tools::specs();
    let model = &turn.request.model;
    let reserve = model.budget(None).reserved_output;
    let sections = Sections {
        parts: parts(&turn.request, context),
        tools: ToolSet::new(tools.iter().map(tool_schema).collect::<Vec<_>>()),
        reserve_output: Some(reserve + MAX_REASON_TOKENS),
        ..Sections::default()
    };
    let fitted = braincase_tokens::fit(model, sections).map_err(|error| too_long(&error))?;
    let messages = fitted.messages.iter().map(message).collect();
    let prompt = Prompt { model: model.name.to_string(), messages, tools, max_output_tokens: reserve };
    Ok((prompt, account(fitted.account, reserve)))
}

fn too_long(error: &FitError) -> Stop {
    Stop::failed("prompt_too_long", error.to_string())
}

fn account(account: Account, reserved_output: usize) -> TokenAccount {
    metrics::histogram!("gen_ai_client_token_usage", "token_type" => "input").record(account.input as f64);
    let cut = account.parts.iter().filter_map(|part| match part.fate {
        Fate::Kept => None,
        Fate::Shrunk => Some(Cut { part: part.name.clone(), how: "shrunk".to_owned(), tokens: part.cut }),
        Fate::Dropped => Some(Cut { part: part.name.clone(), how: "dropped".to_owned(), tokens: part.cut }),
    });
    let cut: Vec<_> = cut.collect();
    if account.nearly_full {
        tracing::warn!(
            model = account.model,
            tokens.wanted = account.wanted,
            tokens.limit = account.limit,
            cuts = cut.len(),
            "the context takes 90 % of the model's window or more",
        );
    }
    tracing::debug!(
        model = account.model,
        tokens.r#in = account.input,
        tokens.limit = account.limit,
        "prompt composed"
    );
    TokenAccount {
        model: account.model,
        input: account.input,
        reserved_output,
        limit: account.limit,
        exactness: word(account.exactness).to_owned(),
        cut,
    }
}

const fn word(exactness: Exactness) -> &'static str {
    match exactness {
        Exactness::Exact => "exact",
        Exactness::Calibrated => "calibrated",
        Exactness::Estimate => "estimate",
    }
}

fn tool_schema(tool: &ToolSpec) -> ToolSchema {
    ToolSchema {
        name: tool.name.to_owned(),
        description: tool.description.to_owned(),
        parameters: tool.parameters.clone(),
    }
}

fn message(message: &braincase_tokens::Message) -> PromptMessage {
    let role = match message.role {
        braincase_tokens::Role::System | braincase_tokens::Role::Developer => Role::System,
        braincase_tokens::Role::User => Role::User,
        braincase_tokens::Role::Assistant => Role::Assistant,
        braincase_tokens::Role::Tool => Role::Tool,
    };
    PromptMessage { role, content: message.text.as_str().to_owned() }
}
