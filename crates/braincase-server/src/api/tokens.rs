//! Tokens: count a text or a request, and make a request fit.

#[cfg(test)]
mod tests;

use axum::extract::State;
use braincase_core::background::Task;
use braincase_orchestrator::compute::Compute;
use braincase_tokens::LONG_TEXT;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    api::Answered,
    app::App,
    body::Held,
    extract::{JsonBytes, parse},
    tokens::{self, TokensError},
    wire::{
        shown::Written,
        tokens::{CountTokens, FitTokens},
    },
};

pub(crate) async fn count(State(app): State<App>, JsonBytes(held): JsonBytes) -> Answered<Written> {
    let models = app.models.clone();
    answer(&app.counting, held, "token_count", move |asked: CountTokens| tokens::count(&models, asked)).await
}

pub(crate) async fn fit(State(app): State<App>, JsonBytes(held): JsonBytes) -> Answered<Written> {
    let models = app.models.clone();
    answer(&app.counting, held, "token_fit", move |asked: FitTokens| tokens::fit(&models, asked)).await
}

/// Parses, works and writes the answer; for a long request all of it on a blocking thread, a few at a time, since what is
/// parsed may take many times the memory of the body. A client that hangs up while it waits for its place costs nothing;
/// one that hangs up later holds its place until the work is done.
async fn answer<A: DeserializeOwned, T: Serialize>(
    counting: &Compute,
    held: Held,
    operation: &'static str,
    work: impl FnOnce(A) -> Result<T, TokensError> + Send + 'static,
) -> Answered<Written> {
    // Schemas of tools may name a part of themselves several times, so that more is counted than has come.
    let is_long = held.bytes().len() > LONG_TEXT / 8;
    let answer = move || Written::of(&work(parse(held.bytes())?)?);
    if is_long { counting.run(Task::new(operation), answer).await? } else { answer() }
}
