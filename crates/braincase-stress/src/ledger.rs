//! The ledger: what was asked of the server and what it answered, written down before and after each request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    client::{Ended, Refusal},
    plan::Lane,
    preset::Scenario,
};

/// Everything that users did in a run.
#[derive(Debug, Default)]
pub struct Ledger {
    book: Mutex<Book>,
}

/// The contents of a ledger.
#[derive(Debug, Default, Clone)]
pub struct Book {
    /// One for each visit that got a project.
    pub projects: Vec<Project>,
}

/// A project and what was done in it.
#[derive(Debug, Clone)]
pub struct Project {
    /// The server that has it.
    pub lane: Lane,
    /// Its id there.
    pub id: String,
    /// What its canaries carry.
    pub mark: u32,
    /// What the visit was.
    pub scenario: Scenario,
    /// Its turns in the order in which they were sent.
    pub turns: Vec<Turn>,
    /// Images whose upload was acknowledged.
    pub images: Vec<String>,
    /// Marks of other projects that were found in its answers.
    pub strays: Vec<Stray>,
}

/// One turn.
#[derive(Debug, Clone)]
pub struct Turn {
    /// What was sent; unlike any other prompt because of its canary.
    pub prompt: String,
    /// The key that it was sent with.
    pub key: String,
    /// What is known of its end.
    pub outcome: Outcome,
    /// The turns that repeating the same request led to.
    pub repeats: Vec<String>,
}

/// What a client knows of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was refused: it must not be stored.
    Rejected,
    /// Nobody knows: it may be stored once.
    Indefinite,
    /// It was accepted, and then the line was cut: it must be stored once.
    Accepted {
        /// Its id.
        turn_id: String,
    },
    /// Its end was read: it must be stored once, as it was told.
    Ended {
        /// Its id.
        turn_id: String,
        /// How it ended.
        status: String,
    },
}

/// Text of one project found where it does not belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Where it was found.
    pub place: String,
    /// The mark of the project that it belongs to.
    pub mark: u32,
}

/// Where a turn is in the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    project: usize,
    turn: usize,
}

impl Ledger {
    /// Notes a new project and tells where.
    pub fn open(&self, project: Project) -> usize {
        let mut book = self.lock();
        book.projects.push(project);
        book.projects.len() - 1
    }

    /// Notes a turn before it is sent. Until more is known its outcome is indefinite, also if the user dies.
    pub fn begin(&self, project: usize, prompt: &str, key: &str) -> Option<Entry> {
        let mut book = self.lock();
        let turns = &mut book.projects.get_mut(project)?.turns;
        turns.push(Turn {
            prompt: prompt.to_owned(),
            key: key.to_owned(),
            outcome: Outcome::Indefinite,
            repeats: Vec::new(),
        });
        Some(Entry { project, turn: turns.len() - 1 })
    }

    /// Notes what came of a turn.
    pub fn finish(&self, entry: Entry, answer: &Result<Ended, Refusal>) {
        self.change(entry, |turn| turn.outcome = outcome_of(answer));
    }

    /// Notes what came of sending a turn once more.
    pub fn repeat(&self, entry: Entry, turn_id: &str) {
        self.change(entry, |turn| turn.repeats.push(turn_id.to_owned()));
    }

    /// Notes an image.
    pub fn add_image(&self, project: usize, image: &str) {
        if let Some(project) = self.lock().projects.get_mut(project) {
            project.images.push(image.to_owned());
        }
    }

    /// Notes text that belongs to other projects.
    pub fn add_strays(&self, project: usize, place: &str, marks: impl IntoIterator<Item = u32>) {
        if let Some(project) = self.lock().projects.get_mut(project) {
            let own = project.mark;
            let strays = marks.into_iter().filter(|mark| *mark != own);
            project.strays.extend(strays.map(|mark| Stray { place: place.to_owned(), mark }));
        }
    }

    /// What is in it now.
    #[must_use]
    pub fn read(&self) -> Book {
        self.lock().clone()
    }

    fn change(&self, entry: Entry, change: impl FnOnce(&mut Turn)) {
        let mut book = self.lock();
        if let Some(turn) = book.projects.get_mut(entry.project).and_then(|project| project.turns.get_mut(entry.turn)) {
            change(turn);
        }
    }

    /// A user that panicked while writing leaves a line unfinished, never a book that cannot be read.
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outcome_of(answer: &Result<Ended, Refusal>) -> Outcome {
    match answer {
        Ok(ended) => Outcome::Ended { turn_id: ended.turn_id.clone(), status: ended.status.clone() },
        Err(Refusal::Rejected { .. }) => Outcome::Rejected,
        Err(Refusal::Indefinite(_)) => Outcome::Indefinite,
        Err(Refusal::Cut { turn_id, .. }) => Outcome::Accepted { turn_id: turn_id.clone() },
    }
}
