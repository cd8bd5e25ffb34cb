//! What an operation logged before it failed: the newest lines, each of bounded length.

use std::{borrow::Cow, collections::VecDeque, fmt};

use braincase_core::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};

use crate::redact::redact;

/// The most lines that are kept of one operation.
const MAX_BREADCRUMBS: usize = 32;
/// The most bytes that are kept of one line.
const MAX_LINE: usize = 256;

/// One line that was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breadcrumb {
    /// When.
    pub at: Timestamp,
    /// How important, as in `info`.
    pub level: Cow<'static, str>,
    /// Which part of the program logged it.
    pub target: Cow<'static, str>,
    /// The text, then the fields.
    pub message: String,
}

/// The newest lines of an operation.
#[derive(Debug, Default)]
pub(crate) struct Trail(VecDeque<Breadcrumb>);

impl Trail {
    pub(crate) fn push(&mut self, breadcrumb: Breadcrumb) {
        if self.0.len() == MAX_BREADCRUMBS {
            self.0.pop_front();
        }
        self.0.push_back(breadcrumb);
    }

    /// When the newest line was logged; the beginning of time if there is none.
    pub(crate) fn last_at(&self) -> Timestamp {
        self.0.back().map_or(Timestamp::from_micros(0), |line| line.at)
    }

    /// The lines without secrets, oldest first. They are cleaned here, since most are never shown.
    pub(crate) fn clean(&self) -> Vec<Breadcrumb> {
        let clean = |line: &Breadcrumb| Breadcrumb { message: redact(&line.message), ..line.clone() };
        self.0.iter().map(clean).collect()
    }
}

/// The text in a length that is kept. It is cleaned before it is cut: a secret that is cut is no longer known as one.
pub(crate) fn cut(mut text: String) -> String {
    if text.len() > MAX_LINE {
        text.truncate(text.floor_char_boundary(8 * MAX_LINE));
        text = redact(&text);
        text.truncate(text.floor_char_boundary(MAX_LINE));
        text.push('…');
    }
    text
}

/// Writes the fields of a log line as one text of bounded length.
#[derive(Debug, Default)]
pub(crate) struct Line(String);

impl Line {
    pub(crate) fn finish(self) -> String {
        cut(self.0)
    }

    fn is_full(&self) -> bool {
        self.0.len() > 4 * MAX_LINE
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        use fmt::Write as _;
        if self.is_full() {
            return;
        }
        // Writing to a string fails only if the value cannot be formatted; then it is left out.
        let _ = match field.name() {
            "message" => self.0.write_fmt(value),
            name => write!(self.0, " {name}={value}"),
        };
        self.0.truncate(self.0.floor_char_boundary(8 * MAX_LINE));
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let near = &value[..value.floor_char_boundary(4 * MAX_LINE)];
        self.add(field, format_args!("{near}"));
    }
}
