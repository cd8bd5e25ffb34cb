//! Counts the tokens of requests and answers as a provider would, for the usage that it reports.

use braincase_core::prompt::PromptMessage;
use braincase_tokens::{ChatTool, Cost, Detail, Encoding, Exactness, Image, Message, Model, Registry, ToolSet};
use serde_json::Value;

/// What other models are counted like.
const USUAL_MODEL: &str = "gpt-4o";

/// What a request costs.
pub(crate) fn of_request(model: &str, messages: &[PromptMessage], images: usize, tools: &[Value]) -> Cost {
    let Some((model, is_known)) = find(model) else { return Cost::default() };
    let schemas: Vec<_> = tools.iter().filter_map(|tool| ChatTool::try_from(tool.clone()).ok()).collect();
    let counted = |message: &PromptMessage| Message::new(message.role.into(), message.content.as_str());
    let mut messages: Vec<_> = messages.iter().map(counted).collect();
    // The size of an image is not worth decoding it for; one of unknown size is charged the most.
    let image = Image { width: 0, height: 0, detail: Detail::Auto };
    if let Some(last) = messages.last_mut() {
        last.images = vec![image; images];
    }
    let mut cost = model.cost(&messages, &schemas.iter().collect::<ToolSet>());
    if !is_known || schemas.len() < tools.len() {
        cost.exactness = Exactness::Estimate;
    }
    cost
}

/// The most tokens that a request may have if so many are kept free for the answer.
pub(crate) fn limit(model: &str, reserved_output: usize) -> usize {
    find(model).map_or(usize::MAX, |(model, _)| model.budget(Some(reserved_output)).input)
}

/// The tokens of something that is said.
pub(crate) fn of_answer(text: &str) -> u64 {
    braincase_tokens::count(Encoding::O200kBase, text) as u64
}

fn find(name: &str) -> Option<(Model, bool)> {
    let models = Registry::embedded();
    let known = models.get(name).ok().map(|model| (model, true));
    known.or_else(|| Some((models.get(USUAL_MODEL).ok()?, false)))
}
