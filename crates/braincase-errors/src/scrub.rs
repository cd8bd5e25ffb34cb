//! Which facts a record may show: those whose names are known to be harmless.

use std::borrow::Cow;

use crate::redact::redact;

/// The most facts of one record.
const MAX_FACTS: usize = 16;
/// The most bytes of one value.
const MAX_VALUE: usize = 256;
/// What stands for a value whose name is not allowed.
const WITHHELD: &str = "[withheld]";

/// Names of facts that may be shown; the value of any other name is withheld, since nobody has said that it is harmless.
#[derive(Debug, Clone)]
pub struct AllowedMetadata(Vec<Cow<'static, str>>);

/// What the crates of Braincase attach.
impl Default for AllowedMetadata {
    fn default() -> Self {
        let names = [
            "attempt",
            "bytes",
            "count",
            "degraded",
            "field",
            "format",
            "height",
            "index",
            "kind",
            "limit",
            "model",
            "part",
            "provider",
            "queue",
            "reason",
            "route",
            "sink",
            "status",
            "step",
            "thread",
            "threshold_ms",
            "tool",
            "width",
            "writes",
        ];
        Self(names.map(Cow::Borrowed).into())
    }
}

impl AllowedMetadata {
    /// Allows another name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(name.into());
        self
    }

    pub(crate) fn scrub(&self, facts: Vec<(Cow<'static, str>, String)>) -> Vec<(Cow<'static, str>, String)> {
        facts.into_iter().take(MAX_FACTS).map(|(name, value)| self.scrubbed(name, &value)).collect()
    }

    fn scrubbed(&self, name: Cow<'static, str>, value: &str) -> (Cow<'static, str>, String) {
        if !self.0.contains(&name) {
            return (Cow::Owned(shortened(&name)), WITHHELD.to_owned());
        }
        (name, shortened(value))
    }
}

fn shortened(text: &str) -> String {
    // Cleaned before it is cut, as everywhere.
    let mut clean = redact(&text[..text.floor_char_boundary(4 * MAX_VALUE)]);
    clean.truncate(clean.floor_char_boundary(MAX_VALUE));
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub(facts: &[(&'static str, &str)]) -> Vec<(Cow<'static, str>, String)> {
        let facts = facts.iter().map(|(name, value)| (Cow::Borrowed(*name), (*value).to_owned())).collect();
        AllowedMetadata::default().with("city").scrub(facts)
    }

    #[test]
    fn only_what_is_allowed_is_shown_and_never_a_secret() {
        let facts = scrub(&[("city", "Berlin"), ("prompt", "make it red"), ("model", "sk-12345678901")]);
        let shown: Vec<_> = facts.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
        assert_eq!(shown, [("city", "Berlin"), ("prompt", WITHHELD), ("model", "sk-[redacted]")]);
    }

    #[test]
    fn facts_are_few_and_short() {
        let long = "ü".repeat(1_000);
        let facts = scrub(&[("city", long.as_str()); 40]);
        assert_eq!(facts.len(), MAX_FACTS);
        assert!(facts.iter().all(|(_, value)| value.len() <= MAX_VALUE));
    }
}
