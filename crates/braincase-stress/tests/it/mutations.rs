//! The harness is put to the test: each way in which a server can be wrong leads to its verdict, and a good server to none.

use braincase_stress::audit::Rule;
use futures_util::future::join_all;

use crate::{
    program::{Ended, Stage},
    stub::Fault,
};

/// What a run must come to.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    /// A broken promise of this kind, exit code 5.
    Broken(Rule),
    /// A missed target of this name, a clean audit, exit code 1.
    Missed(&'static str),
    /// No complaint, exit code 0.
    Pass,
}

use Wanted::{Broken, Missed, Pass};

/// Every fault with the verdict that it must lead to.
const TABLE: [(Fault, Wanted); 42] = [
    (Fault::SplitUtf8, Pass),
    (Fault::Drop, Broken(Rule::TurnStored)),
    (Fault::Duplicate, Broken(Rule::TurnOnce)),
    (Fault::OtherEnd, Broken(Rule::TurnSame)),
    (Fault::Phantom, Broken(Rule::NoPhantom)),
    (Fault::Shuffle, Broken(Rule::TurnOrder)),
    (Fault::Mirage, Broken(Rule::Reads)),
    (Fault::IgnoreKeys, Broken(Rule::Idempotent)),
    (Fault::KeyRace, Broken(Rule::Idempotent)),
    (Fault::OtherAnswer, Broken(Rule::Idempotent)),
    (Fault::NoFacts, Broken(Rule::ImageFacts)),
    (Fault::FactsTwice, Broken(Rule::FactsOnce)),
    (Fault::OtherImage, Broken(Rule::ImageBytes)),
    (Fault::EventGap, Broken(Rule::EventSequence)),
    (Fault::TwoEnds, Broken(Rule::OneEnd)),
    (Fault::NoEnd, Broken(Rule::Stream)),
    (Fault::OtherReply, Broken(Rule::Stream)),
    (Fault::BrokenUtf8, Broken(Rule::Stream)),
    (Fault::Zombie, Broken(Rule::Cancel)),
    (Fault::DeafToCancel, Broken(Rule::Cancel)),
    (Fault::NoEffect, Broken(Rule::Effects)),
    (Fault::CrossEcho, Broken(Rule::NoCrossing)),
    (Fault::CrossPrompt, Broken(Rule::NoCrossing)),
    (Fault::TooLong, Broken(Rule::Prompt)),
    (Fault::Wordless, Broken(Rule::Prompt)),
    (Fault::WrongCost, Broken(Rule::Cost)),
    (Fault::TornRecord, Broken(Rule::ProviderRecord)),
    (Fault::WrongCount, Broken(Rule::Counters)),
    (Fault::WrongTimes, Broken(Rule::Times)),
    (Fault::NoRetryAfter, Broken(Rule::Contract)),
    (Fault::Untyped, Broken(Rule::Contract)),
    (Fault::LeakTasks, Broken(Rule::Drained)),
    (Fault::LeakStreams, Broken(Rule::Drained)),
    (Fault::Unreadable, Broken(Rule::Readable)),
    (Fault::ForgetsWhenKilled, Broken(Rule::TurnStored)),
    (Fault::Errors, Missed("error rate of turns")),
    (Fault::LateErrors, Missed("error rate of turns")),
    (Fault::Panic, Missed("error rate of turns")),
    (Fault::FailedTurns, Missed("error rate of turns")),
    (Fault::CutStreams, Missed("error rate of turns")),
    (Fault::Stall, Missed("p95 of turns")),
    (Fault::LeakBytes, Missed("memory left behind by a turn")),
];

/// What the run needs so that the fault can show.
fn options(fault: Fault) -> &'static [&'static str] {
    match fault {
        Fault::LeakBytes => &["--users", "12", "--duration", "11", "--think-scale", "0.3"],
        Fault::ForgetsWhenKilled => &["--users", "7", "--duration", "4", "--kill"],
        Fault::Stall => &["--users", "12", "--duration", "3"],
        Fault::KeyRace | Fault::Zombie | Fault::DeafToCancel => {
            &["--users", "12", "--duration", "4", "--think-scale", "0.1"]
        }
        _ => &["--users", "5", "--duration", "2", "--think-scale", "0.3"],
    }
}

