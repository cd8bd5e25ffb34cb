//! The tools that a model may choose from, and what they cost.

mod formula;
mod namespace;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::{Value, json};

use crate::encoding::{Encoding, count};

/// What frames the tools as the namespace form has them.
const PER_NAMESPACE: usize = 9;
/// What a choice that names a tool has beside that name.
const PER_NAMED_CHOICE: usize = 7;

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSchema {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// The tools that a model may choose from, and how it may. Clones share the tools and what they cost, which is worked out
/// once.
#[derive(Debug, Clone, Default)]
pub struct ToolSet {
    inner: Arc<Inner>,
    choice: ToolChoice,
}

/// Whether a model has to call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it likes.
    #[default]
    Auto,
    /// It must not.
    None,
    /// It must call one.
    Required,
    /// It must call this one.
    Named(String),
}

/// Says which tools and which choice these are: equal for equal content, in every process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToolSetId([u8; 16]);

/// What tools cost, in the two ways of working it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ToolCost {
    /// By the cookbook's formula, if that covers all of them and was compared with the API.
    pub(super) exact: Option<usize>,
    /// At most, by everything that is known.
    pub(super) bound: usize,
}

#[derive(Debug, Default)]
struct Inner {
    tools: Vec<ToolSchema>,
    content: OnceLock<blake3::Hash>,
    costs: [OnceLock<ToolCost>; Encoding::VOCABULARIES],
}

impl ToolSet {
    /// These tools, of which the model may call any or none.
    pub fn new(tools: impl Into<Vec<ToolSchema>>) -> Self {
        Self { inner: Arc::new(Inner { tools: tools.into(), ..Inner::default() }), choice: ToolChoice::Auto }
    }

    /// The same tools with another choice.
    #[must_use]
    pub fn with_choice(self, choice: ToolChoice) -> Self {
        Self { choice, ..self }
    }

    /// The tools.
    #[must_use]
    pub fn tools(&self) -> &[ToolSchema] {
        &self.inner.tools
    }

    /// How the model may choose.
    #[must_use]
    pub fn choice(&self) -> &ToolChoice {
        &self.choice
    }

    /// Which tools and which choice these are.
    #[must_use]
    pub fn id(&self) -> ToolSetId {
        let content = self.inner.content.get_or_init(|| content(&self.inner.tools));
        let choice = json!(self.choice).to_string();
        let mut hasher = blake3::Hasher::new();
        hasher.update(content.as_bytes()).update(choice.as_bytes());
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        ToolSetId(id)
    }

    /// What the tools cost without their choice.
    pub(super) fn cost(&self, encoding: Encoding) -> ToolCost {
        *self.inner.costs[encoding.vocabulary()].get_or_init(|| cost(encoding, &self.inner.tools))
    }

    /// What the choice is thought to cost.
    pub(super) fn choice_cost(&self, encoding: Encoding) -> usize {
        match &self.choice {
            ToolChoice::Auto => 0,
            ToolChoice::None | ToolChoice::Required => 1,
            ToolChoice::Named(name) => PER_NAMED_CHOICE + count(encoding, name),
        }
    }
}

impl PartialEq for ToolSet {
    fn eq(&self, other: &Self) -> bool {
        self.choice == other.choice && self.tools() == other.tools()
    }
}

impl fmt::Debug for ToolSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ToolSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// JSON strings end where they end, so that no two sets of tools are written alike.
fn content(tools: &[ToolSchema]) -> blake3::Hash {
    let tools: Vec<_> = tools.iter().map(|tool| json!([tool.name, tool.description, tool.parameters])).collect();
    blake3::hash(Value::from(tools).to_string().as_bytes())
}

fn cost(encoding: Encoding, tools: &[ToolSchema]) -> ToolCost {
    if tools.is_empty() {
        return ToolCost { exact: Some(0), bound: 0 };
    }
    let formula = formula::cost(encoding, tools);
    let rendered = PER_NAMESPACE + count(encoding, &namespace::render(tools));
    ToolCost { exact: formula::covers(tools).then_some(formula), bound: formula.max(rendered) }
}
