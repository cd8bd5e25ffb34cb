//! What is accepted as a baseline, what is refused, and when something is a regression.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::*;
use crate::{preset::PRESETS, record::Answered};

fn plan() -> Plan {
    Plan::of(&PRESETS[0], 1)
}

fn report_of(plan: &Plan, factor: f64) -> Value {
    let lengths: Vec<(f64, u64)> = (0..400).map(|turn| (factor * turn_ms(turn), 1)).collect();
    let overheads: Vec<(f64, u64)> = (0..400).map(|turn| (factor * 10.0 + f64::from(turn % 7), 1)).collect();
    json!({
        "fingerprint": Fingerprint::of(plan), "latency": { "turn_lengths": lengths, "overhead_lengths": overheads },
    })
}

fn turn_ms(turn: u32) -> f64 {
    1_500.0 + f64::from(turn * 37 % 400)
}

fn tally() -> (Tally, Overheads) {
    let mut tally = Tally::default();
    let turn = |turn: u32| Answered { mark: 1, turn, took: Duration::from_secs_f64(turn_ms(turn) / 1e3) };
    let answered: Vec<Answered> = (0..400).map(turn).collect();
    let subject = crate::record::Subject {
        lane: Lane::Main,
        scenario: PRESETS[0].shares[0].scenario,
        operation: crate::record::Operation::Turn,
    };
    answered.iter().for_each(|turn| tally.rows.entry(subject).or_default().add(turn.took, false));
    tally.answered.insert(Lane::Main, answered);
    let overheads = (0..400).map(|turn| Duration::from_millis(10 + turn % 7)).collect();
    (tally, Overheads { each: [(Lane::Main, overheads)].into() })
}

fn save(report: &Value) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    fs::write(&path, report.to_string()).unwrap();
    (folder, path)
}

#[test]
fn a_report_of_the_same_run_is_compared_and_one_of_another_run_is_refused() {
    let (_folder, path) = save(&report_of(&plan(), 1.0));
    assert!(matches!(Baseline::open(&path, &plan()), Ok(Baseline::Past(_))));

    for other in [Plan { seed: 2, ..plan() }, Plan { users: 9, ..plan() }, Plan::of(&PRESETS[1], 1)] {
        let refused = Baseline::open(&path, &other).unwrap_err().to_string();
        assert!(refused.contains("of another run"), "{refused}");
    }
}

#[test]
fn a_program_must_be_one_that_may_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server");
    fs::write(&path, "#!/bin/sh\n").unwrap();
    assert!(Baseline::open(&path, &plan()).unwrap_err().to_string().contains("neither"));

    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();

    assert!(matches!(Baseline::open(&path, &plan()), Ok(Baseline::Program(found)) if found == path));
    assert!(Baseline::open(&folder.path().join("nothing"), &plan()).is_err());
}

#[test]
fn the_same_times_are_no_regression_and_a_tenth_more_is_one() {
    // The earlier run was as fast, or faster by a tenth, or slower.
    for (factor, expected) in [(1.0, [false; 3]), (0.9, [true, true, true]), (1.2, [false; 3])] {
        let (_folder, path) = save(&report_of(&plan(), factor));
        let plan = Plan { baseline: Some(Baseline::open(&path, &plan()).unwrap()), ..plan() };
        let (tally, overheads) = tally();

        let compared = compare(&plan, &tally, &overheads).unwrap();

        let found: Vec<bool> = compared.rows.iter().map(|row| row.is_regression).collect();
        assert_eq!(found, expected, "{factor}: {compared:?}");
    }
}

#[test]
fn what_neither_provider_saw_is_not_compared() {
    let (tally, _) = tally();
    let plan = Plan { baseline: Some(Baseline::Past(Past::default())), ..plan() };
    assert!(compare(&plan, &tally, &Overheads::default()).unwrap().rows.is_empty());
    assert!(compare(&Plan { baseline: None, ..plan }, &tally, &Overheads::default()).is_none());
}

#[test]
fn a_server_is_seldom_called_slower_than_itself() {
    let plan = Plan { baseline: Some(Baseline::Program(PathBuf::from("another"))), ..plan() };
    let cries = (0..30).filter(|seed| {
        let mut dice = ChaCha8Rng::seed_from_u64(*seed);
        let mut drawn = |lane: Lane| {
            let took =
                |turn| Answered { mark: 1, turn, took: Duration::from_secs_f64(0.9 - 0.6 * dice.random::<f64>().ln()) };
            (lane, (0..80).map(took).collect::<Vec<_>>())
        };
        let answered = [drawn(Lane::Main), drawn(Lane::Baseline)].into();
        let overhead = |lane: &Lane, turns: &[Answered]| (*lane, turns.iter().map(|turn| turn.took / 50).collect());
        let tally = Tally { answered, ..Tally::default() };
        let overheads = Overheads { each: tally.answered.iter().map(|(lane, turns)| overhead(lane, turns)).collect() };
        compare(&plan, &tally, &overheads).unwrap().rows.iter().any(|row| row.is_regression)
    });
    assert!(cries.count() <= 3);
}

#[test]
fn too_few_turns_are_not_compared() {
    let turn = |turn| Answered { mark: 1, turn, took: Duration::from_secs(1) };
    let answered = [Lane::Main, Lane::Baseline].map(|lane| (lane, (0..20).map(turn).collect()));
    let tally = Tally { answered: answered.into(), ..Tally::default() };
    let plan = Plan { baseline: Some(Baseline::Program(PathBuf::from("another"))), ..plan() };
    assert!(compare(&plan, &tally, &Overheads::default()).unwrap().rows.is_empty());
}