fn complaint(fault: Fault, wanted: Wanted, ended: &Ended) -> Option<String> {
    let has_violations = ended.report["audit"]["violations"].as_array().is_none_or(|found| !found.is_empty());
    let is_as_wanted = match wanted {
        Broken(rule) => ended.code == Some(5) && ended.breaks(rule),
        Missed(target) => {
            ended.code == Some(1)
                && !has_violations
                && ended.sentence().starts_with("missed: ")
                && ended.sentence().contains(target)
        }
        Pass => ended.code == Some(0) && !has_violations,
    };
    (!is_as_wanted).then(|| format!("{fault:?}: {wanted:?} wanted, got {:?}: {}", ended.code, ended.sentence()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_leads_to_its_verdict() {
    let runs = TABLE.map(|(fault, wanted)| async move {
        let ended = Stage::of(fault).await.run("phase4_target", options(fault)).await;
        complaint(fault, wanted, &ended)
    });

    let complaints: Vec<_> = join_all(runs).await.into_iter().flatten().collect();

    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_promise_is_broken_by_some_fault() {
    for rule in Rule::ALL {
        let is_broken = TABLE.iter().any(|(_, wanted)| matches!(wanted, Broken(broken) if *broken == rule));
        assert!(is_broken, "nobody knows whether the harness would find it: {}", rule.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_server_gives_no_false_alarm_in_twenty_runs() {
    let runs = (1..=20).map(|seed| async move {
        let seed = seed.to_string();
        let options = ["--users", "5", "--duration", "2", "--think-scale", "0.3", "--seed", &seed];
        let ended = Stage::of(Fault::None).await.run("phase4_target", &options).await;
        let checked = &ended.report["audit"]["checked"];
        let count = |name: &str| checked[name].as_u64().unwrap_or_default();
        let is_blind = ["turns", "images", "repeats", "streams", "upstream", "counters", "drained", "timed"]
            .into_iter()
            .find(|name| count(name) == 0);
        let blind = is_blind.map(|name| format!("seed {seed}: nothing was looked at in {name}: {checked}"));
        complaint(Fault::None, Pass, &ended).map(|why| format!("seed {seed}: {why}")).or(blind)
    });

    let complaints: Vec<_> = join_all(runs).await.into_iter().flatten().collect();

    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_that_the_provider_failed_on_purpose_are_counted_apart() {
    let stage = Stage::of(Fault::FaultedTurns).await;

    let ended = stage.run("smoke", &["--users", "8", "--duration", "2", "--faults", "500:20%"]).await;

    assert_eq!(ended.code, Some(0), "{}", ended.sentence());
    let apart = &ended.report["apart"];
    assert!(apart["faulted"]["errors"].as_u64() > Some(0) && apart["judged"]["errors"] == 0, "{apart}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_comes_back_with_everything_passes() {
    let stage = Stage::of(Fault::None).await;

    let ended = stage.run("smoke", &["--users", "7", "--duration", "3", "--kill"]).await;

    assert_eq!(ended.code, Some(0), "{}", ended.sentence());
    assert!(stage.folder.path().join("server.again").exists(), "it was never started again");
    assert!(ended.report["down"]["lasted_s"].as_f64() > Some(0.0), "{}", ended.report["down"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn violations_are_told_with_what_is_needed_to_see_them_again() {
    let ended = Stage::of(Fault::Duplicate).await.run("phase4_target", options(Fault::Duplicate)).await;

    let found = &ended.report["audit"]["violations"][0];
    assert!(found["request"].as_str().unwrap().starts_with("stress-bc") && found["operation"].is_string(), "{found}");
    let again = "again: cargo xtask stress phase4_target --seed 1 --users 5 --duration 2 --ramp 0";
    assert!(ended.stdout.contains(again) && ended.stdout.contains("(seed 1)"), "{}", ended.stdout);
    let lines = ended.stdout.lines().filter(|line| line.starts_with("  ✗ [")).count();
    assert!((1..=20).contains(&lines), "{lines} violations are listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_user_is_counted_and_makes_the_run_invalid() {
    let stage = Stage::of(Fault::None).await;

    let ended = stage.run("smoke", &["--users", "4", "--duration", "3", "--panic-at-visit", "1"]).await;

    assert_eq!(ended.code, Some(3), "{}", ended.sentence());
    assert_eq!(ended.report["validity"]["panics"], 4, "one for each user, and the users lived on");
    let visits =
        ended.report["scenarios"].as_array().unwrap().iter().map(|row| row["visits"]["begun"].as_u64().unwrap());
    assert!(visits.sum::<u64>() > 8, "no user came a third time");
}
