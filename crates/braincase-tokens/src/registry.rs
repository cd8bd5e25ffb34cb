//! Knows the models that people use, by all the names that they go by.

mod name;
mod nearness;
mod row;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use toml::Spanned;

use crate::{account::ImageRule, memo::Memo, model::Model};
use row::{Row, Rules};

/// No model has a longer name, in bytes.
const MAX_NAME: usize = 200;

/// The models that are known.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    providers: Vec<String>,
    rules: Rules,
    /// By the first name of each, in small letters.
    rows: BTreeMap<String, Row>,
    /// By all names.
    models: BTreeMap<String, Model>,
    memo: Memo,
}

/// The registry does not know a model. It never guesses, since a wrong window loses prompts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no model {name:?}; the nearest are {}; to add it, say [models.{name:?}] in the models file, with `like` and \
     a known model, or with `context`, `max_output` and `encoding`",
    near.join(", ")
)]
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
    #[error("the models file cannot be read: {0}")]
    Unreadable(String),
    /// A model is impossible.
    #[error("line {line} of the models file: model {name:?}, `{field}`: {problem}")]
    Impossible {
        /// Where it stands.
        line: usize,
        /// Which model.
        name: String,
        /// What about it.
        field: &'static str,
        /// What is wrong with that, and what to do.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(default)]
    providers: Vec<String>,
    #[serde(default)]
    images: BTreeMap<String, ImageRule>,
    #[serde(default)]
    models: BTreeMap<String, Spanned<Row>>,
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

    /// Reads a registry of its own in the format of the embedded one, see `data/models.toml`.
    ///
    /// # Errors
    /// When it is no valid TOML, a field is missing or unknown, a name comes twice or a limit is impossible.
    pub fn parse(toml: &str) -> Result<Self, InvalidRegistry> {
        let registry = Self::default().with_overrides(toml)?;
        for (name, row) in &registry.rows {
            if row.source.is_none() || row.as_of.is_none() {
                return Err(row.impossible(
                    name,
                    "source",
                    "say where the facts come from, and in `as_of` of when they are",
                ));
            }
        }
        Ok(registry)
    }

    /// These models as a file of the user's changes them.
    ///
    /// A row for a known model changes only the fields that it gives. A row for another name is a new model; where the
    /// name is an edition of a known one, or has its provider before it, or where the row says `like`, what the row does
    /// not give is taken from there.
    ///
    /// # Errors
    /// As [`Self::parse`]; every error says where it is and what to do.
    pub fn with_overrides(&self, toml: &str) -> Result<Self, InvalidRegistry> {
        let data: Data = toml::from_str(toml).map_err(|error| InvalidRegistry::Unreadable(error.to_string()))?;
        let mut changed = Self {
            providers: self.providers.iter().cloned().chain(data.providers).collect(),
            rules: self.rules.iter().map(|(name, rule)| (name.clone(), *rule)).chain(data.images).collect(),
            rows: self.rows.clone(),
            models: BTreeMap::new(),
            memo: self.memo.clone(),
        };
        for (name, spanned) in data.models {
            let line = 1 + toml[..spanned.span().start.min(toml.len())].matches('\n').count();
            let name = name.trim().to_ascii_lowercase();
            let row = self.completed(&name, spanned.into_inner().at(line))?;
            changed.rows.insert(name, row);
        }
        changed.models = changed.named_models()?;
        Ok(changed)
    }

    /// The same models, which remember counts in this memo.
    #[must_use]
    pub fn with_memo(&self, memo: &Memo) -> Self {
        let models = self.models.iter().map(|(name, model)| (name.clone(), model.with_memo(memo))).collect();
        Self { models, memo: memo.clone(), ..self.clone() }
    }

    /// A model by its name, with or without a provider (`openai/gpt-4o`), and with any of the dates and words that its row
    /// allows (`gpt-4o-2024-08-06`, `mistral-large-latest`). Another date may have another window, so it is not known.
    ///
    /// # Errors
    /// When the model is not known; the error names those that are written alike.
    pub fn get(&self, name: &str) -> Result<Model, UnknownModel> {
        let name = name.trim();
        // Only to be told: what begins with the name of a model may be the name of another.
        let beginning = &name[..name.floor_char_boundary(MAX_NAME)];
        let lower = beginning.to_ascii_lowercase();
        let known = self.find(&lower).filter(|_| name.len() <= MAX_NAME).cloned();
        known.ok_or_else(|| UnknownModel { name: beginning.to_owned(), near: self.near(&lower) })
    }

    /// The known names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    fn find(&self, name: &str) -> Option<&Model> {
        let plain = name::without_provider(name, &self.providers);
        let known = |name: &str| self.models.get(name);
        let edition = |(name, edition): (&str, &str)| known(name).filter(|model| self.has_edition(model, edition));
        known(name).or_else(|| known(plain)).or_else(|| name::editions(plain).find_map(edition))
    }

    fn has_edition(&self, model: &Model, edition: &str) -> bool {
        self.rows
            .get(&*model.name)
            .is_some_and(|row| row.editions.iter().any(|known| known.eq_ignore_ascii_case(edition)))
    }

    fn near(&self, name: &str) -> Vec<String> {
        nearness::nearest(name::without_provider(name, &self.providers), self.names())
    }

    /// A row of a user's, with what it does not say taken from the model that it is about.
    fn completed(&self, name: &str, row: Row) -> Result<Row, InvalidRegistry> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(row.impossible(name, "name", format!("must have 1 to {MAX_NAME} bytes")));
        }
        let base = match &row.like {
            Some(like) => Some(self.get(like).map_err(|unknown| row.impossible(name, "like", unknown.to_string()))?),
            None => self.find(name).cloned(),
        };
        let Some(base) = base.and_then(|base| self.rows.get(&*base.name)) else { return Ok(row) };
        let mut row = row.over(base);
        if self.rows.contains_key(name) && row.like.is_none() {
            row.aliases.extend(base.aliases.iter().cloned());
            row.editions.extend(base.editions.iter().cloned());
        }
        Ok(row)
    }

    /// All models by all their names. A name of its own counts more than an alias of another model.
    fn named_models(&self) -> Result<BTreeMap<String, Model>, InvalidRegistry> {
        let mut models = BTreeMap::new();
        for (name, row) in &self.rows {
            models.insert(name.clone(), row.model(name, &self.rules, &self.memo)?);
        }
        for (name, row) in &self.rows {
            for alias in &row.aliases {
                let alias = alias.to_ascii_lowercase();
                let other = models.get(&alias).map(|model: &Model| model.name.clone());
                match other {
                    Some(other) if self.rows.contains_key(&alias) || *other == **name => {}
                    Some(other) => return Err(row.impossible(name, "aliases", taken(&alias, &other))),
                    None => {
                        models.extend(models.get(name).cloned().map(|model| (alias, model)));
                    }
                }
            }
        }
        Ok(models)
    }
}

fn taken(alias: &str, other: &str) -> String {
    format!("{alias:?} is a name of {other:?}, too; take it from one of them")
}
