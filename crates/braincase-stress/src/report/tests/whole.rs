//! Whole reports of five minutes in which everything happened that can: they are complete, small, and stay text.

use proptest::prelude::*;

use super::*;
use crate::{
    capacity::{Capacity, Level, Limit, Purpose, Slo},
    client::{Ended, Refusal},
    leak::{Finding, Fit, Growth, Signal},
    plan::Model,
    record::{Failure, Kind, Sample},
    report::chart::tests::{HOSTILE, flaw},
    sightings::Sighting,
    stats::{Interval, usl},
    validity::Effort,
};

/// What a page may have, also of the longest preset.
const MAX_PAGE: usize = 200_000;

/// Fifty users for five minutes with failures of several kinds, on a server that grows.
fn tally(seconds: u32) -> Tally {
    let mut tally = Tally::default();
    for (index, share) in PRESETS[2].shares.iter().enumerate() {
        tally.visits.insert((Lane::Main, share.scenario), Visits { begun: 40 + index as u64, finished: 40 });
    }
    for second in 0..seconds {
        let slow = f64::from(second % 37) / 12.0;
        let turn_ms: Vec<f64> = (0..16).map(|turn| 700.0 + 110.0 * f64::from(turn) + 300.0 * slow * slow).collect();
        for (turn, ms) in turn_ms.iter().enumerate() {
            let share = PRESETS[2].shares[turn % 4];
            let subject = Subject { lane: Lane::Main, scenario: share.scenario, operation: Operation::Turn };
            let took = Duration::from_secs_f64(ms / 1e3);
            tally.rows.entry(subject).or_default().add(took, second % 40 == 0 && turn == 3);
            tally.first_event.add(took / 20, false);
            tally.first_content.add(took / 2, false);
            tally.overhead.add(took / 50, false);
        }
        for (kind, every) in kinds() {
            if second % every == 0 {
                *tally.kinds.entry(kind).or_default().entry(second as usize).or_default() += u64::from(every % 3 + 1);
            }
        }
        let memory =
            Memory { rss: (50 << 20) + u64::from(second) * 9_000, peak: 60 << 20, descriptors: 99, threads: 9 };
        tally.seconds.push(Second {
            users: 50.min(second as usize),
            turns: turn_ms.len() as u64,
            errors: u64::from(second % 40 == 0),
            first_ms: turn_ms.iter().map(|ms| ms / 2.0).collect(),
            turn_ms,
            memory: Some(memory),
            ..Second::default()
        });
    }
    tally.errors.insert("turn: 429: slow down".to_owned(), 9);
    tally.all_here = Some(Duration::from_secs(60));
    tally.busy = Duration::from_secs(9_000);
    tally.thinking = Duration::from_secs(6_000);
    tally
}

fn kinds() -> [(Kind, u32); 4] {
    let rejected = Refusal::Rejected { status: 429, text: String::new() };
    let cut = Refusal::Cut { turn_id: String::new(), why: String::new() };
    let failed = Ended { status: "failed".to_owned(), ..Ended::default() };
    [
        (Failure::refused("turn", &rejected).kind, 7),
        (Failure::refused("turn", &cut).kind, 40),
        (Failure::refused("turn", &Refusal::Indefinite("500: oh".to_owned())).kind, 23),
        (Failure::ended(&failed).unwrap().kind, 31),
    ]
}

fn capacity() -> Capacity {
    let at = |users: f64| 0.34 * users / (1.0 + 0.03 * (users - 1.0) + 0.0001 * users * (users - 1.0));
    let counts = [8, 16, 32, 64, 128, 96, 112];
    let level = |users: usize| Level {
        users,
        purpose: Purpose::Double,
        turns: 200,
        turns_per_second: at(users as f64),
        error_rate: 0.0,
        p50_ms: 900.0,
        p95_ms: 20.0 * users as f64,
        p95_interval: Interval { low: 18.0 * users as f64, high: f64::INFINITY },
        is_met: users < 110,
        cpu: None,
    };
    let levels: Vec<Level> = counts.map(level).into();
    let points: Vec<usl::Level> = levels
        .iter()
        .map(|level| usl::Level { users: level.users as f64, throughput: level.turns_per_second, count: 200 })
        .collect();
    let usl = usl::fit(&points, 1);
    Capacity {
        sentence: "about 96 users: first answer < 3 s for 95 % of turns; contention 3 %".to_owned(),
        slo: Slo::default(),
        users: Some(96),
        limit: Limit::Server,
        curve: (1..=40).map(|step| (f64::from(step) * 6.4, at(f64::from(step) * 6.4))).collect(),
        levels,
        usl,
    }
}

