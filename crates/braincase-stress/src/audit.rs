//! The audit after the load: what the server has is compared with what it promised, through its public API only.

pub mod counters;
pub mod drained;
pub mod effects;
pub mod events;
pub mod facts;
pub mod reads;
pub mod record;
mod rule;
pub mod streams;
pub mod taken_in;
pub mod turns;
pub mod upstream;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
};

pub use self::rule::Rule;
use self::{drained::Holdings, record::Record};
use crate::{
    ledger::{Project, Stray, Turn},
    metrics::Page,
    plan::Lane,
    visit::World,
};
use futures_util::{StreamExt, stream};
use serde::Serialize;

/// Projects that are looked at at once: an audit is no second load test.
const AT_ONCE: usize = 6;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which promise.
    pub rule: Rule,
    /// On which server.
    pub lane: Lane,
    /// In which project; empty when it is not about one.
    pub project: String,
    /// The request that it is about, if it is about one: its id, as in the server's log.
    pub request: Option<String>,
    /// What was done by that request.
    pub operation: Option<&'static str>,
    /// What was found, with ids.
    pub detail: String,
}

impl Violation {
    /// One that is about no project.
    #[must_use]
    pub const fn general(lane: Lane, rule: Rule, detail: String) -> Self {
        Self { rule, lane, project: String::new(), request: None, operation: None, detail }
    }

    /// All that is known of it, in one line.
    #[must_use]
    pub fn told(&self) -> String {
        let operation = self.operation.map_or(String::new(), |operation| format!(", {operation}"));
        let request = self.request.as_deref().map_or(String::new(), |request| format!(", request {request}"));
        format!("[{}{operation}{request}] {self}", self.lane.as_str())
    }
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
    /// Turns that were left behind when the server was killed.
    pub interrupted: u64,
    /// Requests that were sent a second time.
    pub repeats: u64,
    /// Requests that were sent twice at the same time.
    pub twins: u64,
    /// Turns that were called off in time.
    pub cancelled: u64,
    /// Answers of the provider that were cut off because of that.
    pub aborted: u64,
    /// Turns that were sent while another one of the project ran.
    pub overlapping: u64,
    /// Looks into projects during the run.
    pub reads: u64,
    /// Turns that were told as a stream.
    pub streams: u64,
    /// Turns whose time was compared with what the server says.
    pub timed: u64,
    /// Uploaded images.
    pub images: u64,
    /// Images whose facts were taken in.
    pub taken_in: u64,
    /// Images whose bytes the provider was shown.
    pub image_bytes: u64,
    /// Events.
    pub events: u64,
    /// Requests that the provider got, where its record can be seen.
    pub upstream: u64,
    /// Turns that were refused with 429 on purpose and answered when asked again.
    pub retries: u64,
    /// Counters of the server that were compared.
    pub counters: u64,
    /// Reads of its caches that found something, if the server tells.
    pub cache_hits: Option<u64>,
    /// Reads of its caches that found nothing.
    pub cache_misses: Option<u64>,
    /// Servers that were seen before and after the load.
    pub drained: u64,
}

/// The number of stored turns by status.
pub type Stored = BTreeMap<String, u64>;

/// The result.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Audit {
    /// How much was looked at.
    pub checked: Checked,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// What could not be looked at.
    pub unchecked: Vec<String>,
    /// Turns of the judged server that its provider failed on purpose, as project and turn.
    #[serde(skip)]
    pub faulted: BTreeSet<(u32, u32)>,
    #[serde(skip)]
    pub(crate) stored: Stored,
}

impl Audit {
    fn add(&mut self, other: Self) {
        self.checked.add(&other.checked);
        self.violations.extend(other.violations);
        self.unchecked.extend(other.unchecked);
        self.faulted.extend(other.faulted);
        for (status, count) in other.stored {
            *self.stored.entry(status).or_default() += count;
        }
    }
}

impl Checked {
    fn add(&mut self, more: &Self) {
        let sum = |a: Option<u64>, b: Option<u64>| a.map_or(b, |a| Some(a + b.unwrap_or_default()));
        self.projects += more.projects;
        self.turns += more.turns;
        self.indefinite += more.indefinite;
        self.indefinite_stored += more.indefinite_stored;
        self.interrupted += more.interrupted;
        self.repeats += more.repeats;
        self.twins += more.twins;
        self.cancelled += more.cancelled;
        self.aborted += more.aborted;
        self.overlapping += more.overlapping;
        self.reads += more.reads;
        self.streams += more.streams;
        self.timed += more.timed;
        self.images += more.images;
        self.taken_in += more.taken_in;
        self.image_bytes += more.image_bytes;
        self.events += more.events;
        self.upstream += more.upstream;
        self.retries += more.retries;
        self.counters += more.counters;
        self.cache_hits = sum(self.cache_hits, more.cache_hits);
        self.cache_misses = sum(self.cache_misses, more.cache_misses);
        self.drained += more.drained;
    }
}

