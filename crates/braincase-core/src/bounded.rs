//! Values that cannot be out of range: parsed once at the edge, trusted afterwards.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A text of `MIN..=MAX` characters without control characters other than line breaks and tabs.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks and wraps a text.
    ///
    /// # Errors
    /// When the text is too short, too long or has control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, OutOfBounds> {
        let text = text.into();
        let length = text.chars().count();
        if !(MIN..=MAX).contains(&length) {
            return Err(OutOfBounds(format!("expected {MIN} to {MAX} characters, got {length}")));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(OutOfBounds("control characters are not allowed".to_owned()));
        }
        Ok(Self(text))
    }

    /// The text, shortened to the bound if it is longer; for texts that we make ourselves.
    #[must_use]
    pub fn truncated(text: &str) -> Self {
        let clean = text.chars().filter(|c| !c.is_control() || *c == '\n').take(MAX);
        let mut clean: String = clean.collect();
        while clean.chars().count() < MIN {
            clean.push('-');
        }
        Self(clean)
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
impl<const MIN: usize, const MAX: usize> JsonSchema for Text<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }
}

/// A number of thousandths within `MIN..=MAX`, written in JSON as a plain number (`0.25` is 250 thousandths).
///
/// Thousandths keep documents exact: equal documents have equal bytes, which floating point does not promise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milli<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Milli<MIN, MAX> {
    /// From thousandths, pulled into the range.
    #[must_use]
    pub const fn clamped(thousandths: i64) -> Self {
        if thousandths < MIN {
            Self(MIN)
        } else if thousandths > MAX {
            Self(MAX)
        } else {
            Self(thousandths)
        }
    }

    /// From a number, rounded to thousandths and pulled into the range.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a float outside i64 saturates and is clamped")]
    pub fn nearest(value: f64) -> Self {
        Self::clamped((value * 1000.0).round() as i64)
    }

    /// The value in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The value as a float.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the bounds are far below 2^53")]
    pub fn get(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}
impl<const MIN: i64, const MAX: i64> fmt::Debug for Milli<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
impl<const MIN: i64, const MAX: i64> Serialize for Milli<MIN, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.get())
    }
}
impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Milli<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let (low, high) = (Self(MIN).get(), Self(MAX).get());
        if value.is_nan() || value < low || value > high {
            return Err(de::Error::custom(OutOfBounds(format!("expected {low} to {high}, got {value}"))));
        }
        Ok(Self::nearest(value))
    }
}
impl<const MIN: i64, const MAX: i64> JsonSchema for Milli<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Milli".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": Self(MIN).get(), "maximum": Self(MAX).get()})
    }
}

/// A whole number of milliseconds within `MIN..=MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Millis<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Millis<MIN, MAX> {
    /// From milliseconds, pulled into the range.
    #[must_use]
    pub const fn clamped(millis: u32) -> Self {
        if millis < MIN {
            Self(MIN)
        } else if millis > MAX {
            Self(MAX)
        } else {
            Self(millis)
        }
    }

    /// Milliseconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}
impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Millis<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = u32::deserialize(deserializer)?;
        if !(MIN..=MAX).contains(&millis) {
            let problem = OutOfBounds(format!("expected {MIN} to {MAX} milliseconds, got {millis}"));
            return Err(de::Error::custom(problem));
        }
        Ok(Self(millis))
    }
}
impl<const MIN: u32, const MAX: u32> JsonSchema for Millis<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Millis".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// A value is outside its bounds; the text says which bounds and what came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutOfBounds(pub String);
