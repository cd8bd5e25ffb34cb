//! Events: numbered without a gap, one end for every accepted turn, nothing of other projects.

use std::{collections::BTreeMap, time::Duration};

use braincase_core::event::EventKind;

use super::{Audit, Rule, crossing, violation};
use crate::{
    client::{Api, Refusal},
    ledger::{Outcome, Project},
    sse::{self, Seen},
    workload::canary::Aviary,
};

/// How long a stream must be silent until it is taken to have told all: shorter when nothing is missing.
const SILENCE_WHEN_WHOLE: Duration = Duration::from_millis(150);
const SILENCE: Duration = Duration::from_secs(2);
/// More events than any visit can cause.
const MAX_EVENTS: usize = 20_000;

/// Reads the events of a project from the first one on.
///
/// # Errors
/// When the stream does not open or breaks.
pub async fn collect(api: &Api, project: &Project) -> Result<Vec<Seen>, Refusal> {
    let mut events = sse::events(api.open_events(&project.id).await?);
    let mut seen = Vec::new();
    while seen.len() < MAX_EVENTS {
        let silence = if is_whole(project, &seen) { SILENCE_WHEN_WHOLE } else { SILENCE };
        match sse::next_within(&mut events, silence).await {
            // Words without a number, as at the end of a server, are not part of the story.
            Some(Ok(event)) if event.kind.is_none() && event.seq == 0 => {}
            Some(Ok(event)) => seen.push(event),
            Some(Err(why)) => return Err(Refusal::Indefinite(why.to_string())),
            None => break,
        }
    }
    Ok(seen)
}

fn is_whole(project: &Project, seen: &[Seen]) -> bool {
    let of = |wanted: fn(EventKind) -> bool| seen.iter().filter(|event| event.kind.is_some_and(wanted)).count();
    let ended = project.turns.iter().filter(|turn| matches!(turn.outcome, Outcome::Ended { .. })).count();
    let images = project.images.len();
    of(EventKind::ends_turn) >= ended
        && of(|kind| kind == EventKind::ImageFactsReady) >= images
        && of(|kind| kind == EventKind::ImageFactsProcessed) >= images
}

/// Checks what was read.
#[must_use]
pub fn audit(project: &Project, seen: &[Seen], aviary: Aviary) -> Audit {
    let mut audit = Audit::default();
    audit.checked.events = seen.len() as u64;
    if let Some((expected, event)) = (1..).zip(seen).find(|(expected, event)| *expected != event.seq) {
        let detail = format!("event {} came where {expected} was due", event.seq);
        audit.violations.push(violation(project, Rule::EventSequence, detail));
    }
    let ends = ends_by_turn(seen);
    for (turn, (accepted, ended)) in &ends {
        if *accepted != 1 || *ended != 1 {
            let detail = format!("turn {turn} was accepted {accepted} times and ended {ended} times");
            audit.violations.push(violation(project, Rule::OneEnd, detail));
        }
    }
    for turn in &project.turns {
        let (Outcome::Ended { turn_id, .. } | Outcome::Accepted { turn_id }) = &turn.outcome else { continue };
        if !ends.contains_key(turn_id.as_str()) {
            let detail = format!("turn {turn_id} ({}) has neither a beginning nor an end", turn.key);
            audit.violations.push(violation(project, Rule::OneEnd, detail));
        }
    }
    for event in seen {
        let foreign = aviary.projects_in(&event.text).into_iter().filter(|mark| *mark != project.mark);
        audit.violations.extend(foreign.map(|mark| crossing(project, &format!("event {}", event.seq), mark)));
    }
    audit
}

fn ends_by_turn(seen: &[Seen]) -> BTreeMap<&str, (u32, u32)> {
    let mut ends: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for event in seen {
        let (Some(turn), Some(kind)) = (&event.turn_id, event.kind) else { continue };
        let is_start = kind == EventKind::TurnAccepted;
        if is_start || kind.ends_turn() {
            let counts = ends.entry(turn).or_default();
            counts.0 += u32::from(is_start);
            counts.1 += u32::from(kind.ends_turn());
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ledger::Turn, plan::Lane, preset::Scenario};

    const AVIARY: Aviary = Aviary::of(5);

    fn project() -> Project {
        let turn = Turn {
            prompt: String::new(),
            key: "key".to_owned(),
            outcome: Outcome::Ended { turn_id: "t".to_owned(), status: "completed".to_owned() },
            ..Turn::new(1, String::new(), "key".to_owned())
        };
        Project { turns: vec![turn], ..Project::new(Lane::Main, "p".to_owned(), 1, Scenario::NewProject) }
    }

    fn seen(seq: i64, kind: EventKind) -> Seen {
        Seen { seq, kind: Some(kind), turn_id: Some("t".to_owned()), text: AVIARY.canary(1, 1), flaw: None }
    }

    fn broken(seen: &[Seen]) -> Vec<Rule> {
        audit(&project(), seen, AVIARY).violations.into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn a_whole_story_is_fine() {
        let story = [seen(1, EventKind::TurnAccepted), seen(2, EventKind::Decision), seen(3, EventKind::TurnCompleted)];
        assert_eq!(broken(&story), []);
        assert!(is_whole(&project(), &story) && !is_whole(&project(), &story[..2]));
    }

    #[test]
    fn a_gap_is_found_also_at_the_start() {
        assert_eq!(broken(&[seen(1, EventKind::TurnAccepted), seen(3, EventKind::TurnFailed)]), [Rule::EventSequence]);
        assert_eq!(broken(&[seen(2, EventKind::TurnAccepted), seen(3, EventKind::TurnFailed)]), [Rule::EventSequence]);
    }

    #[test]
    fn two_ends_or_none_are_found() {
        let twice =
            [seen(1, EventKind::TurnAccepted), seen(2, EventKind::TurnFailed), seen(3, EventKind::TurnCompleted)];
        assert_eq!(broken(&twice), [Rule::OneEnd]);
        assert_eq!(broken(&twice[..1]), [Rule::OneEnd]);
        assert_eq!(broken(&[]), [Rule::OneEnd]);
    }

    #[test]
    fn text_of_another_project_is_found() {
        let mut story = [seen(1, EventKind::TurnAccepted), seen(2, EventKind::TurnCompleted)];
        story[1].text = AVIARY.canary(2, 1);
        assert_eq!(broken(&story), [Rule::NoCrossing]);
    }
}
