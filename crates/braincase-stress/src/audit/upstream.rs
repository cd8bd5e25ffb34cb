//! What the provider was sent: fitting prompts with the words of their turn and of no other project, one attempt a
//! turn, nothing after a turn was called off, and images as they were uploaded.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Audit, Rule, Violation,
    record::{Record, Request},
    violation_of,
};
use crate::{
    ledger::{Outcome, Project, Turn},
    plan::Lane,
};

/// How long the provider may go on after a turn was called off, in microseconds.
const ABORT_LIMIT: i64 = 2_000_000;

/// Compares the provider's record with what users did on this server.
#[must_use]
pub fn audit(lane: Lane, record: &Record, projects: &[Project]) -> Audit {
    let mut audit = Audit::default();
    audit.checked.upstream = record.requests.len() as u64;
    let general = |rule, detail| Violation::general(lane, rule, detail);
    audit.violations.extend(record.flaws.iter().map(|flaw| general(Rule::ProviderRecord, flaw.clone())));
    for request in &record.requests {
        audit.violations.extend(judge(request).into_iter().map(|(rule, detail)| general(rule, detail)));
    }
    let by_turn = by_turn(record);
    for project in projects.iter().filter(|project| project.lane == lane) {
        for turn in &project.turns {
            let requests = by_turn.get(&(project.mark, turn.number)).map_or(&[][..], Vec::as_slice);
            judge_turn(&mut audit, project, turn, requests, record);
        }
    }
    audit.checked.retries = retries(record, &by_turn);
    images(&mut audit, lane, record, projects);
    audit
}

fn by_turn(record: &Record) -> BTreeMap<(u32, u32), Vec<&Request>> {
    let mut turns: BTreeMap<_, Vec<&Request>> = BTreeMap::new();
    for request in record.requests.iter().filter(|request| request.is_chat) {
        if let Some((project, turn, _)) = request.attempt {
            turns.entry((project, turn)).or_default().push(request);
        }
    }
    turns
}

fn judge(request: &Request) -> Vec<(Rule, String)> {
    let n = request.n;
    let mut found = Vec::new();
    if request.marks.len() > 1 {
        let marks: Vec<_> = request.marks.iter().map(|mark| format!("{mark:06x}")).collect();
        let marks = marks.join(", ");
        found.push((Rule::NoCrossing, format!("request {n} to the provider has text of the projects marked {marks}")));
    }
    if let Some(limit) = request.limit.filter(|limit| request.input > *limit) {
        let input = request.input;
        found.push((Rule::Prompt, format!("request {n} to the provider has {input} tokens, {limit} fit")));
    }
    if request.is_chat && !request.has_own_words {
        found.push((Rule::Prompt, format!("request {n} to the provider lacks the words of the turn that it is for")));
    }
    found
}

fn judge_turn(audit: &mut Audit, project: &Project, turn: &Turn, requests: &[&Request], record: &Record) {
    let attempts: BTreeSet<u32> = requests.iter().filter_map(|request| Some(request.attempt?.2)).collect();
    if attempts.len() > 1 {
        let detail = format!("{} was sent more than once, and the provider was asked for each", turn.key);
        audit.violations.push(violation_of(project, turn, Rule::Idempotent, detail));
    }
    let Outcome::Ended { turn_id, status } = &turn.outcome else { return };
    if matches!(status.as_str(), "completed" | "clarification") && requests.is_empty() && !record.requests.is_empty() {
        let detail = format!("turn {turn_id} ({}) ended {status} and the provider never saw it", turn.key);
        audit.violations.push(violation_of(project, turn, Rule::Cost, detail));
    }
    let Some(cancel) = &turn.cancel else { return };
    if cancel.answer.as_deref() != Ok("cancelled") {
        return;
    }
    for request in requests {
        audit.checked.aborted += u64::from(record.aborted.contains_key(&request.n));
        let late = record.ended(request).saturating_sub(cancel.at_micros.saturating_add(ABORT_LIMIT));
        if late > 0 {
            let seconds = late as f64 / 1e6;
            let detail = format!(
                "turn {turn_id} ({}) was called off, request {} ran {seconds:.1} s longer than the 2 s that it may",
                turn.key, request.n
            );
            audit.violations.push(violation_of(project, turn, Rule::Cancel, detail));
        }
    }
}

/// Turns whose request was refused with 429 on purpose and answered when it was repeated.
fn retries(record: &Record, by_turn: &BTreeMap<(u32, u32), Vec<&Request>>) -> u64 {
    let is_retried = |requests: &Vec<&Request>| {
        let refused =
            requests.iter().filter(|request| request.fault.as_deref() == Some("429")).map(|request| request.n).min();
        refused.is_some_and(|refused| requests.iter().any(|other| other.n > refused && record.was_taken(other)))
    };
    by_turn.values().filter(|requests| is_retried(requests)).count() as u64
}

/// Images reach the provider as they were uploaded, and all that were acknowledged do, unless it was made to fail.
fn images(audit: &mut Audit, lane: Lane, record: &Record, projects: &[Project]) {
    let uploads = projects.iter().filter(|project| project.lane == lane);
    let offered: BTreeSet<&String> = uploads.clone().flat_map(|project| &project.hashes).collect();
    let sent: BTreeSet<&String> = record.requests.iter().flat_map(|request| &request.images).collect();
    for image in sent.difference(&offered) {
        let detail = format!("the provider was shown an image with the hash {image}, which nobody uploaded");
        audit.violations.push(Violation::general(lane, Rule::ImageBytes, detail));
    }
    audit.checked.image_bytes = sent.len() as u64;
    let is_faulted = record.requests.iter().any(|request| request.fault.is_some());
    if is_faulted || sent.is_empty() {
        return;
    }
    for project in uploads.filter(|project| project.images.len() == project.hashes.len()) {
        for (image, _) in project.images.iter().zip(&project.hashes).filter(|(_, hash)| !sent.contains(hash)) {
            let detail = format!("the bytes of image {image} never reached the provider");
            audit.violations.push(super::violation(project, Rule::ImageBytes, detail));
        }
    }
}

#[cfg(test)]
mod tests;
