//! The audit after the load: what the server has is compared with what it promised, through its public API only.

pub mod effects;
pub mod events;
pub mod facts;
pub mod taken_in;
pub mod turns;
pub mod upstream;

use std::{fmt, path::PathBuf};

use futures_util::{StreamExt, stream};
use serde::Serialize;

use crate::{
    ledger::{Project, Stray},
    plan::Lane,
    visit::World,
};

/// Projects that are looked at at once: an audit is no second load test.
const AT_ONCE: usize = 6;

/// A promise that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// An acknowledged turn is stored.
    TurnStored,
    /// No turn is stored twice.
    TurnOnce,
    /// A turn is stored as it was told.
    TurnSame,
    /// Nothing is stored that nobody sent.
    NoPhantom,
    /// The turns of a project are in the order in which they were sent.
    TurnOrder,
    /// The same request twice is one turn.
    Idempotent,
    /// Every image has facts in the end.
    ImageFacts,
    /// The facts of an image are taken into a scene at most once.
    FactsOnce,
    /// The events of a project are numbered without a gap.
    EventSequence,
    /// Every accepted turn ends exactly once.
    OneEnd,
    /// What the turns decided is what the storyboard shows.
    Effects,
    /// Nothing of one project reaches another.
    NoCrossing,
    /// What was stored can be read.
    Readable,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 13] = [
        Self::TurnStored,
        Self::TurnOnce,
        Self::TurnSame,
        Self::NoPhantom,
        Self::TurnOrder,
        Self::Idempotent,
        Self::ImageFacts,
        Self::FactsOnce,
        Self::EventSequence,
        Self::OneEnd,
        Self::Effects,
        Self::NoCrossing,
        Self::Readable,
    ];

    /// The promise in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TurnStored => "every acknowledged turn is stored",
            Self::TurnOnce => "no turn is stored twice",
            Self::TurnSame => "every turn is stored as it was answered",
            Self::NoPhantom => "nothing is stored that nobody sent",
            Self::TurnOrder => "turns of a project keep their order",
            Self::Idempotent => "the same request twice is one turn",
            Self::ImageFacts => "every uploaded image has facts",
            Self::FactsOnce => "facts of an image are taken in, and into each scene once",
            Self::EventSequence => "events are numbered without a gap",
            Self::OneEnd => "every accepted turn ends exactly once",
            Self::Effects => "what turns decided is what the storyboard shows",
            Self::NoCrossing => "nothing of one project reaches another",
            Self::Readable => "everything stored can be read",
        }
    }
}

impl Rule {
    /// How often a run could have broken it.
    #[must_use]
    pub const fn chances(self, checked: &Checked) -> u64 {
        match self {
            Self::TurnStored | Self::TurnOnce | Self::TurnSame | Self::NoPhantom | Self::TurnOrder => checked.turns,
            Self::Effects | Self::OneEnd => checked.turns,
            Self::Idempotent => checked.repeats,
            Self::ImageFacts | Self::FactsOnce => checked.images,
            Self::EventSequence => checked.events,
            Self::NoCrossing | Self::Readable => checked.projects,
        }
    }
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which promise.
    pub rule: Rule,
    /// On which server.
    pub lane: Lane,
    /// In which project; empty when it is not about one.
    pub project: String,
    /// What was found, with ids.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.as_str(), self.detail)?;
        if self.project.is_empty() { Ok(()) } else { write!(f, " (project {})", self.project) }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Projects.
    pub projects: u64,
    /// Turns whose end was told.
    pub turns: u64,
    /// Turns of which nobody knew whether they took effect, and how many of them did.
    pub indefinite: u64,
    /// See `indefinite`.
    pub indefinite_stored: u64,
    /// Requests that were sent a second time.
    pub repeats: u64,
    /// Uploaded images.
    pub images: u64,
    /// Events.
    pub events: u64,
    /// Requests that the provider got, where its log can be seen.
    pub upstream: u64,
}

/// The result.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Audit {
    /// How much was looked at.
    pub checked: Checked,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// What could not be looked at.
    pub unchecked: Vec<String>,
}

impl Audit {
    fn add(&mut self, other: Self) {
        let (sum, more) = (&mut self.checked, other.checked);
        sum.projects += more.projects;
        sum.turns += more.turns;
        sum.indefinite += more.indefinite;
        sum.indefinite_stored += more.indefinite_stored;
        sum.repeats += more.repeats;
        sum.images += more.images;
        sum.events += more.events;
        sum.upstream += more.upstream;
        self.violations.extend(other.violations);
        self.unchecked.extend(other.unchecked);
    }
}

/// Looks at every project of the ledger, and at what the providers were sent.
pub async fn audit(world: &World, provider_logs: &[(Lane, PathBuf)]) -> Audit {
    let mut audit = Audit::default();
    let book = world.ledger.read();
    let mut parts = stream::iter(&book.projects).map(|project| audit_project(world, project)).buffered(AT_ONCE);
    while let Some(part) = parts.next().await {
        audit.add(part);
    }
    for (lane, log) in provider_logs {
        let part = upstream::audit(*lane, log, world.aviary);
        if part.checked.upstream == 0 {
            audit.unchecked.push(format!("the provider of {} logged no request", lane.as_str()));
        }
        audit.add(part);
    }
    if provider_logs.is_empty() {
        audit.unchecked.push("what the provider was sent cannot be seen".to_owned());
    }
    audit
}

async fn audit_project(world: &World, project: &Project) -> Audit {
    let mut audit = Audit { checked: Checked { projects: 1, ..Checked::default() }, ..Audit::default() };
    let Some(api) = world.apis.get(&project.lane) else { return audit };
    // Facts first: what comes late announces itself by events, which are read after that.
    audit.add(facts::audit(api, project, world.plan.late_facts).await);
    let stored = match api.list_turns(&project.id).await {
        Ok(stored) => {
            audit.add(turns::audit(project, &stored));
            Some(stored)
        }
        Err(refusal) => {
            audit.violations.push(unreadable(project, "turns", &refusal));
            None
        }
    };
    match events::collect(api, project).await {
        Ok(seen) => {
            audit.add(events::audit(project, &seen, world.aviary));
            audit.add(taken_in::audit(project, &seen));
        }
        Err(refusal) => audit.violations.push(unreadable(project, "events", &refusal)),
    }
    match api.fetch_scenes(&project.id).await {
        Ok(text) => {
            audit.add(stored.map(|stored| effects::audit(project, &stored, &text)).unwrap_or_default());
            let foreign = world.aviary.projects_in(&text).into_iter().filter(|mark| *mark != project.mark);
            audit.violations.extend(foreign.map(|mark| crossing(project, "its scenes", mark)));
        }
        Err(refusal) => audit.violations.push(unreadable(project, "scenes", &refusal)),
    }
    let strays = project.strays.iter();
    audit.violations.extend(strays.map(|Stray { place, mark }| crossing(project, place, *mark)));
    audit
}

pub(crate) fn violation(project: &Project, rule: Rule, detail: String) -> Violation {
    Violation { rule, lane: project.lane, project: project.id.clone(), detail }
}

pub(crate) fn crossing(project: &Project, place: &str, mark: u32) -> Violation {
    violation(project, Rule::NoCrossing, format!("{place} has text of the project marked {mark:06x}"))
}

fn unreadable(project: &Project, what: &str, why: &dyn fmt::Display) -> Violation {
    violation(project, Rule::Readable, format!("its {what} cannot be read: {why}"))
}
