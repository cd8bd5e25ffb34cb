//! Compose: make a prompt that fits the model's window, and keep the account of what was cut for it.

mod account;
mod parts;

use braincase_core::{
    background::Task,
    event::EventKind,
    image::Analysis,
    message::Role,
    prompt::{Prompt, PromptMessage},
};
use braincase_tokens::{Encoding, FitError, Fitted, LONG_TEXT, Sections};
use serde_json::{Value, json};

use self::parts::{Draft, draft};
use super::{
    decide::MAX_REPAIR_BYTES,
    end::Stop,
    history::cut_for_good,
    progress::{Counted, Progress},
    recall::Context,
};
use crate::{engine::Shared, tools};

/// Makes the prompt. Facts that have arrived by now are in it.
pub(super) async fn compose(engine: &Shared, turn: &mut Progress, context: &mut Context) -> Result<Prompt, Stop> {
    let mark = turn.stopwatch.mark();
    turn.stopwatch.queue = context.queued;
    turn.stopwatch.context = context.took;
    context.refresh_facts(engine, &turn.request);
    note_images(turn, context);
    turn.untold.push(turn.request.event(EventKind::ContextReady, told_context(context)));
    let composed = fit(engine, turn, context).await;
    turn.stopwatch.compose += turn.stopwatch.since(mark);
    composed
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
async fn fit(engine: &Shared, turn: &mut Progress, context: &mut Context) -> Result<Prompt, Stop> {
    let reserve = turn.request.model.budget(None).reserved_output;
    let Draft { mut sections, chat_at, older } = draft(&turn.request, context, engine.tools.clone());
    sections.headroom = turn.request.model.message_bound(MAX_REPAIR_BYTES);
    let fitted = pack(engine, turn, sections).await?;
    let chat = chat_at..chat_at + context.messages.len();
    context.cut = cut_for_good(engine, &turn.request, &fitted.account.parts[chat_at..chat_at + older]);
    context.prompt_tokens = fitted.messages.last().and_then(|said| said.text.known_count(turn.request.model.encoding));
    account::tell(engine, turn, &fitted.account, chat);
    turn.counted = Some(Counted::of(&turn.request, &fitted.messages, &engine.tools));
    let messages = fitted.messages.iter().map(message).collect();
    let model = turn.request.model_name.clone();
    Ok(Prompt { model, messages, tools: tools::specs(), max_output_tokens: reserve, trace: turn.request.trace })
}

/// Counts and cuts; on a blocking thread if there is much that was not counted before.
async fn pack(engine: &Shared, turn: &Progress, sections: Sections) -> Result<Fitted, Stop> {
    let model = turn.request.model.clone();
    if uncounted(&sections, model.encoding) <= LONG_TEXT {
        return braincase_tokens::fit(&model, sections).map_err(|error| too_long(&error));
    }
    let (scope, turn_id) = (Some(turn.request.scope), Some(turn.request.turn_id));
    let task = Task { scope, turn: turn_id, ..Task::new("prompt_packing") };
    let fitted = engine.parts.compute.run(task, move || braincase_tokens::fit(&model, sections)).await;
    let fitted = fitted.map_err(|dropped| Stop::failed("prompt_not_packed", dropped.to_string()))?;
    fitted.map_err(|error| too_long(&error))
}

fn uncounted(sections: &Sections, encoding: Encoding) -> usize {
    let texts = sections.parts.iter().map(|part| &part.message.text);
    texts.filter(|text| text.known_count(encoding).is_none()).map(|text| text.len()).sum()
}

fn too_long(error: &FitError) -> Stop {
    match error {
        FitError::DoesNotFit(error) => Stop::failed("prompt_too_long", error.to_string()),
        // Parts are made here, so that this is a mistake in this program; the turn fails and says so.
        FitError::PinnedTooLate { .. } | FitError::ResultWithoutCall { .. } | FitError::CallWithoutResult { .. } => {
            Stop::failed("prompt_not_packed", error.to_string())
        }
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
