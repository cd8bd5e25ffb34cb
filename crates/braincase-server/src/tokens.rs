//! Counts and fits what clients and the command line ask for; only `command` knows of a terminal.

pub mod command;
mod request;

use braincase_tokens::{
    ChatMessage, ChatTool, Fate, FitError, Registry, ReserveTooLarge, Sections, ToolChoice, ToolSet, UnknownModel,
};

use crate::wire::tokens::{CountTokens, FitTokens, FittedPrompt, TokenCount};

/// Why nothing was counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// The model is not known.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// There is nothing to count, or two things.
    #[error("give either `text` or `messages`")]
    NotOneSource,
    /// Tools frame a request; a text stands alone.
    #[error("tools are counted with `messages`, not with `text`")]
    ToolsWithText,
    /// What must stay does not fit.
    #[error(transparent)]
    DoesNotFit(#[from] FitError),
    /// More is to be kept free for the answer than the model can answer.
    #[error(transparent)]
    ReserveTooLarge(#[from] ReserveTooLarge),
}

/// Counts the tokens of a text or of a whole request.
///
/// # Errors
/// When the model is not known, not exactly one of `text` and `messages` is given, or tools are given with a text.
pub fn count(models: &Registry, asked: CountTokens) -> Result<TokenCount, TokensError> {
    let model = models.get(&asked.model)?;
    match (asked.text, asked.messages) {
        (Some(_), None) if !asked.tools.is_empty() || asked.tool_choice.is_some() => Err(TokensError::ToolsWithText),
        (Some(text), None) => Ok(TokenCount::of(&model, model.count(&text), model.exactness)),
        (None, Some(messages)) => {
            let tools = tool_set(&asked.tools, asked.tool_choice);
            let cost = model.cost(messages.iter().map(ChatMessage::message), &tools);
            Ok(TokenCount::of(&model, cost.tokens, cost.exactness))
        }
        (Some(_), Some(_)) | (None, None) => Err(TokensError::NotOneSource),
    }
}

/// Makes a request fit its model: the oldest exchanges give way.
///
/// # Errors
/// When the model is not known, or what must stay does not fit.
pub fn fit(models: &Registry, asked: FitTokens) -> Result<FittedPrompt, TokensError> {
    let model = models.get(&asked.model)?;
    model.checked_budget(asked.reserve_output)?;
    let messages = asked.messages.iter().map(|message| message.message().clone());
    let mut sections = Sections::of_chat(messages);
    sections.tools = tool_set(&asked.tools, asked.tool_choice);
    sections.reserve_output = asked.reserve_output;
    let fitted = braincase_tokens::fit(&model, sections)?;
    let kept = fitted.account.parts.iter().zip(asked.messages).filter(|(part, _)| part.fate != Fate::Dropped);
    let texts = fitted.messages.iter().map(|message| &message.text);
    let messages = kept.zip(texts).map(|((_, message), text)| message.with_text(text)).collect();
    Ok(FittedPrompt { messages, account: fitted.account })
}

fn tool_set(tools: &[ChatTool], choice: Option<ToolChoice>) -> ToolSet {
    tools.iter().collect::<ToolSet>().with_choice(choice.unwrap_or_default())
}
