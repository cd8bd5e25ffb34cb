//! Random prompts.

use braincase_tokens::{
    Fate, FitError, Fitted, Message, Model, Need, Part, Policy, Registry, Role, Sections, Shrink, Text, ToolCall, fit,
};
use proptest::prelude::*;

const MODELS: [&str; 3] = ["gpt-4o", "gpt-4", "claude-sonnet-5"];

/// A model, a prompt, and how many tokens it may have.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) model: Model,
    pub(super) parts: Vec<Part>,
    pub(super) limit: usize,
    pub(super) policy: Policy,
}

impl Case {
    pub(super) fn pack(&self) -> Result<Fitted, FitError> {
        self.pack_parts(self.parts.clone())
    }

    pub(super) fn pack_parts(&self, parts: Vec<Part>) -> Result<Fitted, FitError> {
        let reserve_output = Some(self.model.context - self.limit);
        fit(&self.model, Sections { reserve_output, policy: self.policy, ..Sections::new(parts) })
    }

    /// The parts that are left, as they are now.
    pub(super) fn left(&self, fitted: &Fitted) -> Vec<Part> {
        let alive = self.parts.iter().zip(&fitted.account.parts).filter(|(_, account)| account.fate != Fate::Dropped);
        alive
            .zip(&fitted.messages)
            .map(|((part, _), message)| Part { message: message.clone(), ..part.clone() })
            .collect()
    }
}

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "([a-z]{1,9}[ .,]){0,60}",
        3 => "([a-z {}\":/]{0,30}\n){0,20}",
        2 => "(?s:.{0,60})",
        1 => "(👨‍👩‍👧‍👦|🇩🇪|é|[0-9]|한국어 ){0,40}",
        1 => "[ \t]{0,9}[0-9!]{1,3}([ \n\t]{1,5}[0-9!a-z]){0,40}",
        1 => "(a{200,900}|-{200,900}|[ \n]{200,900}|[A-Z一b]{200,400}|(क्|ष|\u{301}){100,200}){0,3}",
    ]
}

fn shrink() -> impl Strategy<Value = Shrink> {
    prop_oneof![
        2 => Just(Shrink::DropOnly),
        2 => (0_usize..3).prop_map(Shrink::tail_of_lines),
        2 => (0_usize..3).prop_map(Shrink::head_of_lines),
        3 => Just(Shrink::Middle),
    ]
}

fn optional() -> impl Strategy<Value = Need> {
    (0_u8..4, shrink(), prop_oneof![Just(0_usize), 0_usize..60]).prop_map(|(priority, shrink, floor)| Need::Optional {
        priority,
        floor,
        shrink,
    })
}

/// One part, or a call with its results, which are told to be a group by their ids only.
fn parts() -> impl Strategy<Value = Vec<Part>> {
    let roles = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant)];
    let need = prop_oneof![1 => Just(Need::Required), 5 => optional()];
    let group = prop_oneof![3 => Just(None), 1 => (0_u32..3).prop_map(Some)];
    let one = (roles, need.clone(), group, text()).prop_map(|(role, need, group, text)| {
        vec![Part { name: "alone".to_owned(), message: Message::new(role, text), need, group }]
    });
    let exchange =
        (0_u8..3, text(), prop::collection::vec((need, text()), 1..3)).prop_map(|(id, arguments, results)| {
            let id = format!("call_{id}");
            let call = ToolCall { id: id.clone(), name: "read_file".to_owned(), arguments: Text::from(arguments) };
            let call = Message { calls: vec![call], ..Message::new(Role::Assistant, "") };
            let result = |(need, text): (Need, String)| {
                let message = Message { answers: Some(id.clone()), ..Message::new(Role::Tool, text) };
                Part { need, ..Part::required("result", message) }
            };
            let results = results.into_iter().map(result);
            std::iter::once(Part::optional("call", call, 1)).chain(results).collect()
        });
    prop_oneof![4 => one, 1 => exchange]
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let model = prop::sample::select(&MODELS[..]).prop_map(|name| Registry::embedded().get(name).unwrap());
    let pinned = prop::collection::vec(text(), 0..2);
    let step = prop_oneof![1 => Just(None), 2 => Just(Some(1)), 2 => (0_usize..120).prop_map(Some)];
    (model, pinned, prop::collection::vec(parts(), 0..8), 0_usize..500, step).prop_map(
        |(model, pinned, parts, limit, step)| {
            let pinned = pinned.into_iter().map(|text| Part::pinned("pinned", Message::new(Role::System, text)));
            let parts = pinned.chain(parts.into_iter().flatten()).collect();
            Case { model, parts, limit, policy: Policy { step, ..Policy::default() } }
        },
    )
}
