//! Learns from what providers report how far our counts are off, for each model and tool set.
//!
//! Two things make a count wrong: a provider adds tokens of its own to every request, and its tokenizer is another one.
//! The first is learnt as tokens of the frame, the second as a percentage, and that only where the registry says that the
//! tokenizer is another one. A correction is always on the cautious side of the last reports: it covers each of them, it
//! may grow at once but shrinks only after three reports, and no report alone moves it beyond its clamp. As far as three of
//! the last reports go beyond it, it is believed up to half the window, since a provider enforces what it counts; a fourth
//! that goes further counts as one of them. A report of fewer tokens
//! than a request can have is ignored, since it cannot be about the whole of it.

mod correction;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use crate::{
    account::{Cost, ToolSet, ToolSetId},
    model::Model,
};

pub(crate) use correction::Correction;
use correction::{Clamp, Report};

/// How many pairs of model and tool set are remembered unless said otherwise.
const KEYS: usize = 512;
/// How many reports of each are remembered.
const WINDOW: usize = 16;

/// Remembers what was reported, for a bounded number of models and tool sets.
#[derive(Debug)]
pub struct Calibrator {
    capacity: usize,
    known: Mutex<Known>,
}

/// What a correction holds for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    model: Arc<str>,
    tools: ToolSetId,
    clamp: Clamp,
}

/// How far a count was off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What we counted.
    pub counted: usize,
    /// What the provider did.
    pub reported: usize,
    /// What was reported, in percent of what we counted.
    pub percent: usize,
    /// What was made of it.
    pub taken: Taken,
}

/// What was made of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It was learnt.
    AsReported,
    /// It was too far off to be true, and only so much of it was learnt as may be until others say the same.
    Clamped,
    /// Nothing can be learnt from it: an image costs less than it may, or it is less than the request can have, as from a
    /// provider that leaves out what was cached.
    Ignored,
}

#[derive(Debug, Default)]
struct Known {
    entries: HashMap<Key, Entry>,
    /// How often anything was looked up or learnt: a clock without time.
    uses: u64,
}

#[derive(Debug, Default)]
struct Entry {
    last_use: u64,
    reports: VecDeque<Report>,
}

impl Key {
    /// The key of a model with these tools.
    #[must_use]
    pub fn of(model: &Model, tools: &ToolSet) -> Self {
        Self { model: model.name.clone(), tools: tools.id(), clamp: Clamp::of(model) }
    }
}

impl Calibrator {
    /// One that remembers at most `capacity` pairs of model and tool set; the one that was not used for longest goes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), known: Mutex::default() }
    }

    /// Learns from what the provider reported for a request of which `counted` is our count, images included.
    pub fn learn(&self, key: &Key, counted: Cost, reported: usize) -> Drift {
        let (report, taken) = key.clamp.judge(counted, reported);
        if let Some(report) = report {
            self.known().learn(key, report, self.capacity);
        }
        let percent = reported.saturating_mul(100) / counted.tokens.max(1);
        Drift { counted: counted.tokens, reported, percent, taken }
    }

    /// The model with what was learnt about it for these tools.
    #[must_use]
    pub fn calibrate(&self, model: Model, tools: &ToolSet) -> Model {
        let key = Key::of(&model, tools);
        let reports = self.known().reports(&key);
        Model { correction: key.clamp.correction(&reports), ..model }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing here leaves the entries half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Calibrator {
    fn default() -> Self {
        Self::with_capacity(KEYS)
    }
}

impl Known {
    fn learn(&mut self, key: &Key, report: Report, capacity: usize) {
        if !self.entries.contains_key(key) {
            if self.entries.len() >= capacity {
                self.forget_one();
            }
            self.entries.insert(key.clone(), Entry::default());
        }
        if let Some(entry) = self.touch(key) {
            if entry.reports.len() >= WINDOW {
                entry.reports.pop_front();
            }
            entry.reports.push_back(report);
        }
    }

    fn reports(&mut self, key: &Key) -> Vec<Report> {
        self.touch(key).map(|entry| entry.reports.iter().copied().collect()).unwrap_or_default()
    }

    fn touch(&mut self, key: &Key) -> Option<&mut Entry> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_use = self.uses;
        Some(entry)
    }

    fn forget_one(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest {
            self.entries.remove(&oldest);
        }
    }
}
