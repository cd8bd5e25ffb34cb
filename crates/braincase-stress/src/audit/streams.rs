//! Streams: what a turn told while it ran is what the project's events say afterwards, and it was told whole.

use serde_json::Value;

use super::{Audit, Rule, violation_of};
use crate::{
    ledger::{Outcome, Project, Turn},
    sse::Seen,
};

/// Compares what was told live with the events of the project, and its end with what is stored.
#[must_use]
pub fn audit(project: &Project, seen: &[Seen], stored: &[Value]) -> Audit {
    let mut audit = Audit::default();
    for turn in project.turns.iter().filter(|turn| !turn.told.is_empty() || !turn.flaws.is_empty()) {
        audit.checked.streams += 1;
        let others = turn.told.iter().filter_map(|event| differs(event, seen));
        let problems = turn.flaws.iter().cloned().chain(others).chain(wrong_end(turn, stored));
        audit.violations.extend(problems.map(|problem| {
            let detail = format!("the stream of {}: {problem}", turn.key);
            violation_of(project, turn, Rule::Stream, detail)
        }));
    }
    audit
}

fn differs(event: &Seen, seen: &[Seen]) -> Option<String> {
    // Words without a number, as at the end of a server, are not part of the story.
    event.kind?;
    let Some(other) = seen.iter().find(|other| other.seq == event.seq) else {
        return Some(format!("event {} is not among the events of the project", event.seq));
    };
    let parse = |text| serde_json::from_str::<Value>(text).unwrap_or_default();
    let is_same = event.text == other.text || parse(&event.text) == parse(&other.text);
    (!is_same).then(|| format!("event {} was told in other words than it is stored", event.seq))
}

/// The reply at the end of the stream is the one that is stored.
fn wrong_end(turn: &Turn, stored: &[Value]) -> Option<String> {
    let Outcome::Ended { turn_id, .. } = &turn.outcome else { return None };
    let end = turn.told.iter().rev().find(|event| event.kind.is_some_and(|kind| kind.ends_turn()))?;
    let told: Value = serde_json::from_str(&end.text).ok()?;
    let reply = told.pointer("/data/reply").filter(|reply| reply.is_string())?;
    let stored = stored.iter().find(|stored| stored["id"] == turn_id.as_str())?;
    (stored["reply"] != *reply).then(|| format!("it ended with the reply {reply}, stored is {}", stored["reply"]))
}

#[cfg(test)]
mod tests {
    use braincase_core::event::EventKind;
    use serde_json::json;

    use super::*;
    use crate::{plan::Lane, preset::Scenario};

    fn event(seq: i64, kind: EventKind, reply: &str) -> Seen {
        let text = json!({ "seq": seq, "data": { "reply": reply } }).to_string();
        Seen { seq, kind: Some(kind), text, ..Seen::default() }
    }

    fn problems(told: Vec<Seen>, seen: &[Seen], reply: &str) -> usize {
        let outcome = Outcome::Ended { turn_id: "t".to_owned(), status: "completed".to_owned() };
        let turn = Turn { told, outcome, ..Turn::new(1, "p".to_owned(), "k".to_owned()) };
        let mut project = Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject);
        project.turns.push(turn);
        let audit = audit(&project, seen, &[json!({ "id": "t", "reply": reply })]);
        assert!(audit.violations.iter().all(|violation| violation.rule == Rule::Stream));
        audit.violations.len()
    }

    #[test]
    fn what_was_told_is_what_is_there() {
        let told = || vec![event(1, EventKind::TurnAccepted, ""), event(4, EventKind::TurnCompleted, "done")];
        let project = [told(), vec![event(2, EventKind::Decision, "")]].concat();
        assert_eq!(problems(told(), &project, "done"), 0);
        assert_eq!(problems(told(), &project[1..], "done"), 1, "an event that is not there");
        assert_eq!(problems(vec![event(1, EventKind::TurnAccepted, "other words")], &project, ""), 1);
        assert_eq!(problems(told(), &project, "something else"), 1);
    }
}
