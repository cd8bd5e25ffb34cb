//! Tokens: count a text or a request, and make a request fit.

use axum::extract::State;
use braincase_core::background::Task;
use braincase_tokens::LONG_TEXT;
use serde::de::DeserializeOwned;

use crate::{
    api::Answered,
    app::App,
    extract::{JsonBytes, parse},
    tokens::{self, TokensError},
    wire::{
        shown::Shown,
        tokens::{CountTokens, FitTokens, FittedPrompt, TokenCount},
    },
};

pub(crate) async fn count(State(app): State<App>, body: JsonBytes) -> Answered<Shown<TokenCount>> {
    let models = app.models.clone();
    work(&app, body, "token_count", move |asked: CountTokens| tokens::count(&models, asked)).await
}

pub(crate) async fn fit(State(app): State<App>, body: JsonBytes) -> Answered<Shown<FittedPrompt>> {
    let models = app.models.clone();
    work(&app, body, "token_fit", move |asked: FitTokens| tokens::fit(&models, asked)).await
}

/// Parses and works; long requests do both on a blocking thread, a few at a time, since what is parsed may take many times
/// the memory of the body. A client that hangs up while it waits for its place costs nothing; one that hangs up later holds
/// its place until the work is done.
async fn work<A: DeserializeOwned, T: Send + 'static>(
    app: &App,
    JsonBytes(held): JsonBytes,
    operation: &'static str,
    work: impl FnOnce(A) -> Result<T, TokensError> + Send + 'static,
) -> Answered<Shown<T>> {
    if held.bytes().len() <= LONG_TEXT {
        return Ok(Shown(work(parse(held.bytes())?)?));
    }
    let work = move || Ok(work(parse(held.bytes())?)?);
    app.counting.run(Task::new(operation), work).await?.map(Shown)
}