fn samples(seconds: u32) -> Vec<leak::Sample> {
    let caches = BTreeMap::from([("image_facts".to_owned(), 3 << 20)]);
    let look = |second: u32| leak::Sample {
        at: Duration::from_secs(u64::from(second)),
        turns: u64::from(second) * 16,
        heap: Some(Heap {
            allocated: (20 << 20) + u64::from(second) * 40_000,
            caches: caches.clone(),
            operations: 80 * u64::from(second),
        }),
        resident: None,
    };
    (0..seconds).map(look).collect()
}

/// A report of everything, the same on every machine.
fn whole(seconds: u32) -> Report {
    let plan = Plan::of(&PRESETS[2], 42);
    let samples = samples(seconds);
    let end = End {
        lasted: Duration::from_secs(363),
        driven: Driven { rows: u64::from(seconds) * 16, is_cancelled: false },
        effort: Effort { cpu_share: Some(0.21), timer_lag: Some(Duration::from_micros(1_400)) },
        death: None,
        unclean: Vec::new(),
        memory: Some(Memory { rss: 50 << 20, peak: 60 << 20, descriptors: 99, threads: 9 }),
        leak: leak::judge(&plan, &samples, samples.last()),
        samples,
        audit: broken(),
        overheads: Overheads::default(),
        arrivals: None,
        apart: None,
        down: None,
    };
    let mut report = build(&plan, &tally(seconds), end);
    report.machine.cpu = "Example CPU".to_owned();
    report.machine.cpus = 2;
    report.machine.harness = "0.0.0";
    report.machine.build = "release";
    report.capacity = Some(capacity());
    report.sightings = sightings();
    report
}

/// One that was seen, one that should have been, and one that need not have been.
fn sightings() -> Vec<Sighting> {
    let sighting = |what: &str, count, is_demanded| Sighting { what: what.to_owned(), count, is_demanded };
    vec![sighting("a repeated key", 7, true), sighting("a cancelled turn", 0, true), sighting("a cache miss", 0, false)]
}

fn pictures(page: &str) -> Vec<String> {
    page.split("<svg").skip(1).map(|rest| format!("<svg{}</svg>", rest.split("</svg>").next().unwrap())).collect()
}

#[test]
fn a_page_of_five_minutes_shows_everything_and_stays_small() {
    let page = html::render(&whole(362));

    let pictures = pictures(&page);
    for picture in &pictures {
        assert_eq!(flaw(picture), None, "{picture}");
    }
    let charts =
        ["capacity", "load", "turns", "first", "heatmap", "spectrum", "errors", "memory", "leak", "descriptors"];
    let missing: Vec<_> = charts.iter().filter(|id| !page.contains(&format!("<figure id=\"{id}\">"))).collect();
    assert_eq!((missing, pictures.len()), (Vec::new(), charts.len()));
    assert!(page.len() < MAX_PAGE, "{} bytes", page.len());
}

#[test]
fn the_line_of_the_leak_rule_is_drawn_with_its_band() {
    let report = whole(362);
    let leak = report.leak.as_ref().unwrap();
    assert_eq!((leak.finding, leak.signal), (Finding::Fail, Signal::Heap), "{}", leak.why);
    let (Some(Fit { from_s, to_s, .. }), Some(Growth { slope, .. })) = (leak.fit, leak.growth) else { panic!() };
    assert_eq!((from_s, to_s), (180.0, 360.0));
    assert!((slope - 2_500.0).abs() < 1.0, "{slope}");

    let page = html::render(&report);

    assert!(page.contains("<path class=\"band\" d=\"M") && page.contains("<path class=\"line fit\" d=\"M"));
}

#[test]
fn markdown_tells_the_verdict_first_and_the_rest_in_short_tables() {
    insta::assert_snapshot!("report.md", md::render(&whole(362)));
}

#[test]
fn junit_has_a_case_for_each_target_and_each_promise() {
    let xml = junit::render(&whole(362));
    assert_eq!(flaw(&xml), None, "{xml}");
    insta::assert_snapshot!("junit.xml", xml);
}

