//! Every form of the report tells the same verdict, and none of them needs anything else to be read.

mod whole;

use super::*;
use crate::{
    audit::{Rule, Violation},
    leak::Heap,
    preset::PRESETS,
    record::{Operation, Second, Subject},
    verdict::Outcome,
};

fn tally() -> Tally {
    let mut tally = Tally::default();
    for share in PRESETS[0].shares {
        let subject = Subject { lane: Lane::Main, scenario: share.scenario, operation: Operation::Turn };
        let times = tally.rows.entry(subject).or_default();
        for turn in 0..20 {
            times.add(Duration::from_millis(1_500 + 50 * turn), false);
        }
        tally.visits.insert((Lane::Main, share.scenario), Visits { begun: 7, finished: 6 });
    }
    tally.all_here = Some(Duration::from_secs(1));
    tally.busy = Duration::from_secs(80);
    tally.thinking = Duration::from_secs(70);
    tally.seconds =
        (0..31).map(|_| Second { users: 5, turns: 1, turn_ms: vec![2_000.0], ..Second::default() }).collect();
    tally
}

/// A server that holds 20 MiB, 3 of them in a cache.
fn samples() -> Vec<leak::Sample> {
    let caches = BTreeMap::from([("image_facts".to_owned(), 3 << 20)]);
    let heap = Heap { allocated: 20 << 20, caches, operations: 0 };
    let look = |quarter: u64| leak::Sample {
        at: Duration::from_millis(250 * quarter),
        turns: quarter / 4,
        heap: Some(Heap { operations: 80 * quarter, ..heap.clone() }),
        resident: None,
    };
    (0..120).map(look).collect()
}

fn report(audit: Audit) -> Report {
    let end = End {
        lasted: Duration::from_secs(33),
        driven: Driven { rows: 40, is_cancelled: false },
        cpu_share: Some(0.02),
        death: None,
        unclean: Vec::new(),
        memory: Some(Memory { rss: 30 << 20, peak: 40 << 20, descriptors: 20, threads: 4 }),
        samples: samples(),
        leak: leak::judge(&Plan::of(&PRESETS[0], 42), &samples(), None),
        audit,
        overheads: Overheads::default(),
        arrivals: None,
    };
    build(&Plan::of(&PRESETS[0], 42), &tally(), end)
}

fn broken() -> Audit {
    let detail = "turn <t> & \"co\" is gone".to_owned();
    let violation = Violation { rule: Rule::TurnStored, lane: Lane::Main, project: "p".to_owned(), detail };
    Audit { violations: vec![violation], ..Audit::default() }
}

#[test]
fn an_interrupted_run_leaves_the_last_complete_report_alone() {
    let folder = tempfile::tempdir().unwrap();
    let complete = report(Audit::default());
    let place = write(&complete, folder.path()).unwrap();
    assert_eq!(place, folder.path());
    let interrupted = Report { is_complete: false, preset: "interrupted", ..report(Audit::default()) };

    let place = write(&interrupted, folder.path()).unwrap();

    let preset = |folder: &Path| {
        let text = fs::read(folder.join("report.json")).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap()["preset"].clone()
    };
    assert_eq!(preset(folder.path()), complete.preset);
    assert_eq!(preset(&place), "interrupted");
}

#[test]
fn all_forms_tell_the_same_verdict() {
    let report = report(Audit::default());
    assert_eq!(report.verdict.outcome, Outcome::Pass, "{:?} {:?}", report.verdict, report.validity);
    let texts = [terminal::render(&report), md::render(&report), html::render(&report)];
    for text in texts {
        assert!(text.contains("PASS") && text.contains(&report.verdict.sentence), "{text}");
    }
    assert!(junit::render(&report).contains("failures=\"0\""));
    assert_eq!(report.totals.turns_per_second, 1.0);
    assert_eq!(report.distribution.iter().map(|bin| bin.count).sum::<u64>(), 40);
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = html::render(&report(Audit::default()));
    for foreign in ["<script", "http:", "https:", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && !page.contains("NaN"));
}

#[test]
fn what_was_found_is_quoted_where_it_could_be_taken_for_markup() {
    let report = report(broken());
    assert_eq!(report.verdict.outcome, Outcome::Incorrect);
    for text in [html::render(&report), junit::render(&report)] {
        assert!(text.contains("turn &lt;t&gt; &amp; ") && !text.contains("<t>"), "{text}");
    }
    assert!(junit::render(&report).contains("failures=\"1\""));
}

#[test]
fn the_json_has_what_a_reader_needs() {
    let json = serde_json::to_value(report(Audit::default())).unwrap();
    assert_eq!(json["schema"], SCHEMA);
    assert_eq!(json["verdict"]["outcome"], "pass");
    assert_eq!(json["scenarios"][0]["turns"]["count"], 20);
    assert_eq!(json["memory"]["peak"], 40 << 20);
    assert_eq!(json["leak"]["finding"], "inconclusive");
    assert_eq!(json["leak"]["heap"]["caches"]["image_facts"], 3 << 20);
    assert_eq!(json["series"][7]["heap"]["unexplained"], 17 << 20);
}

#[test]
fn every_form_tells_caches_apart_from_growth_that_nobody_declares() {
    let report = report(Audit::default());
    for text in [terminal::render(&report), md::render(&report), html::render(&report)] {
        for told in [
            "20.0 MiB allocated: 3.0 MiB in declared caches, 17.0 MiB else",
            "320 reads and writes/s",
            "image_facts 3.0 MiB",
            "INCONCLUSIVE",
        ] {
            assert!(text.contains(told), "{told} in {text}");
        }
    }
    assert!(html::render(&report).contains("Memory leak: inconclusive"));
}
