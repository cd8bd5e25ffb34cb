//! The measure: what a decision is worth beside what was expected, the harm that it does counted on its own.

use braincase_core::prompt::Decision;
use serde_json::{Value, json};

use super::cases::{Case, image_id, scene_id};

/// What a decision is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is what was expected.
    Right,
    /// It changes something else than what was asked for.
    WrongChange(String),
    /// It asks where it was clear what to do.
    UnneededQuestion(String),
    /// It does nothing where something was to be done or asked.
    Idle(String),
}

/// How many decisions are worth what.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) all: usize,
    pub(crate) right: usize,
    pub(crate) wrong_changes: usize,
    pub(crate) unneeded_questions: usize,
    pub(crate) idle: usize,
    /// Decisions that delete every scene although that was not asked for.
    pub(crate) boards_lost: usize,
}

impl Score {
    /// Counts a decision; what was wrong with it.
    pub(crate) fn count(&mut self, case: &Case, decision: &Decision) -> Option<String> {
        self.all += 1;
        self.boards_lost += usize::from(loses_board(case, decision));
        let (counter, problem) = match judge(case, decision) {
            Verdict::Right => (&mut self.right, None),
            Verdict::WrongChange(problem) => (&mut self.wrong_changes, Some(format!("WRONG CHANGE {problem}"))),
            Verdict::UnneededQuestion(problem) => (&mut self.unneeded_questions, Some(format!("QUESTION {problem}"))),
            Verdict::Idle(problem) => (&mut self.idle, Some(format!("IDLE {problem}"))),
        };
        *counter += 1;
        problem
    }

    /// The share of right decisions; 1 if there are none at all.
    pub(crate) fn share(&self) -> f64 {
        if self.all == 0 { 1.0 } else { self.right as f64 / self.all as f64 }
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { all, right, wrong_changes, unneeded_questions, idle, boards_lost } = self;
        let percent = self.share() * 100.0;
        write!(
            out,
            "{right} of {all} right ({percent:.1} %), {wrong_changes} wrong changes, {unneeded_questions} unneeded \
             questions, {idle} idle, {boards_lost} boards lost"
        )
    }
}

/// Compares a decision with what was expected.
pub(crate) fn judge(case: &Case, decision: &Decision) -> Verdict {
    let Some(problem) = miss(case, decision) else { return Verdict::Right };
    let called = |name: &str| decision.calls.iter().any(|call| call.name == name);
    let changes = |name: &str| !matches!(name, "ask_clarification" | "analyze_image");
    if decision.calls.iter().any(|call| changes(&call.name)) {
        Verdict::WrongChange(problem)
    } else if called("ask_clarification") {
        Verdict::UnneededQuestion(problem)
    } else {
        Verdict::Idle(problem)
    }
}

/// Whether every scene of a storyboard of several is deleted, and fewer were to be.
fn loses_board(case: &Case, decision: &Decision) -> bool {
    let scenes = super::cases::fixture(&case.scenes).len();
    let expected = case.expect.iter().filter(|expected| expected.tool == "delete_scene").count();
    let deleted = decision.calls.iter().filter(|call| call.name == "delete_scene").count();
    scenes > 1 && deleted >= scenes && expected < scenes
}

/// What differs between the decision and what was expected.
fn miss(case: &Case, decision: &Decision) -> Option<String> {
    let got = serde_json::to_string(&decision.calls).unwrap();
    if decision.calls.len() != case.expect.len() {
        return Some(format!("expected {} calls, got {got} — {}", case.expect.len(), decision.reply));
    }
    for (expected, call) in case.expect.iter().zip(&decision.calls) {
        let target =
            expected.scene.map(|scene| scene_id(scene).to_string()).or(expected.new.map(|new| format!("new:{new}")));
        let right_scene = target.is_none_or(|target| call.arguments["scene_id"] == target);
        let body = if call.arguments.get("patch").is_some() && expected.has.get("patch").is_none() {
            &call.arguments["patch"]
        } else {
            &call.arguments
        };
        if expected.tool != call.name
            || !right_scene
            || !(expected.has.is_null() || holds(body, &images(&expected.has)))
        {
            return Some(format!("expected {expected:?}, got {got}"));
        }
    }
    None
}

/// Whether `part` is found in `whole`; `null` means that a field must be absent.
///
/// Fields of add_scene that it does not have itself are read in its spec.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (_, Value::Object(part)) => part.iter().all(|(key, value)| {
            let found = whole.get(key).or_else(|| whole.get("spec").and_then(|spec| spec.get(key)));
            match (found, value) {
                (found, Value::Null) => found.is_none_or(Value::is_null),
                (found, value) => found.is_some_and(|found| holds(found, value)),
            }
        }),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        (Value::Number(whole), Value::Number(part)) => (whole.as_f64().unwrap() - part.as_f64().unwrap()).abs() < 1e-6,
        (whole, part) => whole == part,
    }
}

/// `image:1` stands for the id of the first attached image, `known:1` for an earlier one.
fn images(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), images(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(images).collect(),
        Value::String(text) => match (text.strip_prefix("image:"), text.strip_prefix("known:")) {
            (Some(number), _) => json!(image_id(number.parse().unwrap())),
            (_, Some(number)) => json!(image_id(49 + number.parse::<usize>().unwrap())),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}
