//! What a project remembers, as clients see it.

use braincase_core::{bounded::Text, memory};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a preference.
pub type PreferenceKey = Text<1, 100>;

/// What to prefer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPreference {
    /// The wish, 1 to 2,000 characters.
    pub value: Text<1, 2_000>,
}

/// One remembered thing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Memory {
    /// What kind of thing: `user_preference`, `summary` or `image_fact`.
    pub kind: &'static str,
    /// Its name.
    pub key: String,
    /// What is remembered.
    pub value: String,
    /// How sure we are, 0 to 1.
    pub confidence: f64,
    /// Where it comes from, as in `user`, `turn:<id>` or `image:<id>`.
    pub provenance: String,
    /// When it was last learnt, RFC 3339.
    pub updated_at: String,
}

impl From<memory::Memory> for Memory {
    fn from(memory: memory::Memory) -> Self {
        Self {
            kind: memory.kind.as_str(),
            key: memory.key,
            value: memory.value,
            confidence: memory.confidence,
            provenance: memory.provenance,
            updated_at: memory.updated_at.to_string(),
        }
    }
}
