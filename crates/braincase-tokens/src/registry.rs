//! Knows the models that people use, by all the names that they go by.

mod nearness;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use serde::Deserialize;

use crate::{
    encoding::Encoding,
    memo::Memo,
    model::{Exactness, Model},
};

/// No model has a longer name, in bytes.
const MAX_NAME: usize = 200;

/// The models that are known.
#[derive(Debug, Clone)]
pub struct Registry {
    providers: Vec<String>,
    models: BTreeMap<String, Model>,
}

/// The registry does not know a model. It never guesses, since a wrong window loses prompts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no model {name:?}; the nearest are {}", near.join(", "))]
pub struct UnknownModel {
    /// The name as it was given, or the beginning of an endless one.
    pub name: String,
    /// Known names that are written alike, nearest first.
    pub near: Vec<String>,
}

/// A registry's data makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRegistry {
    /// It cannot be read.
    #[error("the model registry cannot be read: {0}")]
    Unreadable(String),
    /// A model is impossible.
    #[error("model {name:?}: {problem}")]
    Impossible {
        /// Which model.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(default)]
    providers: Vec<String>,
    model: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    context: usize,
    max_input: Option<usize>,
    max_output: usize,
    encoding: Encoding,
    #[serde(default = "unchanged")]
    percent: usize,
    exactness: Exactness,
    source: String,
    as_of: String,
}

const fn unchanged() -> usize {
    100
}

impl Registry {
    /// The models that come with this crate.
    #[must_use]
    pub fn embedded() -> &'static Self {
        #[expect(clippy::expect_used, reason = "the data is part of the program, and a test reads it")]
        static EMBEDDED: LazyLock<Registry> =
            LazyLock::new(|| Registry::parse(include_str!("../data/models.toml")).expect("the embedded data is valid"));
        &EMBEDDED
    }

    /// Reads a registry in the format of the embedded one, see `data/models.toml`.
    ///
    /// # Errors
    /// When it is no valid TOML, a field is missing or unknown, a name comes twice or a limit is impossible.
    pub fn parse(toml: &str) -> Result<Self, InvalidRegistry> {
        let data: Data = toml::from_str(toml).map_err(|error| InvalidRegistry::Unreadable(error.to_string()))?;
        let memo = Arc::new(Memo::default());
        let mut models = BTreeMap::new();
        for row in data.model {
            let names = row.check()?;
            let model = row.into_model(memo.clone());
            for name in names {
                if models.insert(name.clone(), model.clone()).is_some() {
                    return Err(InvalidRegistry::Impossible { name, problem: "the name comes twice" });
                }
            }
        }
        Ok(Self { providers: data.providers, models })
    }

    /// A model by its name, with or without a provider (`openai/gpt-4o`), a date (`gpt-4o-2024-08-06`) or `-latest`.
    ///
    /// # Errors
    /// When the model is not known; the error names those that are written alike.
    pub fn get(&self, name: &str) -> Result<Model, UnknownModel> {
        let name = &name[..name.floor_char_boundary(MAX_NAME)];
        let lower = name.trim().to_ascii_lowercase();
        let plain = self.without_provider(&lower);
        let found = self.models.get(plain).or_else(|| self.undated(plain));
        found.cloned().ok_or_else(|| {
            let names = self.models.keys().map(String::as_str);
            UnknownModel { name: name.to_owned(), near: nearness::nearest(plain, names) }
        })
    }

    /// The known names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    fn without_provider<'a>(&self, name: &'a str) -> &'a str {
        let mut rest = name;
        while let Some((provider, model)) = rest.split_once('/') {
            if !self.providers.iter().any(|known| known == provider) {
                break;
            }
            rest = model;
        }
        // A fine-tuned model, as in `ft:gpt-4o:my-org::id`, has the limits of the one that it was made from.
        rest.strip_prefix("ft:").map_or(rest, |tuned| tuned.split(':').next().unwrap_or(tuned))
    }

    /// The model with the longest name of which this one is a dated or `-latest` edition.
    fn undated(&self, name: &str) -> Option<&Model> {
        let ends = name.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>();
        let split = |at: usize| (&name[..at], &name[at + 1..]);
        let editions = ends.into_iter().rev().map(split).filter(|(_, edition)| is_edition(edition));
        editions.into_iter().find_map(|(base, _)| self.models.get(base))
    }
}

/// Whether it is a date like `2024-08-06`, `20250929` or `0613`, or says latest or preview; `-7` would be another model.
fn is_edition(text: &str) -> bool {
    let date = text.trim_end_matches("preview").trim_end_matches("latest").trim_end_matches('-');
    if date.is_empty() {
        return true;
    }
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    let segments_fit = date.split('-').all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    segments_fit && (4..=8).contains(&digits)
}

impl Row {
    /// Every name of the model, if its limits are possible.
    fn check(&self) -> Result<Vec<String>, InvalidRegistry> {
        let problem = if self.context == 0 || self.max_output == 0 || self.max_input == Some(0) {
            "limits must be greater than zero"
        } else if self.max_output > self.context || self.max_input.is_some_and(|max| max > self.context) {
            "a limit is greater than the context"
        } else if self.percent < 100 {
            "the percentage must be at least 100"
        } else if self.source.is_empty() || self.as_of.is_empty() {
            "the source and its date must be named"
        } else {
            return Ok(std::iter::once(&self.name)
                .chain(&self.aliases)
                .map(|name| name.to_ascii_lowercase())
                .collect());
        };
        Err(InvalidRegistry::Impossible { name: self.name.clone(), problem })
    }

    fn into_model(self, memo: Arc<Memo>) -> Model {
        let Self { name, context, max_input, max_output, encoding, percent, exactness, .. } = self;
        Model { name: name.into(), context, max_input, max_output, encoding, percent, exactness, memo }
    }
}
