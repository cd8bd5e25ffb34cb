//! Random prompts.

use std::sync::LazyLock;

use braincase_tokens::{
    Calibrator, Detail, Fate, FitError, Fitted, Image, Message, Model, Need, Part, Policy, Registry, Role, Sections,
    Shrink, Text, ToolCall, ToolChoice, ToolSchema, ToolSet, calibration::Key, fit,
};
use proptest::prelude::*;
use serde_json::json;

const MODELS: [&str; 5] = ["gpt-4o", "gpt-4", "claude-sonnet-5", "gpt-5", "narrow"];

/// The embedded models, and one whose limit of the prompt is the one that is met by prompts of some hundred tokens.
static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let narrow = "[models.narrow]\nlike = \"gpt-5\"\ncontext = 700\nmax_input = 300\nmax_output = 500";
    Registry::embedded().with_overrides(narrow).unwrap()
});

/// A model, a prompt, and how many tokens it may have.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) model: Model,
    pub(super) parts: Vec<Part>,
    pub(super) tools: ToolSet,
    /// What is left of the context for the prompt; the model's limit of the prompt may be smaller.
    pub(super) limit: usize,
    /// What is to be left free of that.
    pub(super) headroom: usize,
    pub(super) policy: Policy,
}

impl Case {
    pub(super) fn pack(&self) -> Result<Fitted, FitError> {
        self.pack_parts(self.parts.clone())
    }

    pub(super) fn pack_parts(&self, parts: Vec<Part>) -> Result<Fitted, FitError> {
        let reserve_output = Some(self.model.context - self.limit);
        let (tools, headroom, policy) = (self.tools.clone(), self.headroom, self.policy);
        fit(&self.model, Sections { tools, reserve_output, headroom, policy, ..Sections::new(parts) })
    }

    /// The most that the prompt may cost, by both limits.
    pub(super) fn most(&self) -> usize {
        self.limit.min(self.model.max_input.unwrap_or(usize::MAX))
    }

    /// The most that the prompt may cost with the headroom.
    pub(super) fn room(&self) -> usize {
        self.most().saturating_sub(self.headroom)
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

/// Small, so that a prompt may hold it.
fn image() -> impl Strategy<Value = Image> {
    (0_u32..200, 0_u32..200, any::<bool>()).prop_map(|(width, height, low)| {
        let detail = if low { Detail::Low } else { Detail::Auto };
        Image { width, height, detail }
    })
}

fn tools() -> impl Strategy<Value = ToolSet> {
    let property = ("[a-z]{1,8}", "[a-z ]{0,30}", any::<bool>()).prop_map(|(name, description, nested)| {
        let items = if nested { json!({"type": "array", "items": {"type": "number"}}) } else { json!("string") };
        json!({"type": "object", "properties": {name: {"type": items, "description": description}}})
    });
    let tool = ("[a-z_]{1,12}", "[a-z ]{0,60}", property).prop_map(|(name, description, parameters)| ToolSchema {
        name,
        description,
        parameters,
    });
    let choice = prop_oneof![3 => Just(ToolChoice::Auto), 1 => Just(ToolChoice::Required)];
    let some = (prop::collection::vec(tool, 1..4), choice);
    prop_oneof![2 => Just(ToolSet::default()), 1 => some.prop_map(|(tools, choice)| ToolSet::new(tools).with_choice(choice))]
}

/// A model, or what it is after some reports: of what is counted, in percent, and hidden tokens.
fn calibrated(model: Model, tools: &ToolSet, reports: &[(usize, usize)]) -> Model {
    let calibrator = Calibrator::default();
    for (percent, hidden) in reports {
        let message = Message::new(Role::User, "and then the camera turns ".repeat(300));
        let counted = calibrator.calibrate(model.clone(), tools).cost([&message], tools);
        let reported = model.cost([&message], tools).tokens * percent / 100 + hidden;
        calibrator.learn(&Key::of(&model, tools), counted, reported);
    }
    calibrator.calibrate(model, tools)
}

/// One part, or a call with its results, which are told to be a group by their ids only.
fn parts() -> impl Strategy<Value = Vec<Part>> {
    let roles = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant)];
    let need = prop_oneof![1 => Just(Need::Required), 5 => optional()];
    let group = prop_oneof![3 => Just(None), 1 => (0_u32..3).prop_map(Some)];
    let name = prop::option::weighted(0.2, "[a-z]{1,20}");
    let images = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(image(), 1..3)];
    let pieces = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(text(), 2..4)];
    let words = (text(), pieces);
    let one = (roles, need.clone(), group, words, name, images).prop_map(|(role, need, group, words, name, images)| {
        let (text, pieces) = words;
        let text = if pieces.is_empty() { text } else { pieces.join("\n") };
        let pieces = pieces.into_iter().map(Text::from).collect();
        let message = Message { pieces, name, images, ..Message::new(role, text) };
        vec![Part { name: "alone".to_owned(), message, need, group }]
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
    let model = prop::sample::select(&MODELS[..]).prop_map(|name| REGISTRY.get(name).unwrap());
    let reports = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec((70_usize..130, prop_oneof![Just(0_usize), 0_usize..60]), 1..5),
    ];
    let model =
        (model, tools(), reports).prop_map(|(model, tools, reports)| (calibrated(model, &tools, &reports), tools));
    let pinned = prop::collection::vec(text(), 0..2);
    let step = prop_oneof![1 => Just(None), 2 => Just(Some(1)), 2 => (0_usize..120).prop_map(Some)];
    let room = (0_usize..500, prop_oneof![2 => Just(0), 1 => 0_usize..100]);
    (model, pinned, prop::collection::vec(parts(), 0..8), room, step).prop_map(
        |((model, tools), pinned, parts, (limit, headroom), step)| {
            let pinned = pinned.into_iter().map(|text| Part::pinned("pinned", Message::new(Role::System, text)));
            let parts = pinned.chain(parts.into_iter().flatten()).collect();
            Case { model, parts, tools, limit, headroom, policy: Policy { step, ..Policy::default() } }
        },
    )
}
