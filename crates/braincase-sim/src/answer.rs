//! The answer in the words of the API: as one JSON document, or as the pieces of a stream.

use braincase_core::prompt::{Decision, ToolCall};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::{ask::Ask, usage::of_answer};

/// Characters of one piece of a reply, and of the arguments of a call.
const PIECE: usize = 24;
const ARGUMENT_PIECE: usize = 64;

/// An answer that can be written either way.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) ask: &'a Ask,
    /// The number of the request, for the ids.
    pub(crate) n: u64,
    /// Seconds since the epoch.
    pub(crate) created: i64,
    pub(crate) decision: &'a Decision,
}

impl Answer<'_> {
    /// The whole answer as one document.
    pub(crate) fn document(&self) -> Bytes {
        let calls: Vec<_> = self.calls().map(|(index, call, arguments)| self.call(index, call, &arguments)).collect();
        let mut message = json!({"role": "assistant", "content": self.decision.reply});
        if !self.decision.reasoning.is_empty() {
            message["reasoning_content"] = json!(self.decision.reasoning);
        }
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let mut document = self.envelope("chat.completion");
        document["choices"] = json!([{"index": 0, "message": message, "finish_reason": self.finish_reason()}]);
        document["usage"] = self.usage();
        document.to_string().into()
    }

    /// The pieces of content, from the first to the last, as events.
    pub(crate) fn pieces(&self) -> Vec<Bytes> {
        let mut pieces = vec![self.piece(&json!({"role": "assistant", "content": ""}))];
        for text in split(&self.decision.reasoning, PIECE) {
            pieces.push(self.piece(&json!({ "reasoning_content": text })));
        }
        for text in split(&self.decision.reply, PIECE) {
            pieces.push(self.piece(&json!({ "content": text })));
        }
        for (index, call, arguments) in self.calls() {
            let mut head = self.call(index, call, "");
            head["index"] = json!(index);
            pieces.push(self.piece(&json!({ "tool_calls": [head] })));
            for text in split(&arguments, ARGUMENT_PIECE) {
                pieces.push(self.piece(&json!({"tool_calls": [{"index": index, "function": {"arguments": text}}]})));
            }
        }
        pieces
    }

    /// What comes after the last piece of content, as events.
    pub(crate) fn ending(&self) -> Bytes {
        let mut finish = self.envelope("chat.completion.chunk");
        finish["choices"] = json!([{"index": 0, "delta": {}, "finish_reason": self.finish_reason()}]);
        let mut text = format!("data: {finish}\n\n");
        if self.ask.include_usage {
            let mut counts = self.envelope("chat.completion.chunk");
            counts["choices"] = json!([]);
            counts["usage"] = self.usage();
            text.push_str(&format!("data: {counts}\n\n"));
        }
        text.push_str("data: [DONE]\n\n");
        text.into()
    }

    /// The tokens of the answer.
    pub(crate) fn output_tokens(&self) -> u64 {
        let calls: u64 = self.calls().map(|(_, call, arguments)| of_answer(&call.name) + of_answer(&arguments)).sum();
        of_answer(&self.decision.reply) + of_answer(&self.decision.reasoning) + calls
    }

    fn calls(&self) -> impl Iterator<Item = (usize, &ToolCall, String)> {
        self.decision.calls.iter().enumerate().map(|(index, call)| (index, call, call.arguments.to_string()))
    }

    fn call(&self, index: usize, call: &ToolCall, arguments: &str) -> Value {
        let id = format!("call_{}_{index}", self.n);
        json!({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
    }

    fn piece(&self, delta: &Value) -> Bytes {
        let mut piece = self.envelope("chat.completion.chunk");
        piece["choices"] = json!([{"index": 0, "delta": delta, "finish_reason": null}]);
        format!("data: {piece}\n\n").into()
    }

    fn envelope(&self, object: &str) -> Value {
        let id = format!("chatcmpl-sim-{}", self.n);
        json!({"id": id, "object": object, "created": self.created, "model": self.ask.model})
    }

    const fn finish_reason(&self) -> &'static str {
        if self.decision.calls.is_empty() { "stop" } else { "tool_calls" }
    }

    fn usage(&self) -> Value {
        let (input, output) = (self.ask.cost.tokens as u64, self.output_tokens());
        json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output})
    }
}

fn split(text: &str, size: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(size).map(|piece| piece.iter().collect()).collect()
}