#[test]
fn every_form_tells_what_broke_and_how_to_see_it_again_and_what_never_happened() {
    let mut report = whole(30);
    report.audit.violations[0].request = Some("stress-7".to_owned());
    for text in [html::render(&report), md::render(&report), terminal::render(&report)] {
        for told in ["request stress-7", "cargo xtask stress high_load --seed 42", "a cancelled turn"] {
            assert!(text.contains(told), "{told} in {text}");
        }
    }
    let xml = junit::render(&report);
    assert!(xml.contains("request stress-7") && xml.contains("never happened: a cancelled turn"), "{xml}");
}

#[test]
fn a_run_that_saw_nothing_has_a_report_too() {
    let nothing = Tally::default();
    let plan = Plan { model: Model::Open { per_second: 1.0 }, ..Plan::of(&PRESETS[0], 1) };
    let end = End {
        lasted: Duration::ZERO,
        driven: Driven { rows: 0, is_cancelled: true },
        effort: Effort::default(),
        death: Some("it died".to_owned()),
        unclean: Vec::new(),
        memory: None,
        samples: Vec::new(),
        leak: None,
        audit: Audit::default(),
        overheads: Overheads::default(),
        arrivals: None,
        apart: None,
        down: None,
    };
    let report = build(&plan, &nothing, end);
    let page = html::render(&report);
    for text in [&page, &md::render(&report), &junit::render(&report), &terminal::render(&report)] {
        assert!(!text.contains("NaN") && !text.contains("inf "), "{text}");
    }
    assert!(pictures(&page).iter().all(|picture| flaw(picture).is_none()));
}

#[test]
fn no_name_breaks_out_of_any_form() {
    // Given a report in which everything that comes from outside is hostile.
    let mut report = whole(30);
    report.preset = HOSTILE;
    report.purpose = HOSTILE;
    report.verdict.sentence = HOSTILE.to_owned();
    report.verdict.underpowered.push(HOSTILE.to_owned());
    report.validity.problems.push(HOSTILE.to_owned());
    report.errors.insert(HOSTILE.to_owned(), 1);
    report.machine.cpu = HOSTILE.to_owned();
    report.kinds_of_errors[0].kind = HOSTILE.to_owned();
    report.audit.violations[0].detail = HOSTILE.to_owned();
    report.sightings[0].what = HOSTILE.to_owned();
    report.replay = HOSTILE.to_owned();
    report.scenarios[0].scenario = HOSTILE;
    report.rows[0].operation = HOSTILE;

    // When it is told in every form.
    let (page, markdown, xml) = (html::render(&report), md::render(&report), junit::render(&report));

    // Then it is text in all of them.
    for text in [&page, &markdown, &xml] {
        assert!(!text.contains("<script"), "{text}");
    }
    assert_eq!(flaw(&xml), None);
    assert!(!xml.contains('\u{1}') && pictures(&page).iter().all(|picture| flaw(picture).is_none()));
    assert!(markdown.lines().filter(|line| line.starts_with("| ")).all(|line| line.ends_with(" |")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_small_however_long_the_run_was(seconds in 0u32..2_000) {
        let page = html::render(&whole(seconds));
        prop_assert!(page.len() < MAX_PAGE, "{} bytes after {} s", page.len(), seconds);
        for picture in pictures(&page) {
            prop_assert_eq!(flaw(&picture), None, "{}", picture);
            prop_assert!(!picture.contains("NaN") && !picture.contains("inf"));
        }
    }
}

/// What was recorded is what is drawn: a failure is counted in the second in which it came, under its kind.
#[test]
fn failures_are_counted_by_kind_and_second() {
    let recorder = crate::record::Recorder::start(&Plan::of(&PRESETS[0], 1));
    let subject = Subject { lane: Lane::Main, scenario: PRESETS[0].shares[0].scenario, operation: Operation::Turn };
    let refusal = Refusal::Rejected { status: 429, text: "slow down".to_owned() };
    let sample = Sample {
        subject,
        took: Duration::from_millis(500),
        waited: Duration::ZERO,
        error: Some(Failure::refused("turn", &refusal)),
    };
    for begun in [1_700, 1_900, 4_600] {
        recorder.operation(Duration::from_millis(begun), &sample);
    }

    let kinds = recorder.with(series::kinds_of_errors);

    assert_eq!(kinds.len(), 1);
    assert_eq!((kinds[0].kind.as_str(), kinds[0].count), ("refused (429)", 3));
    assert_eq!(kinds[0].seconds, BTreeMap::from([(2, 2), (5, 1)]));
}
