//! Sightings: what must have happened at least once, or the audit had nothing to look at.
//!
//! A run in which no request was ever repeated says nothing about repeated requests, however clean its audit is. Where
//! a run is too short to expect something, it is not demanded.

use serde::Serialize;

use crate::{
    audit::Checked,
    plan::{Lane, Plan},
    preset::Scenario,
    record::Tally,
    visit,
    workload::scenarios::{Step, steps},
};

/// With so many expected, none at all happens once in a thousand runs.
const SURELY: f64 = 7.0;
/// How long a step of a visit may take, in seconds, where not even the first visits of a run are in doubt.
const STEP_SECONDS: f64 = 10.0;
/// So few users may all be thinking at the moment at which the server is killed.
const FEW_USERS: usize = 8;

/// Something that happens in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// What.
    pub what: String,
    /// How often.
    pub count: u64,
    /// Whether the run does not count without it.
    pub is_demanded: bool,
}

impl Sighting {
    fn new(what: impl Into<String>, count: u64, is_demanded: bool) -> Self {
        Self { what: what.into(), count, is_demanded }
    }

    /// Whether it is missing.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.is_demanded && self.count == 0
    }
}

/// What a run saw, and what it should have seen.
#[must_use]
pub fn look(plan: &Plan, tally: &Tally, checked: &Checked) -> Vec<Sighting> {
    let turns = turns(tally);
    let expects = |share: f64| turns as f64 * share >= SURELY;
    let images = checked.images >= SURELY as u64;
    let mut all: Vec<_> = plan.preset.shares.iter().map(|share| completed(plan, tally, share.scenario)).collect();
    all.extend([
        Sighting::new("a streamed turn", checked.streams, expects(visit::STREAMED)),
        Sighting::new("a repeated key", checked.repeats, expects(visit::REPEATED)),
        Sighting::new("a key twice at the same time", checked.twins, expects(visit::TWINS)),
        // Some have ended before they can be called off.
        Sighting::new("a cancelled turn", checked.cancelled, expects(visit::CANCELLED / 2.0)),
        Sighting::new("two turns overlapping in one project", checked.overlapping, expects(visit::OVERLAPPED)),
        Sighting::new("a look into a project during the run", checked.reads, expects(visit::READ)),
    ]);
    if plan.preset.shares.iter().any(|share| has_images(share.scenario)) {
        all.push(Sighting::new("an image fact taken in", checked.taken_in, images));
    }
    for (what, count) in [("a cache hit", checked.cache_hits), ("a cache miss", checked.cache_misses)] {
        all.extend(count.map(|count| Sighting::new(what, count, expects(0.2))));
    }
    if let Some(share) = plan.faults.as_deref().and_then(share_of_429) {
        all.push(Sighting::new("a retry after an injected 429", checked.retries, expects(share / 2.0)));
    }
    if plan.kill {
        let caught = checked.interrupted + checked.indefinite;
        all.push(Sighting::new("a turn caught by the kill", caught, plan.users >= FEW_USERS));
        all.push(Sighting::new("an operation that met the server down", tally.met_down_time, plan.users >= FEW_USERS));
    }
    all
}

fn turns(tally: &Tally) -> u64 {
    tally.times(|row| row.lane == Lane::Main && row.operation.is_turn()).numbers().count
}

fn completed(plan: &Plan, tally: &Tally, scenario: Scenario) -> Sighting {
    let visits = tally.visits.get(&(Lane::Main, scenario)).copied().unwrap_or_default();
    let needed = steps(scenario).len() as f64 * STEP_SECONDS * plan.think_scale;
    Sighting::new(format!("{scenario} completed"), visits.finished, plan.hold.as_secs_f64() >= needed)
}

fn has_images(scenario: Scenario) -> bool {
    steps(scenario).iter().any(|step| matches!(step, Step::FromImages(_) | Step::EditWithImages(_)))
}

/// The share of requests that are to be refused with 429.
fn share_of_429(faults: &str) -> Option<f64> {
    let share = faults.split(',').find_map(|part| part.trim().strip_prefix("429:"))?;
    share.trim().strip_suffix('%')?.trim().parse::<f64>().ok().map(|percent| percent / 100.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        preset::PRESETS,
        record::{Operation, Subject, Visits},
    };

    fn tally(turns: u64) -> Tally {
        let mut tally = Tally::default();
        let subject = Subject { lane: Lane::Main, scenario: Scenario::NewProject, operation: Operation::Turn };
        (0..turns).for_each(|_| tally.rows.entry(subject).or_default().add(Duration::from_secs(1), false));
        for share in PRESETS[1].shares {
            tally.visits.insert((Lane::Main, share.scenario), Visits { begun: 9, finished: 8 });
        }
        tally
    }

    fn missing(plan: &Plan, tally: &Tally, checked: &Checked) -> Vec<String> {
        look(plan, tally, checked).into_iter().filter(Sighting::is_missing).map(|sighting| sighting.what).collect()
    }

    fn all_seen() -> Checked {
        let (streams, repeats, twins, cancelled, overlapping, reads) = (9, 9, 9, 9, 9, 9);
        Checked {
            streams,
            repeats,
            twins,
            cancelled,
            overlapping,
            reads,
            images: 20,
            taken_in: 20,
            ..Checked::default()
        }
    }

    #[test]
    fn a_run_that_saw_everything_misses_nothing() {
        let plan = Plan::of(&PRESETS[1], 1);
        assert_eq!(missing(&plan, &tally(800), &all_seen()), Vec::<String>::new());
    }

    #[test]
    fn a_long_run_that_never_saw_something_misses_it_and_a_short_one_does_not() {
        let plan = Plan::of(&PRESETS[1], 1);
        let blind = Checked { twins: 0, cancelled: 0, taken_in: 0, ..all_seen() };
        let all = ["a key twice at the same time", "a cancelled turn", "an image fact taken in"];
        assert_eq!(missing(&plan, &tally(800), &blind), all);
        assert_eq!(missing(&plan, &tally(50), &Checked { images: 2, ..blind }), Vec::<String>::new());
    }

    #[test]
    fn a_scenario_that_nobody_completed_is_missed_unless_there_was_no_time_for_it() {
        let mut plan = Plan::of(&PRESETS[1], 1);
        let mut tally = tally(50);
        tally.visits.insert((Lane::Main, Scenario::EditScene), Visits { begun: 9, finished: 0 });
        assert_eq!(missing(&plan, &tally, &all_seen()), ["edit_scene completed"]);
        plan.hold = Duration::from_secs(10);
        assert_eq!(missing(&plan, &tally, &all_seen()), Vec::<String>::new());
    }

    #[test]
    fn what_was_asked_for_must_have_happened() {
        let plan = Plan { kill: true, faults: Some("500:1%, 429:2%".to_owned()), ..Plan::of(&PRESETS[1], 1) };
        let all =
            ["a retry after an injected 429", "a turn caught by the kill", "an operation that met the server down"];
        assert_eq!(missing(&plan, &tally(800), &all_seen()), all);
    }
}
