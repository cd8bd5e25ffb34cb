//! The ledger: what was asked of the server and what it answered, written down before and after each request.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    client::{Ended, Refusal},
    plan::Lane,
    preset::Scenario,
    sse::{Seen, Told},
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
    /// The hashes of all files that were sent, acknowledged or not, in their order.
    pub hashes: Vec<String>,
    /// The ids of its turns, the oldest first, each time that somebody looked during the run.
    pub reads: Vec<Vec<String>>,
    /// Marks of other projects that were found in its answers.
    pub strays: Vec<Stray>,
}

impl Project {
    /// A project in which nothing was done yet.
    #[must_use]
    pub const fn new(lane: Lane, id: String, mark: u32, scenario: Scenario) -> Self {
        Self {
            lane,
            id,
            mark,
            scenario,
            turns: Vec::new(),
            images: Vec::new(),
            hashes: Vec::new(),
            reads: Vec::new(),
            strays: Vec::new(),
        }
    }
}

/// One turn.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its number in the project, which is in its canary and in its trace.
    pub number: u32,
    /// What was sent; unlike any other prompt because of its canary.
    pub prompt: String,
    /// The key that it was sent with, which is also the id of the request.
    pub key: String,
    /// What is known of its end.
    pub outcome: Outcome,
    /// What the user saw of it, once there was an end of any kind; nothing of one that met a server that was down on purpose.
    pub seen: Option<Looks>,
    /// The turns that repeating the same request led to.
    pub repeats: Vec<String>,
    /// How often the same request was sent at the same time.
    pub twins: u32,
    /// In what the answers to the same request differed.
    pub quarrels: Vec<String>,
    /// What its stream told.
    pub told: Vec<Seen>,
    /// What was wrong with how its stream told it.
    pub flaws: Vec<String>,
    /// How it was cancelled, if it was.
    pub cancel: Option<Cancel>,
    /// Whether it was sent while another one of its project ran.
    pub is_overlapping: bool,
}

impl Turn {
    /// A turn that is about to be sent. Until more is known its outcome is indefinite, also if the user dies.
    #[must_use]
    pub const fn new(number: u32, prompt: String, key: String) -> Self {
        Self {
            number,
            prompt,
            key,
            outcome: Outcome::Indefinite,
            seen: None,
            repeats: Vec::new(),
            twins: 0,
            quarrels: Vec::new(),
            told: Vec::new(),
            flaws: Vec::new(),
            cancel: None,
            is_overlapping: false,
        }
    }
}

/// What the user saw of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// How long it took.
    pub took: Duration,
    /// Whether it failed, to the user.
    pub is_error: bool,
    /// Whether the targets for turns hold for it.
    pub is_judged: bool,
}

/// A turn that its user called off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// When, in microseconds since the epoch.
    pub at_micros: i64,
    /// What the server answered: the status of the turn, or why not.
    pub answer: Result<String, String>,
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

    /// Notes a turn before it is sent.
    pub fn begin(&self, project: usize, turn: Turn) -> Option<Entry> {
        let mut book = self.lock();
        let turns = &mut book.projects.get_mut(project)?.turns;
        turns.push(turn);
        Some(Entry { project, turn: turns.len() - 1 })
    }

    /// Notes what came of a turn, and what its stream told.
    pub fn finish(&self, entry: Entry, answer: &Result<Ended, Refusal>, seen: Option<Looks>, told: Told) {
        self.change(entry, |turn| {
            turn.outcome = outcome_of(answer);
            turn.seen = seen;
            turn.told = told.events;
            turn.flaws = told.flaws;
        });
    }

    /// Notes what came of sending a turn once more.
    pub fn repeat(&self, entry: Entry, turn_id: &str) {
        self.change(entry, |turn| turn.repeats.push(turn_id.to_owned()));
    }

    /// Notes that a turn was sent twice at the same time.
    pub fn twin(&self, entry: Entry) {
        self.change(entry, |turn| turn.twins += 1);
    }

    /// Notes in what two answers to the same request differ.
    pub fn quarrel(&self, entry: Entry, what: String) {
        self.change(entry, |turn| turn.quarrels.push(what));
    }

    /// Notes that a turn was called off.
    pub fn cancel(&self, entry: Entry, cancel: Cancel) {
        self.change(entry, |turn| turn.cancel = Some(cancel));
    }

    /// Notes the hash of a file before it is uploaded.
    pub fn offer_image(&self, project: usize, hash: String) {
        self.change_project(project, |project| project.hashes.push(hash));
    }

    /// Notes an image whose upload was acknowledged.
    pub fn add_image(&self, project: usize, image: &str) {
        self.change_project(project, |project| project.images.push(image.to_owned()));
    }

    /// Notes which turns a look into the project showed.
    pub fn add_read(&self, project: usize, ids: Vec<String>) {
        self.change_project(project, |project| project.reads.push(ids));
    }

    /// Notes text that belongs to other projects.
    pub fn add_strays(&self, project: usize, place: &str, marks: impl IntoIterator<Item = u32>) {
        self.change_project(project, |project| {
            let own = project.mark;
            let strays = marks.into_iter().filter(|mark| *mark != own);
            project.strays.extend(strays.map(|mark| Stray { place: place.to_owned(), mark }));
        });
    }

    /// What is in it now.
    #[must_use]
    pub fn read(&self) -> Book {
        self.lock().clone()
    }

    fn change_project(&self, project: usize, change: impl FnOnce(&mut Project)) {
        if let Some(project) = self.lock().projects.get_mut(project) {
            change(project);
        }
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
