//! Turns: acknowledged ones are stored exactly once, as they were answered, in their order; nothing else is.

use std::collections::HashMap;

use serde_json::Value;

use super::{Audit, Rule, violation, violation_of};
use crate::ledger::{Outcome, Project, Turn};

/// Two clocks of one machine and their rounding, in milliseconds.
const CLOCK_SLACK_MS: f64 = 5.0;

/// Compares the turns that a project has, the oldest first, with those that were sent.
#[must_use]
pub fn audit(project: &Project, stored: &[Value]) -> Audit {
    let mut audit = Audit::default();
    let word = |turn: &Value, name: &str| turn.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut by_prompt: HashMap<String, Vec<(usize, String, String)>> = HashMap::new();
    for (place, turn) in stored.iter().enumerate() {
        let found = (place, word(turn, "id"), word(turn, "status"));
        by_prompt.entry(word(turn, "prompt")).or_default().push(found);
    }
    let mut last_place = None;
    for turn in &project.turns {
        let found = by_prompt.remove(&turn.prompt).unwrap_or_default();
        count(&mut audit, turn, found.len());
        if found.len() > 1 {
            let ids: Vec<_> = found.iter().map(|(_, id, _)| id.as_str()).collect();
            let detail = format!("{} is stored {} times: {}", turn.key, found.len(), ids.join(", "));
            audit.violations.push(violation_of(project, turn, Rule::TurnOnce, detail));
        }
        let first = found.first().map(|(_, id, status)| (id.as_str(), status.as_str()));
        let problems = judge(turn, first).into_iter().chain(judge_repeats(turn)).chain(judge_cancel(turn, first));
        let place = found.first().and_then(|(place, _, _)| stored.get(*place));
        let problems: Vec<_> = problems.chain(judge_time(&mut audit, turn, place)).collect();
        for (rule, detail) in problems {
            audit.violations.push(violation_of(project, turn, rule, detail));
        }
        let Some((place, id, _)) = found.first() else { continue };
        if last_place.is_some_and(|last| *place < last) {
            let detail = format!("turn {id} ({}) is listed before one that was answered earlier", turn.key);
            audit.violations.push(violation_of(project, turn, Rule::TurnOrder, detail));
        }
        last_place = Some(*place);
    }
    let mut phantoms: Vec<_> = by_prompt.into_values().flatten().collect();
    phantoms.sort();
    for (_, id, status) in phantoms {
        audit.violations.push(violation(project, Rule::NoPhantom, format!("turn {id} ({status}) was never sent")));
    }
    audit
}

fn count(audit: &mut Audit, turn: &Turn, found: usize) {
    audit.checked.repeats += (turn.repeats.len() as u64).saturating_sub(u64::from(turn.twins));
    audit.checked.twins += u64::from(turn.twins);
    audit.checked.overlapping += u64::from(turn.is_overlapping);
    let is_cancelled = turn.cancel.as_ref().is_some_and(|cancel| cancel.answer.as_deref() == Ok("cancelled"));
    audit.checked.cancelled += u64::from(is_cancelled);
    match turn.outcome {
        Outcome::Ended { .. } | Outcome::Accepted { .. } => audit.checked.turns += 1,
        Outcome::Indefinite => {
            audit.checked.indefinite += 1;
            audit.checked.indefinite_stored += u64::from(found > 0);
        }
        Outcome::Rejected => {}
    }
}

fn judge(turn: &Turn, stored: Option<(&str, &str)>) -> Option<(Rule, String)> {
    let key = &turn.key;
    match (&turn.outcome, stored) {
        (Outcome::Ended { turn_id, .. } | Outcome::Accepted { turn_id }, None) => {
            Some((Rule::TurnStored, format!("turn {turn_id} ({key}) was acknowledged and is gone")))
        }
        (Outcome::Ended { turn_id, .. } | Outcome::Accepted { turn_id }, Some((id, _))) if turn_id != id => {
            Some((Rule::TurnSame, format!("{key} was answered as turn {turn_id} and is stored as {id}")))
        }
        (Outcome::Ended { turn_id, status }, Some((_, stored))) if !agrees(status, stored) => {
            Some((Rule::TurnSame, format!("turn {turn_id} ({key}) ended {status} and is stored as {stored}")))
        }
        (Outcome::Rejected, Some((id, _))) => {
            Some((Rule::NoPhantom, format!("{key} was refused and is stored as turn {id}")))
        }
        (Outcome::Ended { .. } | Outcome::Accepted { .. } | Outcome::Indefinite, Some(_))
        | (Outcome::Rejected | Outcome::Indefinite, None) => None,
    }
}

/// A stream says `completed` also when the brain asked back.
fn agrees(told: &str, stored: &str) -> bool {
    told == stored || (told == "completed" && stored == "clarification")
}

fn judge_repeats(turn: &Turn) -> Vec<(Rule, String)> {
    let Outcome::Ended { turn_id, .. } = &turn.outcome else { return Vec::new() };
    let key = &turn.key;
    let other = turn.repeats.iter().find(|repeat| *repeat != turn_id);
    let other = other.map(|other| format!("{key} sent again led to {other} instead of turn {turn_id}"));
    let quarrels = turn.quarrels.iter().map(|what| format!("{key} was answered twice and differently in {what}"));
    // Another turn has another answer, which needs not be said twice.
    let found: Vec<_> = other.into_iter().chain(quarrels).take(1).collect();
    found.into_iter().map(|detail| (Rule::Idempotent, detail)).collect()
}

/// A turn that was called off is stored as the answer to that said.
fn judge_cancel(turn: &Turn, stored: Option<(&str, &str)>) -> Option<(Rule, String)> {
    let (cancel, key) = (turn.cancel.as_ref()?, &turn.key);
    let (_, stored) = stored?;
    match &cancel.answer {
        Ok(told) if told == stored => None,
        Ok(told) => Some((Rule::Cancel, format!("{key} was called off and said to be {told}, stored is {stored}"))),
        Err(why) => Some((Rule::Cancel, format!("{key} could not be called off: {why}"))),
    }
}

/// The time that the server says cannot be longer than the one that its client measured.
fn judge_time(audit: &mut Audit, turn: &Turn, stored: Option<&Value>) -> Option<(Rule, String)> {
    let (Outcome::Ended { .. }, Some(seen)) = (&turn.outcome, turn.seen) else { return None };
    let said = stored?.pointer("/timing_ms/total")?.as_f64()?;
    audit.checked.timed += 1;
    let took = seen.took.as_secs_f64() * 1e3;
    let detail = || format!("{} took {said:.1} ms, as the server says, and its client waited {took:.1} ms", turn.key);
    (said > took + CLOCK_SLACK_MS).then(|| (Rule::Times, detail()))
}

#[cfg(test)]
mod tests;
