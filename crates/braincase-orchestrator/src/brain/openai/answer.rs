//! The answer, put together from pieces: a stream sends many, a plain JSON answer is one.

use std::{collections::BTreeMap, time::Duration};

use braincase_core::{
    brain::BrainError,
    prompt::{ToolCall, Usage},
};
use serde::Deserialize;
use serde_json::Value;

use super::OpenAiOptions;

/// What the provider answered.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The words.
    pub(crate) content: String,
    /// The words about why, if the provider tells them.
    pub(crate) reasoning: String,
    /// The tools that were called.
    pub(crate) calls: Vec<ToolCall>,
    /// What the provider counted.
    pub(crate) usage: Option<Usage>,
    /// The time from the first request to the end of the answer.
    pub(crate) upstream: Duration,
}

/// What a piece added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing that a reader waits for.
    Nothing,
    /// Words or a part of a tool call.
    Content,
    /// The reason why the answer ends.
    Finished,
}

/// An answer that is not complete yet.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    options: &'a OpenAiOptions,
    content: String,
    reasoning: String,
    calls: BTreeMap<usize, DraftCall>,
    usage: Option<Usage>,
    finish: Option<String>,
    touched: bool,
}

#[derive(Debug, Default)]
struct DraftCall {
    id: String,
    name: String,
    arguments: String,
}

impl<'a> Draft<'a> {
    /// An empty draft.
    pub(super) fn new(options: &'a OpenAiOptions) -> Self {
        let (content, reasoning) = (String::new(), String::new());
        Self { options, content, reasoning, calls: BTreeMap::new(), usage: None, finish: None, touched: false }
    }

    /// Adds a piece, as JSON text.
    pub(super) fn add(&mut self, text: &str) -> Result<Progress, BrainError> {
        let piece: Piece =
            serde_json::from_str(text).map_err(|error| garbled(format!("not the expected JSON: {error}")))?;
        if let Some(error) = piece.error {
            return Err(error.into_brain_error());
        }
        if piece.choices.is_none() && piece.usage.is_none() {
            return Err(garbled("a piece without choices"));
        }
        self.usage = piece.usage.map(Usage::from).or(self.usage);
        let Some(choice) = piece.choices.unwrap_or_default().into_iter().find(|choice| choice.index == 0) else {
            return Ok(Progress::Nothing);
        };
        let words = choice.delta.or(choice.message).unwrap_or_default();
        let grown = self.add_words(words)?;
        self.touched |= grown;
        if let Some(reason) = choice.finish_reason {
            self.finish = Some(reason);
            return Ok(Progress::Finished);
        }
        Ok(if grown { Progress::Content } else { Progress::Nothing })
    }

    /// Whether any content came, so that asking again would waste it.
    pub(super) const fn is_touched(&self) -> bool {
        self.touched
    }

    /// Whether the provider said why the answer ends: nothing more than counts can come.
    pub(super) const fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// The answer, if it makes sense. Only call it when the provider said that it is complete.
    pub(super) fn complete(self) -> Result<Answer, BrainError> {
        if self.finish.as_deref() == Some("content_filter") {
            return Err(BrainError::Refused {
                status: 200,
                message: "the answer was held back by a filter".to_owned(),
            });
        }
        let mut calls = Vec::with_capacity(self.calls.len());
        for call in self.calls.into_values() {
            calls.push(call.complete(self.finish.as_deref())?);
        }
        if calls.is_empty() && self.content.trim().is_empty() {
            return Err(garbled("neither words nor tool calls"));
        }
        let (content, reasoning, usage) = (self.content, self.reasoning, self.usage);
        Ok(Answer { content, reasoning, calls, usage, upstream: Duration::ZERO })
    }

    fn add_words(&mut self, words: Words) -> Result<bool, BrainError> {
        let mut grown = false;
        for text in [words.content, words.refusal].into_iter().flatten() {
            grown |= !text.is_empty();
            self.content.push_str(&text);
        }
        for text in [words.reasoning_content, words.reasoning].into_iter().flatten() {
            grown |= !text.is_empty();
            self.reasoning.push_str(&text);
        }
        for call in words.tool_calls.unwrap_or_default() {
            self.add_call(call)?;
            grown = true;
        }
        Ok(grown)
    }

    fn add_call(&mut self, piece: CallPiece) -> Result<(), BrainError> {
        let index = piece.index.unwrap_or_else(|| self.guess_index(piece.id.as_deref()));
        if index >= self.options.max_tool_calls {
            return Err(garbled(format!("more than {} tool calls", self.options.max_tool_calls)));
        }
        let call = self.calls.entry(index).or_default();
        let function = piece.function.unwrap_or_default();
        if let Some(id) = piece.id.filter(|_| call.id.is_empty()) {
            call.id = id;
        }
        call.name.push_str(&function.name.unwrap_or_default());
        call.arguments.push_str(&function.arguments.unwrap_or_default());
        let most = self.options.max_argument_bytes;
        if call.arguments.len() > most {
            return Err(garbled(format!("arguments of more than {most} bytes")));
        }
        Ok(())
    }

    /// Some providers, and plain JSON answers, leave the index out: a new id is a new call, no id goes on with the last.
    fn guess_index(&self, id: Option<&str>) -> usize {
        match (self.calls.last_key_value(), id.filter(|id| !id.is_empty())) {
            (Some((index, last)), Some(id)) if last.id == id => *index,
            (Some((index, _)), None) => *index,
            (Some((index, _)), Some(_)) => index + 1,
            (None, _) => 0,
        }
    }
}

impl DraftCall {
    fn complete(self, finish: Option<&str>) -> Result<ToolCall, BrainError> {
        let Self { name, arguments, .. } = self;
        if name.is_empty() {
            return Err(garbled("a tool call without a name"));
        }
        // Some providers send nothing for a tool without arguments.
        let text = if arguments.trim().is_empty() { "{}" } else { &arguments };
        let arguments: Value = serde_json::from_str(text).map_err(|error| match finish {
            Some("length") => garbled(format!("the arguments of {name} were cut at the token limit")),
            _ => garbled(format!("the arguments of {name} are not JSON: {error}")),
        })?;
        Ok(ToolCall { name, arguments })
    }
}

/// An answer that makes no sense.
pub(super) fn garbled(what: impl Into<String>) -> BrainError {
    BrainError::Garbled(what.into())
}

#[derive(Deserialize)]
struct Piece {
    choices: Option<Vec<Choice>>,
    usage: Option<Counts>,
    error: Option<ProviderError>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: usize,
    delta: Option<Words>,
    message: Option<Words>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Words {
    content: Option<String>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    tool_calls: Option<Vec<CallPiece>>,
}

#[derive(Deserialize)]
struct CallPiece {
    index: Option<usize>,
    id: Option<String>,
    function: Option<FunctionPiece>,
}

#[derive(Default, Deserialize)]
struct FunctionPiece {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        Self { input_tokens: counts.prompt_tokens, output_tokens: counts.completion_tokens }
    }
}

/// The error object that providers send with a bad status, and some in the middle of a stream.
#[derive(Default, Deserialize)]
pub(super) struct ProviderError {
    #[serde(default)]
    pub(super) message: String,
    code: Option<Value>,
}

impl ProviderError {
    fn into_brain_error(self) -> BrainError {
        match self.code.as_ref().and_then(Value::as_u64) {
            Some(429) => BrainError::Overloaded { status: 429, retry_after: None },
            _ => BrainError::Unavailable(self.message.chars().take(500).collect()),
        }
    }
}

#[cfg(test)]
mod tests;