/// What can be seen of a server that we started, beside its public API.
#[derive(Debug, Clone)]
pub struct Backstage {
    /// Which server.
    pub lane: Lane,
    /// Every request that its provider got.
    pub provider_log: PathBuf,
    /// Its process now.
    pub pid: Option<u32>,
    /// What it held before the load.
    pub before: Holdings,
}

/// Looks at every project of the ledger, at what the providers were sent, and at what is left in the servers.
pub async fn audit(world: &World, backstage: &[Backstage]) -> Audit {
    let mut audit = Audit::default();
    let book = world.ledger.read();
    let mut stored: BTreeMap<Lane, Stored> = BTreeMap::new();
    let mut parts = stream::iter(&book.projects)
        .map(|project| async { (project.lane, audit_project(world, project).await) })
        .buffered(AT_ONCE);
    while let Some((lane, mut part)) = parts.next().await {
        for (status, count) in std::mem::take(&mut part.stored) {
            *stored.entry(lane).or_default().entry(status).or_default() += count;
        }
        audit.add(part);
    }
    for (lane, api) in &world.apis {
        let flaws = api.flaws().into_iter();
        audit.violations.extend(flaws.map(|flaw| Violation::general(*lane, Rule::Contract, flaw)));
    }
    for server in backstage {
        let stored = stored.remove(&server.lane).unwrap_or_default();
        audit.add(audit_server(world, server, &book.projects, &stored).await);
    }
    if backstage.is_empty() {
        audit.unchecked.push("what the provider was sent cannot be seen".to_owned());
    }
    audit
}

async fn audit_server(world: &World, server: &Backstage, projects: &[Project], stored: &Stored) -> Audit {
    let mut audit = Audit::default();
    let Some(api) = world.apis.get(&server.lane) else { return audit };
    let record = Record::read(&server.provider_log, world.aviary);
    let is_told = !record.requests.is_empty();
    if !is_told {
        audit.unchecked.push(format!("the provider of {} logged no request", server.lane.as_str()));
    }
    audit.add(upstream::audit(server.lane, &record, projects));
    if server.lane == Lane::Main {
        audit.faulted = record.faulted();
    }
    audit.add(drained::audit(server.lane, api, server.pid, &server.before, world.plan.drain).await);
    let page = api.metrics().await.unwrap_or_default();
    let reads = |result| Page(&page).sum("braincase_cache_reads_total", &[("result", result)]).map(|sum| sum as u64);
    (audit.checked.cache_hits, audit.checked.cache_misses) = (reads("hit"), reads("miss"));
    if world.down.lasted().is_some() {
        audit.unchecked.push("counters cannot be compared: those of the killed server are gone".to_owned());
    } else {
        let called_off = called_off(projects);
        let record = is_told.then_some((&record, &called_off));
        audit.add(counters::audit(server.lane, Page(&page), stored, record));
    }
    audit
}

fn called_off(projects: &[Project]) -> counters::CalledOff {
    let of = |project: &Project| {
        let turns = project.turns.iter().filter(|turn| turn.cancel.is_some());
        turns.map(|turn| (project.mark, turn.number)).collect::<Vec<_>>()
    };
    projects.iter().flat_map(of).collect()
}

async fn audit_project(world: &World, project: &Project) -> Audit {
    let mut audit = Audit { checked: Checked { projects: 1, ..Checked::default() }, ..Audit::default() };
    let Some(api) = world.apis.get(&project.lane) else { return audit };
    // Facts first: what comes late announces itself by events, which are read after that.
    audit.add(facts::audit(api, project, world.plan.late_facts).await);
    let stored = match api.list_turns(&project.id).await {
        Ok(stored) => {
            audit.add(turns::audit(project, &stored));
            audit.add(reads::audit(project, &stored));
            for turn in &stored {
                *audit.stored.entry(turn["status"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            }
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
            audit.add(streams::audit(project, &seen, stored.as_deref().unwrap_or_default()));
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
    Violation { project: project.id.clone(), ..Violation::general(project.lane, rule, detail) }
}

pub(crate) fn violation_of(project: &Project, turn: &Turn, rule: Rule, detail: String) -> Violation {
    let operation = match (turn.cancel.is_some(), turn.is_overlapping) {
        (true, _) => "cancelled turn",
        (false, true) => "overlapping turn",
        (false, false) => "turn",
    };
    let request = Some(turn.key.clone());
    Violation { request, operation: Some(operation), ..violation(project, rule, detail) }
}

pub(crate) fn crossing(project: &Project, place: &str, mark: u32) -> Violation {
    violation(project, Rule::NoCrossing, format!("{place} has text of the project marked {mark:06x}"))
}

fn unreadable(project: &Project, what: &str, why: &dyn fmt::Display) -> Violation {
    violation(project, Rule::Readable, format!("its {what} cannot be read: {why}"))
}
