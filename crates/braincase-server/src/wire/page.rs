//! Lists: what part of them is asked for, and what is answered.

use braincase_core::store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most entries that one answer holds.
pub const MAX_LIMIT: usize = 200;
const DEFAULT_LIMIT: usize = 50;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PageQuery {
    /// The most entries, 1 to 200; 50 unless told.
    pub limit: Option<usize>,
    /// The `next_cursor` of the answer before.
    #[schemars(with = "Option<String>")]
    pub cursor: Option<Uuid>,
}

impl PageQuery {
    /// How many entries the answer may hold.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// What to ask the store for: one entry more than is shown, to learn whether there are more.
    #[must_use]
    pub fn one_more(&self) -> store::Page {
        store::Page { limit: self.limit() + 1, before: self.cursor }
    }
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Asks for the part after this one; null if this is the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that is always answered as a whole.
    #[must_use]
    pub fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), next_cursor: None }
    }

    /// The first `limit` of `found`, with a cursor if that was not all.
    #[must_use]
    pub fn first<D: Into<T>>(found: Vec<D>, limit: usize, id: impl Fn(&D) -> Uuid) -> Self {
        let more = found.len() > limit;
        let last = found.get(limit.saturating_sub(1)).filter(|_| more).map(|last| id(last).to_string());
        Self { items: found.into_iter().take(limit).map(Into::into).collect(), next_cursor: last }
    }
}
