//! The fields of a JSON object, with their path for whoever has to mend them.

use serde_json::{Map, Value};

use super::InvalidChat;

/// An object and where it stands. A field that is null is one that is not there.
#[derive(Clone, Copy)]
pub(super) struct Fields<'p, 'a> {
    path: &'p str,
    fields: &'a Map<String, Value>,
}

impl<'p, 'a> Fields<'p, 'a> {
    pub(super) fn new(path: &'p str, fields: &'a Map<String, Value>) -> Self {
        Self { path, fields }
    }

    pub(super) fn of(path: &'p str, value: &'a Value) -> Result<Self, InvalidChat> {
        let wrong_type = || InvalidChat::WrongType { field: path.to_owned(), expected: "an object" };
        value.as_object().map(|fields| Self { path, fields }).ok_or_else(wrong_type)
    }

    pub(super) fn get(self, field: &str) -> Option<&'a Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    pub(super) fn text(self, field: &str) -> Result<Option<&'a str>, InvalidChat> {
        self.get(field).map(|value| value.as_str().ok_or_else(|| self.wrong_type(field, "a text"))).transpose()
    }

    pub(super) fn required_text(self, field: &str) -> Result<&'a str, InvalidChat> {
        self.text(field)?.ok_or_else(|| self.missing(field))
    }

    pub(super) fn list(self, field: &str) -> Result<&'a [Value], InvalidChat> {
        match self.get(field) {
            None => Ok(&[]),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(self.wrong_type(field, "a list")),
        }
    }

    /// A number of pixels, if it is given.
    pub(super) fn pixels(self, field: &str) -> Result<Option<u32>, InvalidChat> {
        let pixels = |value: &Value| value.as_u64().and_then(|pixels| u32::try_from(pixels).ok()).filter(|p| *p > 0);
        let wrong_type = || self.wrong_type(field, "a whole number of pixels");
        self.get(field).map(|value| pixels(value).ok_or_else(wrong_type)).transpose()
    }

    /// Makes sure that there are no fields but these.
    pub(super) fn only(self, known: &[&str], not_read: &[&str]) -> Result<(), InvalidChat> {
        for (field, value) in self.fields {
            let is_known = known.contains(&field.as_str()) || not_read.contains(&field.as_str());
            if !is_known && !value.is_null() {
                return Err(InvalidChat::UnknownField { field: self.path_of(field) });
            }
        }
        Ok(())
    }

    pub(super) fn missing(self, field: &str) -> InvalidChat {
        InvalidChat::Missing { field: self.path_of(field) }
    }

    pub(super) fn wrong_type(self, field: &str, expected: &'static str) -> InvalidChat {
        InvalidChat::WrongType { field: self.path_of(field), expected }
    }

    pub(super) fn unknown_kind(self, field: &str, kind: &str, known: &'static str) -> InvalidChat {
        let kind = kind.chars().take(64).collect();
        InvalidChat::UnknownKind { field: self.path_of(field), kind, known }
    }

    fn path_of(self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }
}
