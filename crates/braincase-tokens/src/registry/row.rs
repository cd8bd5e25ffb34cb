//! A row of the registry's data, and what makes a model of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::InvalidRegistry;
use crate::{
    account::ImageRule,
    calibration::Correction,
    encoding::Encoding,
    memo::Memo,
    model::{Exactness, Model},
};

/// The rules that rows name.
pub(super) type Rules = BTreeMap<String, ImageRule>;

/// The largest percentage: no text has ten times as many tokens in another vocabulary.
const MAX_PERCENT: usize = 1_000;

/// What is said of a model; a partial row says only what differs from another.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The model that this one is like, but for what is said here.
    pub(super) like: Option<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// What may follow a name and mean the same model, such as a date.
    #[serde(default)]
    pub(super) editions: Vec<String>,
    context: Option<usize>,
    max_input: Option<usize>,
    max_output: Option<usize>,
    encoding: Option<Encoding>,
    percent: Option<usize>,
    frame: Option<usize>,
    exactness: Option<Exactness>,
    images: Option<String>,
    pub(super) source: Option<String>,
    pub(super) as_of: Option<String>,
    /// Where it stands in its file.
    #[serde(skip)]
    line: usize,
}

impl Row {
    /// The same row with its place in the file.
    pub(super) fn at(self, line: usize) -> Self {
        Self { line, ..self }
    }

    /// This row, with what it does not say taken from another.
    pub(super) fn over(self, base: &Self) -> Self {
        // Who makes the window smaller means the limits in it, too.
        let in_window = |limit: usize| self.context.map_or(limit, |context| limit.min(context));
        Self {
            context: self.context.or(base.context),
            max_input: self.max_input.or(base.max_input.map(in_window)),
            max_output: self.max_output.or(base.max_output.map(in_window)),
            encoding: self.encoding.or(base.encoding),
            percent: self.percent.or(base.percent),
            frame: self.frame.or(base.frame),
            exactness: self.exactness.or(base.exactness),
            images: self.images.or_else(|| base.images.clone()),
            ..self
        }
    }

    /// The model, if the row is complete and possible.
    pub(super) fn model(&self, name: &str, rules: &Rules, memo: &Memo) -> Result<Model, InvalidRegistry> {
        let (Some(context), Some(max_output), Some(encoding)) = (self.context, self.max_output, self.encoding) else {
            return Err(self.impossible(name, "context", INCOMPLETE));
        };
        self.check_limits(name, context)?;
        self.check_counting(name)?;
        Ok(Model {
            name: name.into(),
            context,
            max_input: self.max_input,
            max_output,
            encoding,
            percent: self.percent.unwrap_or(100),
            frame: self.frame.unwrap_or(0),
            exactness: self.exactness.unwrap_or_default(),
            images: self.rule(name, rules)?,
            source: self.provenance().into(),
            correction: Correction::default(),
            memo: memo.clone(),
        })
    }

    fn check_limits(&self, name: &str, context: usize) -> Result<(), InvalidRegistry> {
        let limits = [("context", self.context), ("max_input", self.max_input), ("max_output", self.max_output)];
        for (field, limit) in limits {
            match limit {
                Some(0) => return Err(self.impossible(name, field, "must be greater than zero")),
                Some(limit) if limit > context => {
                    let problem = format!("is {limit}, and the context is {context}; lower it");
                    return Err(self.impossible(name, field, problem));
                }
                Some(_) | None => {}
            }
        }
        if self.frame.is_some_and(|frame| frame >= context) {
            return Err(self.impossible(name, "frame", "leaves no room for a prompt; lower it"));
        }
        Ok(())
    }

    fn check_counting(&self, name: &str) -> Result<(), InvalidRegistry> {
        let percent = self.percent.unwrap_or(100);
        if !(100..=MAX_PERCENT).contains(&percent) {
            return Err(self.impossible(name, "percent", format!("is {percent}; give one from 100 to {MAX_PERCENT}")));
        }
        if percent != 100 && self.exactness == Some(Exactness::Exact) {
            return Err(self.impossible(name, "exactness", "counts that are multiplied are not exact; say `estimate`"));
        }
        if self.exactness == Some(Exactness::Calibrated) {
            return Err(self.impossible(name, "exactness", "that is learnt; say `exact` or `estimate`"));
        }
        Ok(())
    }

    fn rule(&self, name: &str, rules: &Rules) -> Result<ImageRule, InvalidRegistry> {
        let Some(rule) = &self.images else { return Ok(ImageRule::Unknown) };
        let known = || rules.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let unknown = || self.impossible(name, "images", format!("there is no rule {rule:?}; use one of {}", known()));
        rules.get(rule).copied().ok_or_else(unknown)
    }

    fn provenance(&self) -> String {
        let parts = [self.source.as_deref().or(Some("own settings")), self.as_of.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    pub(super) fn impossible(&self, name: &str, field: &'static str, problem: impl Into<String>) -> InvalidRegistry {
        InvalidRegistry::Impossible { line: self.line, name: name.to_owned(), field, problem: problem.into() }
    }
}

const INCOMPLETE: &str =
    "a new model needs `context`, `max_output` and `encoding`; or say `like` and the name of a known model";
